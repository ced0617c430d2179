"""New widths at equal macs: one scale for all, solved over every op that shares a changed width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import lcm, sqrt
from typing import Final

from costlint.analyzers.facts import Facts, groups
from costlint.costmodel.channels.groups import GroupTerms
from costlint.costmodel.edit import op_key
from costlint.costmodel.graph import Op

ROUNDING: Final = 0.05
"""Macs may differ by so much for the sake of full lanes: the spread of "equal complexity" in the
paper's Table 8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualMacs:
    """Widths by the name of their group; `macs_*` are of the touched ops, after rounding."""

    widths: Mapping[str, int]
    touched: tuple[Op, ...]
    macs_before: int
    macs_after: int


@dataclass(frozen=True, slots=True)
class _Touched:
    """Macs of an op: `per_pair` times the lengths of its two weight axes."""

    op: Op
    per_pair: float
    first: _Length
    second: _Length


@dataclass(frozen=True, slots=True)
class _Length:
    """An axis as `fixed + sum(times / unit * width)` over the changed groups."""

    fixed: float
    parts: tuple[tuple[int, float], ...]

    def at(self, widths: Mapping[int, float]) -> float:
        return self.fixed + sum(times * widths[index] for index, times in self.parts)


def at_equal_macs(
    facts: Facts, targets: Mapping[int, float], *, dense: frozenset[str] = frozenset()
) -> EqualMacs | None:
    """Widths `scale * target` for the groups (by index) with the macs of all touched ops kept.

    Macs are quadratic in the scale, because each op has two widths. `dense` are grouped
    convolutions (by key) that lose their groups. None where no positive scale exists.
    """
    touched = list(_touched(facts, frozenset(targets), dense))
    rows = [facts.rows[op_key(one.op)] for one in touched]
    before = sum(row.cost.macs for row in rows)
    if not before:
        return None
    at_0, at_1, at_2 = (_macs(touched, {i: s * t for i, t in targets.items()}) for s in (0, 1, 2))
    scale = _root((at_2 - 2 * at_1 + at_0) / 2, 2 * at_1 - (at_2 + 3 * at_0) / 2, at_0 - before)
    if scale is None or scale <= 0:
        return None
    known = facts.channels.groups
    widths = _rounded(facts, touched, {i: scale * t for i, t in targets.items()}, before, dense)
    return EqualMacs(
        widths={known[i].name: width for i, width in widths.items()},
        touched=tuple(one.op for one in touched),
        macs_before=before,
        macs_after=round(_macs(touched, widths)),
    )


def at_full_lanes(facts: Facts, steps: Mapping[int, int]) -> EqualMacs | None:
    """Each group (by index) at the multiple of its step below or above, so that the macs stay.

    The widest first; each takes the side that brings the sum back. None where they do not meet.
    """
    known = facts.channels.groups
    touched = list(_touched(facts, frozenset(steps), frozenset()))
    before = sum(facts.rows[op_key(one.op)].cost.macs for one in touched)
    users: dict[int, list[_Touched]] = {index: [] for index in steps}
    for one in touched:
        for index in {i for i, _ in (*one.first.parts, *one.second.parts)}:
            users[index].append(one)
    widths = {index: known[index].width for index in steps}
    excess = 0.0
    for index in sorted(steps, key=lambda i: -known[i].width):
        own, step = users[index], steps[index]
        base = _macs(own, widths)
        low = widths[index] // step * step
        changes = {
            width: _macs(own, {**widths, index: width}) - base
            for width in (low, low + step)
            if width > 0
        }
        widths[index] = min(changes, key=lambda width: abs(excess + changes[width]))
        excess += changes[widths[index]]
    if not before or abs(excess) > ROUNDING * before:
        return None
    return EqualMacs(
        widths={known[i].name: width for i, width in widths.items()},
        touched=tuple(one.op for one in touched),
        macs_before=before,
        macs_after=round(before + excess),
    )


def _unit(facts: Facts, index: int) -> int:
    """What a width must be a multiple of without groups: 1, unless a shuffle cuts it in parts."""
    group = facts.channels.groups[index]
    for key in facts.channels.keys_along(index):
        tensor = facts.graph.tensors.get(key)
        if tensor is None or tensor.is_parameter:
            continue
        for terms in facts.channels.axes[key]:
            if any(i == index and times % group.multiple_of for i, times in terms or ()):
                return group.multiple_of
    return 1


def _rounded(
    facts: Facts,
    touched: Sequence[_Touched],
    exact: Mapping[int, float],
    macs: int,
    dense: frozenset[str],
) -> dict[int, int]:
    """Whole widths: multiples of the device's lanes where the macs stay, else of less.

    A width beside the lanes would waste them, and the comparison with it.
    """
    known = facts.channels.groups
    units = {i: _unit(facts, i) if dense else known[i].multiple_of for i in exact}
    step = facts.estimate.device.lanes_out
    while True:
        widths = {i: _nearest(width, lcm(units[i], step)) for i, width in exact.items()}
        if step == 1 or abs(_macs(touched, widths) / macs - 1) <= ROUNDING:
            return widths
        step //= 2


def _nearest(width: float, step: int) -> int:
    return max(1, round(width / step)) * step


def _macs(touched: Sequence[_Touched], widths: Mapping[int, float]) -> float:
    return sum(one.per_pair * one.first.at(widths) * one.second.at(widths) for one in touched)


def _root(a: float, b: float, c: float) -> float | None:
    """The positive root of a x^2 + b x + c."""
    if abs(a) < 1e-9 * max(abs(b), 1e-30):
        return -c / b if b else None
    inside = b * b - 4 * a * c
    return None if inside < 0 else (-b + sqrt(inside)) / (2 * a)


def _touched(facts: Facts, changed: frozenset[int], dense: frozenset[str]) -> Iterable[_Touched]:
    for op in facts.graph.ops:
        row = facts.rows.get(op_key(op))
        weight = op.input(1)
        if row is None or weight is None or type(row.cost.macs) is not int or not row.cost.macs:
            continue
        if weight.shape is None or len(weight.shape) < 2:
            continue
        first_axis, second_axis = (0, 1) if weight.is_parameter else (-2, -1)
        terms = facts.channels.of(op, weight)
        if not weight.is_parameter:
            inner = facts.channels.of(op, op.x)
            ends = (inner[-1] if inner else None, terms[-1] if terms else None)
        else:
            ends = (terms[0], terms[1]) if terms else (None, None)
        is_resized = any(index in changed for end in ends for index, _ in end or ())
        if not is_resized and op_key(op) not in dense:
            continue
        sizes = weight.known_shape[first_axis], weight.known_shape[second_axis]
        factor = groups(op) if op_key(op) in dense else 1
        yield _Touched(
            op,
            row.cost.macs / (sizes[0] * sizes[1]) * factor,
            _length(facts, sizes[0], ends[0], changed),
            _length(facts, sizes[1], ends[1], changed),
        )


def _length(facts: Facts, size: int, terms: GroupTerms | None, changed: frozenset[int]) -> _Length:
    known = facts.channels.groups
    parts = tuple((i, n / known[i].multiple_of) for i, n in terms or () if i in changed)
    return _Length(size - sum(share * known[i].width for i, share in parts), parts)
