"""The options about what passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from costlint.settings import kinds
from costlint.settings.option import gate_row
from costlint.settings.output_options import OutputOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions(OutputOptions):
    """What a run is held to, and what is accepted."""

    fail_on: str = gate_row(
        "--fail-on",
        **kinds.SEVERITY,
        default="error",
        help="error (the default), warning, note or never.",
        meaning="the least severity that fails the gate",
        example='fail-on = "warning"',
        default_text="error",
    )
    exit_zero: bool = gate_row(
        "--exit-zero", **kinds.SWITCH, help="Exit with 0 though the gate fails."
    )
    max_latency_s: float | None = gate_row(
        "--max-latency",
        **kinds.DURATION,
        help="Fail a model that is predicted slower: 8ms.",
        meaning="longest latency that passes the gate: 8ms",
        example='max-latency = "8ms"',
        default_text="no limit",
    )
    max_recoverable: float | None = gate_row(
        "--max-recoverable",
        **kinds.SHARE,
        help="Fail where fixes would recover more: 15%.",
        meaning="largest recoverable share that passes: 15%",
        example='max-recoverable = "15%"',
        default_text="no limit",
    )
    budgets: Mapping[str, Mapping[str, float]] = gate_row(
        **kinds.BUDGETS,
        key="budgets",
        meaning="longest latency by model and device",
        example='[budgets."models/mobilenetv2.onnx"]\npixel4-tflite-1large = "8ms"',
    )
    strict: bool = gate_row(
        "--strict/--no-strict",
        **kinds.FLAG,
        in_result=True,
        help="Refuse ops of unknown cost and open sizes.",
        meaning="refuse models with ops of unknown cost or with open sizes",
        example="strict = true",
        default_text="false",
    )
    assume: bool | None = gate_row(
        "--assume/--no-assume",
        **{**kinds.FLAG, "default": None},
        in_result=True,
        help="Hold gates to assumed sizes; refuse open sizes.",
        meaning="whether gates hold for sizes that were assumed; false refuses open sizes",
        example="assume = true",
        default_text="assumed, and a gate refuses them",
    )
    baseline: str | None = gate_row(
        "--baseline",
        **kinds.FILE,
        help="File of accepted findings; they fail again when they grow by 10%.",
        meaning="file of accepted findings",
        example='baseline = "costlint-baseline.json"',
    )
    write_baseline: bool = gate_row(
        "--write-baseline", **kinds.SWITCH, help="Accept all findings of this run."
    )
    prune_baseline: bool = gate_row(
        "--prune-baseline", **kinds.SWITCH, help="Drop accepted findings that are gone."
    )
    fail_on_regression: float | None = gate_row(
        "--fail-on-regression",
        **kinds.SHARE,
        help="With --against: fail where a model is slower by more: 2%.",
    )

    @property
    def renews_baseline(self) -> bool:
        """Whether the baseline is written anew."""
        return self.write_baseline or self.prune_baseline
