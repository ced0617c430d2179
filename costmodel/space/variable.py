"""A free size: its value, its constraint, where it is looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Final, Literal, TypeAlias

from costlint.costmodel.channels import ChannelGroup, Channels
from costlint.costmodel.ir.errors import OptionError

VariableKind: TypeAlias = Literal["width", "batch", "height", "image_width", "depth", "groups"]
SIZES: Final = ("batch", "height", "image_width")
"""Kinds that are sizes of the input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One free size. A value is a multiple of `multiple_of`.

    `groups` are the channel groups that it sets, `ops` those that have weights along them; those
    of a depth are its blocks'. A number of groups is one of its `choices`.
    """

    name: str
    kind: VariableKind
    current: int
    multiple_of: int
    low: int
    high: int
    step: int
    groups: tuple[str, ...] = ()
    ops: tuple[str, ...] = ()
    choices: tuple[int, ...] = ()

    @property
    def values(self) -> Sequence[int]:
        """Where it is looked for: every step within the bounds, or those `choices` among them."""
        if self.choices:
            return [n for n in self.choices if self.low <= n <= self.high]
        return range(self.low, self.high + 1, self.step)


def make_variable(
    name: str, kind: VariableKind, current: int, *, step: int, multiple_of: int = 1
) -> Variable:
    """A variable between 0.25x and 2x of today, rounded inwards to `step`, today among them."""
    low = max(step, -(-current // (4 * step)) * step)
    high = 2 * current // step * step
    return Variable(
        name=name,
        kind=kind,
        current=current,
        multiple_of=multiple_of,
        low=min(low, current),
        high=max(high, current),
        step=step,
    )


def width_variables(
    channels: Channels, ties: Mapping[str, Sequence[str]]
) -> Mapping[str, Variable]:
    """One variable for each free channel group, or for several that `ties` holds together.

    Raises:
        OptionError: a tied name is no free width, or tied widths differ.
    """
    free = {group.name: group for group in channels.groups if not group.frozen}
    tied = {name: tie for tie, names in ties.items() for name in names}
    for name in tied:
        if name not in free:
            raise OptionError(f"ties: {name!r} is no free width")
    members: dict[str, list[ChannelGroup]] = {}
    for group in free.values():
        members.setdefault(tied.get(group.name, group.name), []).append(group)
    return {name: _of_groups(name, groups) for name, groups in members.items()}


def _of_groups(name: str, groups: list[ChannelGroup]) -> Variable:
    sizes = {group.width: group.name for group in groups}
    if len(sizes) > 1:
        facts = tuple(f"{member} is {size} wide" for size, member in list(sizes.items())[:3])
        raise OptionError(f"ties: the widths of {name!r} differ", facts=facts)
    unit = lcm(*[group.multiple_of for group in groups])
    made = make_variable(name, "width", groups[0].width, step=unit, multiple_of=unit)
    ops = tuple(op for group in groups for op in group.ops)
    return replace(made, groups=tuple(group.name for group in groups), ops=ops)


def bounded(variable: Variable, given: Sequence[int]) -> Variable:
    """`variable` between given[0] and given[1] in steps of given[2].

    Raises:
        OptionError: no value lies there.
    """
    low, high, step = (*given, variable.step) if len(given) == 2 else given
    step = lcm(step, variable.multiple_of)
    low, high = -(-low // step) * step, high // step * step
    if not 0 < low <= high:
        raise OptionError(
            f"no value of {variable.name!r} lies between {given[0]} and {given[1]}",
            facts=(f"it is a multiple of {step}",),
        )
    return replace(variable, low=low, high=high, step=step)
