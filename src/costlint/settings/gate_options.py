"""The options about what passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from costlint.settings import completions, readers, schemas
from costlint.settings.option import GATE, SWITCH, row, switch
from costlint.settings.output_options import OutputOptions
from costlint.settings.units import duration_s, share


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions(OutputOptions):
    """What a run is held to, and what is accepted."""

    fail_on: str = row(
        "--fail-on",
        default="error",
        read=readers.one_of(readers.FAIL_ON),
        metavar="SEVERITY",
        help="error (the default), warning, note or never.",
        panel=GATE,
        completion=completions.severities,
        key="fail-on",
        schema=schemas.GATING,
        meaning="the least severity that fails the gate",
        example='fail-on = "warning"',
        default_text="error",
    )
    exit_zero: bool = switch("--exit-zero", help="Exit with 0 though the gate fails.", panel=GATE)
    max_latency_s: float | None = row(
        "--max-latency",
        read=duration_s,
        metavar="TIME",
        help="Fail a model that is predicted slower: 8ms.",
        panel=GATE,
        key="max-latency",
        schema=schemas.AMOUNT,
        meaning="longest latency that passes the gate: 8ms",
        example='max-latency = "8ms"',
        default_text="no limit",
    )
    max_recoverable: float | None = row(
        "--max-recoverable",
        read=share,
        metavar="SHARE",
        help="Fail where fixes would recover more: 15%.",
        panel=GATE,
        key="max-recoverable",
        schema=schemas.AMOUNT,
        meaning="largest recoverable share that passes: 15%",
        example='max-recoverable = "15%"',
        default_text="no limit",
    )
    budgets: Mapping[str, Mapping[str, float]] = row(
        default={},
        read=readers.budgets,
        key="budgets",
        schema=schemas.BUDGETS,
        meaning="longest latency by model and device",
        example='[budgets."models/mobilenetv2.onnx"]\npixel4-tflite-1large = "8ms"',
    )
    strict: bool = row(
        "--strict/--no-strict",
        default=False,
        read=readers.flag,
        in_result=True,
        form=SWITCH,
        help="Refuse ops of unknown cost.",
        panel=GATE,
        key="strict",
        schema=schemas.SWITCHED,
        meaning="refuse models with ops of unknown cost",
        example="strict = true",
        default_text="false",
    )
    baseline: str | None = row(
        "--baseline",
        metavar="FILE",
        help="File of accepted findings; they fail again when they grow by 10%.",
        panel=GATE,
        key="baseline",
        schema=schemas.STRING,
        meaning="file of accepted findings",
        example='baseline = "costlint-baseline.json"',
        beside=readers.path_beside,
    )
    write_baseline: bool = switch(
        "--write-baseline", help="Accept all findings of this run.", panel=GATE
    )
    prune_baseline: bool = switch(
        "--prune-baseline", help="Drop accepted findings that are gone.", panel=GATE
    )
    fail_on_regression: float | None = row(
        "--fail-on-regression",
        read=share,
        metavar="SHARE",
        help="With --against: fail where a model is slower by more: 2%.",
        panel=GATE,
    )

    @property
    def renews_baseline(self) -> bool:
        """Whether the baseline is written anew."""
        return self.write_baseline or self.prune_baseline
