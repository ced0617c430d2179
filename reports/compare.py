"""Two models side by side: what changed in the totals, by class, op by op and in the findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from costlint.analyzers.finding import Finding
from costlint.costmodel.ir.dims import Dim
from costlint.reports import numbers
from costlint.reports.report import CLASSES, ModelReport
from costlint.reports.rows import OpRow

_MOST_OPS = 20

Pair: TypeAlias = tuple[OpRow | None, OpRow | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row: what, before, after, and the relative change as text."""

    label: str
    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The second model against the first. Findings are matched by fingerprint, ops by name."""

    totals: tuple[Change, ...]
    ops: tuple[Change, ...]
    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    unchanged: tuple[Finding, ...]


def compare(before: ModelReport, after: ModelReport) -> Comparison:
    """What `after` changes."""
    old = {finding.fingerprint: finding for finding in before.open_findings}
    now = {finding.fingerprint: finding for finding in after.open_findings}
    return Comparison(
        totals=tuple(_totals(before, after)),
        ops=tuple(_ops(before, after)),
        new=tuple(finding for key, finding in now.items() if key not in old),
        fixed=tuple(finding for key, finding in old.items() if key not in now),
        unchanged=tuple(finding for key, finding in now.items() if key in old),
    )


def _totals(before: ModelReport, after: ModelReport) -> Iterator[Change]:
    a, b = before.totals, after.totals
    if a.latency_s is not None and b.latency_s is not None:
        time = partial(numbers.milliseconds, like=max(a.latency_s, b.latency_s))
        yield _change("latency", a.latency_s, b.latency_s, time)
        for name, label in CLASSES.items():
            x, y = (model.class_latency_s.get(name, 0.0) for model in (before, after))
            yield _change(label, x, y, time)
    for label, unit, x, y in (
        ("multiply-accumulates", "MACs", a.macs, b.macs),
        ("bytes accessed", "B", a.bytes_accessed, b.bytes_accessed),
        ("parameters", "", a.parameters, b.parameters),
        ("peak activations", "B", a.peak_activation_bytes, b.peak_activation_bytes),
        ("ops", "", len(before.ops), len(after.ops)),
    ):
        yield _change(label, x, y, partial(numbers.quantity, unit=unit))


def _ops(before: ModelReport, after: ModelReport) -> Iterator[Change]:
    """The ops whose cost changed most, those that are new or gone among them."""
    pairs = matched(before.ops, after.ops)
    timed = before.device is not None and after.device is not None

    def cost(op: OpRow | None) -> float:
        found = op and (op.latency_s if timed else op.bytes_accessed)
        return float(found or 0.0)

    def text(op: OpRow | None) -> str:
        if op is None:
            return numbers.MISSING
        return numbers.milliseconds(cost(op)) if timed else numbers.quantity(op.bytes_accessed, "B")

    changed = [pair for pair in pairs if cost(pair[0]) != cost(pair[1])]
    changed.sort(key=lambda pair: -abs(cost(pair[1]) - cost(pair[0])))
    for a, b in changed[:_MOST_OPS]:
        change = "gone" if b is None else "new" if a is None else _relative(cost(a), cost(b))
        name = next(op.name for op in (b, a) if op)
        yield Change(label=name, before=text(a), after=text(b), change=change)


def matched(before: Sequence[OpRow], after: Sequence[OpRow]) -> list[Pair]:
    """Ops of two graphs in pairs: those of one name, then the alike in order; None for no partner.

    Alike are ops of one operator with the same output shape and the same counts.
    """
    now = {op.name: op for op in after}
    pairs: list[Pair] = []
    left: list[OpRow] = []
    for op in before:
        partner = now.get(op.name)
        if partner is not None and partner.op_type == op.op_type:
            pairs.append((op, now.pop(op.name)))
        else:
            left.append(op)
    alike: dict[object, list[OpRow]] = {}
    for op in now.values():
        alike.setdefault(_structure(op), []).append(op)
    for op in left:
        candidates = alike.get(_structure(op))
        pairs.append((op, candidates.pop(0) if candidates else None))
    return [*pairs, *((None, op) for rest in alike.values() for op in rest)]


def _structure(op: OpRow) -> object:
    return op.op_type, op.shape, op.macs, op.bytes_accessed


def _change(label: str, a: Dim, b: Dim, text: Callable[[Dim], str]) -> Change:
    change = _relative(float(a), float(b))
    return Change(label=label, before=text(a), after=text(b), change=change)


def _relative(a: float, b: float) -> str:
    return numbers.change(b / a - 1) if a else numbers.MISSING if not b else "new"
