"""Many models in one value: entries without ops, what failed, what changed; and sums over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from costlint.analyzers.finding import Finding
from costlint.reports.caveats import Caveat, caveats
from costlint.reports.report import SEVERITIES, Gate, ModelReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyEntry:
    """A model on a device. `name` is its path below the folder that was named.

    `report` holds no ops and no kernels, `op_count` is how many ops there are.
    """

    name: str
    report: ModelReport
    op_count: int

    @property
    def worst(self) -> str:
        """The severest open finding's severity, '' without any."""
        found = {finding.severity for finding in self.report.open_findings}
        return next((severity for severity in SEVERITIES if severity in found), "")

    @property
    def rules(self) -> Mapping[str, int]:
        """Number of open findings of each rule, in the order of the rules' ids."""
        return Counter(sorted(finding.rule for finding in self.report.open_findings))

    @property
    def saved_s(self) -> float:
        """What all fixes together save in seconds, by one estimate with all of them."""
        totals = self.report.totals
        if totals.latency_s is None or totals.latency_after_fixes_s is None:
            return 0.0
        return totals.latency_s - totals.latency_after_fixes_s


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedModel:
    """A model without a result, and why."""

    path: str
    name: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedModel:
    """A model and device against the same name of an earlier state; None where it is missing."""

    name: str
    device: str
    before_s: float | None
    after_s: float | None

    @property
    def share(self) -> float | None:
        """By how much it is slower, as a share of before."""
        if not self.before_s or self.after_s is None:
            return None
        return self.after_s / self.before_s - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSum:
    """One rule over all models: its open findings, and the models that have any."""

    rule: str
    name: str
    findings: int
    models: int
    by_severity: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyReport:
    """One run over many models. `against` names the earlier state that `changes` compare with."""

    tool_version: str
    entries: tuple[ManyEntry, ...]
    failed: tuple[FailedModel, ...] = ()
    changes: tuple[ChangedModel, ...] = ()
    against: str = ""
    gate: Gate = field(default_factory=lambda: Gate(passed=True))
    command: str = ""
    date: str = ""

    @property
    def models(self) -> int:
        """Models with a result, however many devices."""
        return len({entry.report.path for entry in self.entries})

    @property
    def devices(self) -> tuple[str, ...]:
        """Names of the devices, in order of appearance."""
        named = (entry.report.device.name for entry in self.entries if entry.report.device)
        return tuple(dict.fromkeys(named))

    def count(self, severity: str) -> int:
        """Open findings of `severity`."""
        rows = (f for entry in self.entries for f in entry.report.open_findings)
        return sum(finding.severity == severity for finding in rows)

    @property
    def worst_first(self) -> tuple[ManyEntry, ...]:
        """By severity of the worst finding, then by what all fixes would save."""
        order = (*SEVERITIES, "")
        return tuple(sorted(self.entries, key=lambda e: (order.index(e.worst), -e.saved_s, e.name)))

    @property
    def rules(self) -> tuple[RuleSum, ...]:
        """Sums by rule, most findings first."""
        by_rule: dict[str, list[tuple[str, Finding]]] = {}
        for entry in self.entries:
            for finding in entry.report.open_findings:
                by_rule.setdefault(finding.rule, []).append((entry.report.path, finding))
        sums = [
            RuleSum(
                rule=rule,
                name=found[-1][1].name,
                findings=len(found),
                models=len({path for path, _ in found}),
                by_severity={s: sum(f.severity == s for _, f in found) for s in SEVERITIES},
            )
            for rule, found in by_rule.items()
        ]
        return tuple(sorted(sums, key=lambda row: (-row.findings, row.rule)))

    @property
    def caveats(self) -> Mapping[Caveat, tuple[str, ...]]:
        """Each caveat with the names of the models that it holds for; the loud ones first."""
        found: dict[Caveat, dict[str, None]] = {}
        for entry in self.entries:
            for caveat in caveats(entry.report):
                found.setdefault(caveat, {})[entry.name] = None
        order = sorted(found, key=lambda caveat: not caveat.is_loud)
        return {caveat: tuple(found[caveat]) for caveat in order}

    @property
    def with_assumed_sizes(self) -> int:
        """Models with sizes that nobody stated."""
        return len({entry.report.path for entry in self.entries if entry.report.assumed})

    @property
    def regressions(self) -> tuple[ChangedModel, ...]:
        """What became slower, worst first."""
        slower = [c for c in self.changes if c.share is not None and c.share > 0]
        return tuple(sorted(slower, key=lambda c: -(c.share or 0.0)))
