"""New widths at equal macs: one scale for all, solved over every op that shares a changed width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import lcm, prod
from typing import Final

from costlint.analyzers.facts import Facts, groups
from costlint.costmodel.channels.groups import GroupTerms
from costlint.costmodel.edit import op_key
from costlint.costmodel.graph import Op

ROUNDING: Final = 0.05
"""Macs may differ by so much for the sake of full lanes: the spread of "equal complexity" in the
paper's Table 8."""

BUILT, LEAST_BUILT = 8, 4
"""Widths of networks are multiples of 8, as MobileNetV2's builder rounds them, at least of 4: a
width that nobody would build is no answer."""

_STEPS, _NEAR = 60, 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualMacs:
    """Widths by the name of their group; `macs_*` are of the touched ops, after rounding."""

    widths: Mapping[str, int]
    touched: tuple[Op, ...]
    macs_before: int
    macs_after: int


@dataclass(frozen=True, slots=True)
class _Touched:
    """Macs of an op: `per_unit` times the lengths of the axes that change."""

    op: Op
    per_unit: float
    lengths: tuple[_Length, ...]


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

    Macs rise with the scale to the power of two and more, because each op has two widths, and a
    third where it mixes positions. `dense` are grouped convolutions (by key) that lose their
    groups. None where no positive scale exists, or no whole
    widths have about these macs.
    """
    touched = list(_touched(facts, frozenset(targets), dense))
    rows = [facts.rows[op_key(one.op)] for one in touched]
    before = sum(row.cost.macs for row in rows)
    if not before:
        return None
    scale = _scale(touched, targets, before)
    if scale is None:
        return None
    known = facts.channels.groups
    widths = _rounded(facts, touched, {i: scale * t for i, t in targets.items()}, before, dense)
    if widths is None:
        return None
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
    order = sorted(steps, key=lambda i: -known[i].width)
    widths, excess = _up_or_down(touched, {i: known[i].width for i in order}, steps)
    if not before or abs(excess) > ROUNDING * before:
        return None
    return EqualMacs(
        widths={known[i].name: width for i, width in widths.items()},
        touched=tuple(one.op for one in touched),
        macs_before=before,
        macs_after=round(before + excess),
    )


def _up_or_down(
    touched: Sequence[_Touched], exact: Mapping[int, float], steps: Mapping[int, int]
) -> tuple[dict[int, int], float]:
    """Each width at the multiple of its step below or above, and the macs that are too many.

    One after the other, in the order of `exact`; each takes the side that brings the sum back.
    """
    users: dict[int, list[_Touched]] = {index: [] for index in exact}
    for one in touched:
        for index in {i for axis in one.lengths for i, _ in axis.parts}:
            users[index].append(one)
    widths, excess = {**exact}, 0.0
    for index, width in exact.items():
        base = _macs(users[index], widths)
        low = int(width // steps[index]) * steps[index]
        changes = {
            side: _macs(users[index], {**widths, index: side}) - base
            for side in (low, low + steps[index])
            if side
        }
        widths[index] = min(changes, key=lambda side: abs(excess + changes[side]))
        excess += changes[int(widths[index])]
    return {index: int(width) for index, width in widths.items()}, excess


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
) -> dict[int, int] | None:
    """Whole widths: multiples of `BUILT` and the device's lanes where the macs stay, else of less.

    A width beside the lanes would waste them, and the comparison with it. Where the nearest widths
    miss the macs, each goes up or down so that the sum comes back; None where that takes widths
    which nobody would build.
    """
    known = facts.channels.groups
    units = {i: _unit(facts, i) if dense else known[i].multiple_of for i in exact}
    order = sorted(exact, key=lambda i: -units[i])
    step = lcm(facts.estimate.device.lanes_out, BUILT)
    while step >= LEAST_BUILT:
        steps = {i: lcm(units[i], step) for i in order}
        near = {i: _nearest(exact[i], steps[i]) for i in order}
        beside, _ = _up_or_down(touched, {i: exact[i] for i in order}, steps)
        for widths in (near, beside):
            if abs(_macs(touched, widths) / macs - 1) <= ROUNDING:
                return widths
        step //= 2
    return None


def _nearest(width: float, step: int) -> int:
    return max(1, round(width / step)) * step


def _macs(touched: Sequence[_Touched], widths: Mapping[int, float]) -> float:
    return sum(one.per_unit * prod(axis.at(widths) for axis in one.lengths) for one in touched)


def _scale(touched: Sequence[_Touched], targets: Mapping[int, float], macs: float) -> float | None:
    """Where `scale * target` has these macs; Newton's way, as they rise ever faster with it."""

    def excess(scale: float) -> float:
        return _macs(touched, {i: scale * target for i, target in targets.items()}) - macs

    if excess(0.0) >= 0:
        return None
    scale = 1.0
    for _ in range(_STEPS):
        value = excess(scale)
        slope = (excess(scale * (1 + _NEAR)) - value) / (scale * _NEAR)
        if slope <= 0:
            return None
        scale -= value / slope
        if abs(value) <= _NEAR**2 * macs:
            return scale
    return None


def _touched(facts: Facts, changed: frozenset[int], dense: frozenset[str]) -> Iterable[_Touched]:
    for op in facts.graph.ops:
        row = facts.rows.get(op_key(op))
        weight = op.input(1)
        if row is None or weight is None or type(row.cost.macs) is not int or not row.cost.macs:
            continue
        if weight.shape is None or len(weight.shape) < 2:
            continue
        resized = [
            (size, terms)
            for size, terms in _axes(facts, op)
            if any(index in changed for index, _ in terms or ())
        ]
        if not resized and op_key(op) not in dense:
            continue
        factor = groups(op) if op_key(op) in dense else 1
        yield _Touched(
            op,
            row.cost.macs / prod(size for size, _ in resized) * factor,
            tuple(_length(facts, size, terms, changed) for size, terms in resized),
        )


def _axes(facts: Facts, op: Op) -> Iterable[tuple[int, GroupTerms | None]]:
    """Sizes and widths of the axes that an op's macs are the product of, with what is fixed.

    Those of the result and the one that is summed over; of a convolution those of its weight.
    """
    if op.op_type in {"MatMul", "Gemm"} and op.y.shape is not None:
        summed = 0 if op.attributes.get("transA") else -1
        yield op.x.known_shape[summed], facts.width_terms(op, op.x, summed)
        for axis, size in enumerate(op.y.known_shape):
            yield size, facts.width_terms(op, op.y, axis)
    else:
        for axis in (0, 1) if op.w.is_parameter else (-2, -1):
            yield op.w.known_shape[axis], facts.width_terms(op, op.w, axis)


def _length(facts: Facts, size: int, terms: GroupTerms | None, changed: frozenset[int]) -> _Length:
    known = facts.channels.groups
    parts = tuple((i, n / known[i].multiple_of) for i, n in terms or () if i in changed)
    return _Length(size - sum(share * known[i].width for i, share in parts), parts)
