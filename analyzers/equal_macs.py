"""New widths at equal macs: one scale for all, solved over every op that shares a changed width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Final

from costlint.analyzers.facts import Facts
from costlint.analyzers.touched import Touched, macs_at, touched_by
from costlint.costmodel.ir.graph import Op, op_key

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

    @property
    def macs(self) -> Mapping[str, int]:
        """The macs as evidence of a finding."""
        return {"macs_before": self.macs_before, "macs_after": self.macs_after}

    @property
    def assumption(self) -> str:
        """What a comparison with these widths holds equal."""
        difference = self.macs_after / self.macs_before - 1
        return (
            f"equal macs over the {len(self.touched)} ops that share these widths "
            f"({difference:+.1%} by rounding)"
        )


def at_equal_macs(
    facts: Facts, targets: Mapping[int, float], *, dense: frozenset[str] = frozenset()
) -> EqualMacs | None:
    """Widths `scale * target` for the groups (by index) with the macs of all touched ops kept.

    Macs rise with the scale to the power of two and more, because each op has two widths, and a
    third where it mixes positions. `dense` are grouped convolutions (by key) that lose their
    groups. None where no positive scale exists, or no whole widths have about these macs.
    """
    touched = list(touched_by(facts.structure, frozenset(targets), dense))
    rows = [facts.structure.rows[op_key(one.op)] for one in touched]
    before = sum(row.cost.macs for row in rows)
    if not before:
        return None
    scale = _scale(touched, targets, before)
    if scale is None:
        return None
    widths = _rounded(facts, touched, {i: scale * t for i, t in targets.items()}, before, dense)
    if widths is None:
        return None
    return _solved(facts, touched, widths, before, macs_at(touched, widths))


def at_full_lanes(facts: Facts, steps: Mapping[int, int]) -> EqualMacs | None:
    """Each group (by index) at the multiple of its step below or above, so that the macs stay.

    The widest first; each takes the side that brings the sum back. None where they do not meet.
    """
    known = facts.structure.channels.groups
    touched = list(touched_by(facts.structure, frozenset(steps)))
    before = sum(facts.structure.rows[op_key(one.op)].cost.macs for one in touched)
    order = sorted(steps, key=lambda i: -known[i].width)
    widths, excess = _up_or_down(touched, {i: known[i].width for i in order}, steps)
    if not before or abs(excess) > ROUNDING * before:
        return None
    return _solved(facts, touched, widths, before, before + excess)


def _solved(
    facts: Facts, touched: Iterable[Touched], widths: Mapping[int, int], before: int, after: float
) -> EqualMacs:
    known = facts.structure.channels.groups
    return EqualMacs(
        widths={known[i].name: width for i, width in widths.items()},
        touched=tuple(one.op for one in touched),
        macs_before=before,
        macs_after=round(after),
    )


def _up_or_down(
    touched: Sequence[Touched], exact: Mapping[int, float], steps: Mapping[int, int]
) -> tuple[dict[int, int], float]:
    """Each width at the multiple of its step below or above, and the macs that are too many.

    One after the other, in the order of `exact`; each takes the side that brings the sum back.
    """
    users: dict[int, list[Touched]] = {index: [] for index in exact}
    for one in touched:
        for index in {i for axis in one.lengths for i, _ in axis.parts}:
            users[index].append(one)
    widths, excess = {**exact}, 0.0
    for index, width in exact.items():
        base = macs_at(users[index], widths)
        low = int(width // steps[index]) * steps[index]
        changes = {
            side: macs_at(users[index], {**widths, index: side}) - base
            for side in (low, low + steps[index])
            if side
        }
        widths[index] = min(changes, key=lambda side: abs(excess + changes[side]))
        excess += changes[int(widths[index])]
    return {index: int(width) for index, width in widths.items()}, excess


def _unit(facts: Facts, index: int) -> int:
    """What a width must be a multiple of without groups: 1, unless a shuffle cuts it in parts."""
    group = facts.structure.channels.groups[index]
    for key in facts.structure.channels.keys_along(index):
        tensor = facts.graph.tensors.get(key)
        if tensor is None or tensor.is_parameter:
            continue
        for terms in facts.structure.channels.axes[key]:
            if any(i == index and times % group.multiple_of for i, times in terms or ()):
                return group.multiple_of
    return 1


def _rounded(
    facts: Facts,
    touched: Sequence[Touched],
    exact: Mapping[int, float],
    macs: int,
    dense: frozenset[str],
) -> dict[int, int] | None:
    """Whole widths: multiples of `BUILT` and the device's lanes where the macs stay, else of less.

    A width beside the lanes would waste them, and the comparison with it. Where the nearest widths
    miss the macs, each goes up or down so that the sum comes back; None where that takes widths
    which nobody would build.
    """
    known = facts.structure.channels.groups
    units = {i: _unit(facts, i) if dense else known[i].multiple_of for i in exact}
    order = sorted(exact, key=lambda i: -units[i])
    step = lcm(facts.estimate.device.lanes_out, BUILT)
    while step >= LEAST_BUILT:
        steps = {i: lcm(units[i], step) for i in order}
        near = {i: _nearest(exact[i], steps[i]) for i in order}
        beside, _ = _up_or_down(touched, {i: exact[i] for i in order}, steps)
        for widths in (near, beside):
            if abs(macs_at(touched, widths) / macs - 1) <= ROUNDING:
                return widths
        step //= 2
    return None


def _nearest(width: float, step: int) -> int:
    return max(1, round(width / step)) * step


def _scale(touched: Sequence[Touched], targets: Mapping[int, float], macs: float) -> float | None:
    """Where `scale * target` has these macs; Newton's way, as they rise ever faster with it."""

    def excess(scale: float) -> float:
        return macs_at(touched, {i: scale * target for i, target in targets.items()}) - macs

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
