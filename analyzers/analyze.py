"""All rules on one estimate: found, joined where they repeat, priced, sorted."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from costlint.analyzers.facts import Facts, Pricing
from costlint.analyzers.finding import Analysis, Finding
from costlint.analyzers.price import joined, price, severity
from costlint.analyzers.rule import Rule, Violation
from costlint.analyzers.rules import RULES, rules_for
from costlint.analyzers.structure import Structure
from costlint.analyzers.suppress import (
    Ignore,
    Ignores,
    complaints,
    ignores_in,
    valid,
    violations,
    with_covered,
)
from costlint.analyzers.together import compatible
from costlint.analyzers.verdicts import op_analyses
from costlint.costmodel.edit import Edit
from costlint.costmodel.ir.graph import op_key

if TYPE_CHECKING:
    from costlint.costmodel.latency.estimate import Estimate, Prediction

LEAST_SHARE: Final = 0.005
"""Savings below this share of the latency are no finding: the paper's own duplicate measurements
(Table 2, g = 1 against Table 3, one fragment) differ by 0.2 to 1.2 %."""


def analyze(  # noqa: PLR0913 - what a run can be told
    estimate: Estimate,
    *,
    select: Iterable[str] = ("G",),
    ignore: Iterable[str] = (),
    ignores: Sequence[Ignore] = (),
    today: date | None = None,
    reprice: Pricing | None = None,
    structure: Structure | None = None,
) -> Analysis:
    """Check an estimate against the rules that `select` and `ignore` (prefixes) leave.

    `ignores` and the model's own suppress findings; `today` decides which are expired. `reprice`
    estimates an edited graph, by default on the device of `estimate`. `structure` is that of the
    model where several devices share it.

    Raises:
        OptionError: a prefix that no rule starts with.
    """
    facts = Facts(
        estimate=estimate,
        reprice=reprice or _on_device(estimate),
        structure=structure or Structure(counts=estimate.counts),
    )
    entries = (*ignores, *ignores_in(facts.graph))
    day = today or datetime.now(tz=UTC).date()
    used: set[Ignore] = set()
    rules = rules_for(select, ignore)
    findings = list(_findings(rules, facts, valid(entries, facts.graph.path or "", day), used))
    findings.sort(key=lambda f: (-f.saved_s, f.rule))
    after = with_all(facts, [f for f in findings if not f.suppressed])
    rows = tuple(op_analyses(facts))
    return Analysis(
        findings=tuple(findings),
        ops=rows,
        latency_s=estimate.latency_s,
        latency_after_fixes_s=after.latency_s,
        class_latency_after_fixes_s={str(k): v for k, v in after.by_class().items()},
        fragmentation=max((row.block_kernels or 0 for row in rows), default=0),
        unused_ignores=complaints([e for e in entries if _is_asked(e, rules)], used, day),
        used_ignores=tuple(sorted(map(str, used))),
    )


def _is_asked(entry: Ignore, rules: Sequence[Rule]) -> bool:
    """Whether a rule that ran could have used `entry`; one that names no rule at all is told."""
    known = [rule for rule in RULES if rule.id.startswith(entry.rule)]
    return not known or any(rule in rules for rule in known)


def with_all(facts: Facts, findings: Sequence[Finding]) -> Prediction:
    """The estimate with the edits of all `findings` that are compatible.

    If that is slower than the best single edit, each edit is kept only where it helps those before.
    """
    edits = [f.edit for f in findings if f.edit is not None]
    best: Prediction = facts.estimate
    if not edits:
        return best
    whole = price(facts, compatible(facts.structure, edits)).after
    if whole.latency_s <= min(f.saving.after_s for f in findings if f.saving is not None):
        return whole
    kept: list[Edit] = []
    for edit in edits:
        tried = price(facts, compatible(facts.structure, [*kept, edit])).after
        if tried.latency_s < best.latency_s:
            kept.append(edit)
            best = tried
    return best


def _on_device(estimate: Estimate) -> Pricing:
    from costlint.costmodel.latency.edited import EditedEstimator

    return EditedEstimator(estimate)


def _findings(
    rules: Iterable[Rule], facts: Facts, ignores: Ignores, used: set[Ignore]
) -> Iterator[Finding]:
    for rule in rules:
        sets: dict[tuple[tuple[Ignore, ...], Hashable], list[Violation]] = {}
        for violation in violations(rule, facts, ignores, used):
            entries = ignores.over(rule.id, violation.ops)
            sets.setdefault((entries, violation.alike), []).append(violation)
        for (entries, _), together in sets.items():
            finding = _finding(rule, facts, together)
            if finding is None:
                continue
            if entries:
                reasons = dict.fromkeys(entry.suppression for entry in entries)
                yield replace(finding, suppressed_by=tuple(reasons))
            else:
                yield with_covered(finding, together, ignores)


def _finding(rule: Rule, facts: Facts, together: Sequence[Violation]) -> Finding | None:
    first = together[0]
    ops = {op_key(op): op.name for violation in together for op in violation.ops}
    edit = _edit(together)
    saving = None
    kernels = facts.kernels_of(op for violation in together for op in violation.ops)
    if sum(kernel.latency_s for kernel in kernels) < LEAST_SHARE * facts.estimate.latency_s:
        return None  # even without these ops the model would hardly be faster
    if edit is not None:
        saving = price(facts, edit, first.assumption).saving
        if saving.share < LEAST_SHARE:
            return None
    times = len(together)
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=severity(saving),
        message=first.message + (f" ({times} places)" if times > 1 else ""),
        fix=first.fix,
        ops=tuple(ops.values()),
        evidence={**first.evidence, "places": times},
        saving=saving,
        remedy=first.remedy,
        fingerprint=_fingerprint(rule, facts, ops.values()),
        before=first.before,
        after=first.after,
        edit=edit,
    )


def _edit(together: Sequence[Violation]) -> Edit | None:
    edits = [v.edit for v in together if v.edit is not None and not v.edit.is_empty]
    return joined(edits) if edits else None


def _fingerprint(rule: Rule, facts: Facts, names: Iterable[str]) -> str:
    """32 hexadecimal digits that stay the same with the rule, the device and the ops' names."""
    parts = [rule.id, facts.estimate.device.name, *sorted(names)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
