"""The one value that every renderer shows: plain and frozen, in SI base units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, get_args

from costlint.costmodel.ir.assumed import Assumed
from costlint.costmodel.ir.dims import Dim
from costlint.reports.rows import DeviceReport, KernelRow, OpRow, RuleRow, UncostedRow

if TYPE_CHECKING:
    from costlint.analyzers.finding import Finding, Saving
    from costlint.costmodel.latency.estimate import Estimate

CLASSES: Final[Mapping[str, str]] = {
    "conv": "Conv",
    "elementwise": "Element-wise",
    "shuffle": "Shuffle",
    "data": "Data",
    "other": "Other",
}
"""The classes of the paper's Figure 2 with their labels, in the order of every output."""

SEVERITIES: Final = ("error", "warning", "note")
"""From the worst down."""

UNUSED: Final = "unused ignore: "
"""How the note of an ignore begins that covers nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The totals of one model, named as in the JSON output; None where they need a device.

    They are the numbers of the counts, the estimate and the analysis that outlive the graph: a
    report that is read back has these and no more. `latency_after_fixes_s` is one estimate with
    all fixes, never a sum of savings.
    """

    macs: Dim
    flop: Dim
    bytes_read: Dim
    bytes_written: Dim
    bytes_accessed: Dim
    parameters: Dim
    weight_bytes: Dim
    peak_activation_bytes: Dim
    elementwise_share_bytes: float
    elementwise_share_ops: float
    coverage: float
    bytes_accessed_fused: Dim | None = None
    fragmentation: int | None = None
    launch_share: float | None = None
    overhead_s: float | None = None
    latency_s: float | None = None
    latency_low_s: float | None = None
    latency_high_s: float | None = None
    latency_after_fixes_s: float | None = None

    @property
    def recoverable_share(self) -> float | None:
        """Share of the latency that all fixes together save."""
        if not self.latency_s or self.latency_after_fixes_s is None:
            return None
        return 1 - self.latency_after_fixes_s / self.latency_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """One model on one device, or counted only. Latencies by class are in the order of CLASSES.

    `analyzed` says that the guidelines were checked; only then is no finding good news.
    `used_ignores` are those that cover an op of a finding; the others are among the notes.
    `graph_notes` are those of the notes that hold on every device: what was guessed of the model.
    `batch_assumed` are the names of a batch that nobody bound, and `uncosted_kinds` sums up what
    is not costed, also where the ops are left out; `reports.caveats` makes sentences of both.
    """

    path: str
    totals: Totals
    ops: tuple[OpRow, ...]
    sha256: str = ""
    device: DeviceReport | None = None
    batch: int | None = None
    class_latency_s: Mapping[str, float] = field(default_factory=dict)
    class_latency_after_fixes_s: Mapping[str, float] = field(default_factory=dict)
    class_measured_s: Mapping[str, float] = field(default_factory=dict)
    kernels: tuple[KernelRow, ...] = ()
    analyzed: bool = False
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    graph_notes: tuple[str, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    batch_assumed: tuple[str, ...] = ()
    uncosted_kinds: tuple[UncostedRow, ...] = ()
    used_ignores: tuple[str, ...] = ()
    estimate: Estimate | None = field(default=None, compare=False, repr=False)
    """What the entry was made of, for those who compute further; no renderer looks at it."""

    def cost(self, op: OpRow) -> float:
        """What `op` costs: seconds on the device, or the bytes that it accesses without one."""
        return (op.latency_s or 0.0) if self.device else float(op.bytes_accessed)

    @property
    def title(self) -> str:
        """The model, and the device where there is one."""
        return f"{self.path} on {self.device.name}" if self.device else self.path

    @property
    def rough(self) -> bool:
        """Whether the device is not calibrated: two digits say all there is."""
        return self.device is not None and not self.device.calibrated

    @property
    def uncosted(self) -> tuple[OpRow, ...]:
        """Ops whose cost is not known and not in the totals."""
        return tuple(op for op in self.ops if op.why_uncosted)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Findings that nobody suppressed, largest saving first."""
        open_ones = (finding for finding in self.findings if not finding.suppressed)
        return tuple(
            sorted(open_ones, key=lambda f: (-f.saved_s, SEVERITIES.index(f.severity), f.rule))
        )

    @property
    def suppressed_findings(self) -> tuple[Finding, ...]:
        """Findings that an ignore or a baseline suppresses."""
        return tuple(finding for finding in self.findings if finding.suppressed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Whether the run passes, and why not. Findings of severity `fail_on` or worse fail it."""

    passed: bool
    reasons: tuple[str, ...] = ()
    fail_on: str = "error"

    def fails(self, severity: str) -> bool:
        """Whether a finding of `severity` fails the gate."""
        if self.fail_on not in SEVERITIES:
            return False
        return SEVERITIES.index(severity) <= SEVERITIES.index(self.fail_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run: an entry in `models` for each model and device.

    `compared` sets the second of two models against the first, and `change` is what that saves;
    its interval is narrower than those of the two predictions. `rules` are the rules behind the
    findings. `command` reproduces the run and `date` is its day ("2026-11-24"); both are "" where
    they are unknown.
    """

    tool_version: str
    models: tuple[ModelReport, ...]
    gate: Gate = field(default_factory=lambda: Gate(passed=True))
    rules: tuple[RuleRow, ...] = ()
    compared: bool = False
    change: Saving | None = None
    command: str = ""
    date: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, model by model."""
        return tuple(finding for model in self.models for finding in model.findings)

    @property
    def estimate(self) -> Estimate | None:
        """The first model's estimate, None where it was only counted."""
        return self.models[0].estimate if self.models else None

    def rule(self, rule_id: str) -> RuleRow:
        """What is known of a rule, at least its id."""
        known = {rule.id: rule for rule in self.rules}
        names = {finding.rule: finding.name for finding in self.findings}
        return known.get(rule_id) or RuleRow(id=rule_id, title=names.get(rule_id, rule_id))

    def count(self, severity: str) -> int:
        """Number of findings of `severity` that nobody suppressed."""
        return sum(f.severity == severity and not f.suppressed for f in self.findings)

    @property
    def by_severity(self) -> Mapping[str, int]:
        """Number of open findings of each severity."""
        return {severity: self.count(severity) for severity in SEVERITIES}

    def to_dict(self) -> dict[str, Any]:
        """The JSON document `costlint/1` as plain data."""
        from costlint.reports.as_json import document

        return document(self)

    def to_frames(self) -> dict[str, Any]:
        """Frames `ops`, `kernels` and `findings`, of pandas or else polars.

        Raises:
            OptionError: neither is installed.
        """
        from costlint.reports.frames import frames

        return frames(self)

    def _repr_html_(self) -> str:
        """The page in a frame of its own, for notebooks."""
        from costlint.reports.html.page import embedded

        return embedded(self)


def guidelines(model: ModelReport) -> list[tuple[str, str, dict[str, int]]]:
    """Each guideline with its name and how many ops are in each state."""
    from costlint.analyzers.finding import GUIDELINES, State

    found = Counter((v.guideline, v.state) for op in model.ops for v in op.verdicts)
    return [
        (guideline, name, {state: found[guideline, state] for state in get_args(State)})
        for guideline, name in GUIDELINES.items()
    ]
