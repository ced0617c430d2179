"""A graph whose sizes can be bound anew: variables, constraints, and the graph at other values."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from costlint.costmodel.channels import Channels, channels_of
from costlint.costmodel.edit import Edit, apply
from costlint.costmodel.ir.errors import OptionError, ShapeError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.space.conditions import Condition
from costlint.costmodel.space.depth import with_depths
from costlint.costmodel.space.group_counts import Grouping, with_groups
from costlint.costmodel.space.resizable import Resizable
from costlint.costmodel.space.runs import Run
from costlint.costmodel.space.trace import Node, Trace
from costlint.costmodel.space.variable import SIZES, Variable

InputPlan: TypeAlias = Mapping[str, tuple["int | str", ...]]
"""Input name -> its dimensions: numbers, and names of variables."""


@dataclass(frozen=True, kw_only=True, repr=False)
class FreeSizes:
    """A graph with free sizes.

    `graph` has today's sizes, `traced` is the same over traced dimensions, `plan` has the shapes of
    the inputs with names of variables in them. `frozen` says of each size that is not free why it
    is not.
    """

    graph: OpGraph
    details: Mapping[str, Variable]
    frozen: Mapping[str, str]
    channels: Channels
    source: Resizable
    plan: InputPlan
    trace: Trace
    nodes: Mapping[str, Node]
    traced: OpGraph
    conditions: tuple[Condition, ...]
    with_ends: bool = False
    runs: tuple[Run, ...] = ()
    groupings: tuple[Grouping, ...] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.graph.name!r}, {len(self.details)} variables)"

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the free sizes."""
        return tuple(self.details)

    @cached_property
    def current(self) -> Mapping[str, int]:
        """Today's values."""
        return {name: v.current for name, v in self.details.items()}

    @cached_property
    def bounds(self) -> Mapping[str, tuple[int, int, int]]:
        """(lowest, highest, step) of each variable, where `sample` and `optimize` look."""
        return {name: (v.low, v.high, v.step) for name, v in self.details.items()}

    def bind(self, values: Mapping[str, int] | None = None, **named: int) -> OpGraph:
        """The graph at `values`; variables that are not named keep today's.

        Raises:
            OptionError: an unknown name, or a value that its constraint forbids.
            ShapeError: the graph breaks at this size of the input.
        """
        chosen = {**self.current, **self.checked({**(values or {}), **named})}
        graph, channels = self.sized(chosen)
        widths = self.widths(chosen)
        edited = apply(graph, Edit(widths=widths), channels) if widths else graph
        return self.regrouped(edited, chosen)

    def regrouped(self, graph: OpGraph, chosen: Mapping[str, int]) -> OpGraph:
        """`graph`, whose groups and depths are today's, with those of `chosen`.

        Raises:
            ShapeError: the channels of a convolution are no multiple of its groups.
        """
        split = with_groups(graph, self.groupings, chosen)
        for op in split.ops:
            count = op.attributes.get("group", 1) if op.op_type == "Conv" else 1
            if count > 1 and (op.x.known_shape[1] % count or op.w.known_shape[0] % count):
                sizes = f"{op.x.known_shape[1]} and {op.w.known_shape[0]} channels"
                raise ShapeError(f"Conv {op.name!r} cannot have {count} groups", facts=(sizes,))
        return with_depths(split, self.runs, chosen)

    def sized(self, chosen: Mapping[str, int]) -> tuple[OpGraph, Channels]:
        """The graph at the input sizes of `chosen`, with today's widths, and its channels."""
        sizes = {n: chosen[n] for n, v in self.details.items() if v.kind in SIZES}
        if all(size == self.current[name] for name, size in sizes.items()):
            return self.graph, self.channels
        self._refuse_broken(chosen)
        shapes = {
            key: tuple([sizes.get(d, d) if isinstance(d, str) else d for d in dims])
            for key, dims in self.plan.items()
        }
        graph = self.source.at(shapes)
        return graph, channels_of(graph, with_ends=self.with_ends)

    def widths(self, chosen: Mapping[str, int]) -> dict[str, int]:
        """The new width of each channel group whose width is not today's."""
        return {
            group: chosen[name]
            for name, v in self.details.items()
            for group in v.groups
            if chosen[name] != v.current
        }

    def checked(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """`values`, once their names and constraints hold.

        Raises:
            OptionError: see `bind`.
        """
        for name, value in values.items():
            variable = self.details.get(name)
            if variable is None:
                raise self.unknown(name)
            if not isinstance(value, int) or value < 1 or value % variable.multiple_of:
                raise OptionError(
                    f"{name}={value!r}",
                    facts=(f"it is a positive multiple of {variable.multiple_of}",),
                    fix=f"{name}={variable.current}",
                )
        return values

    def unknown(self, name: str) -> OptionError:
        """The error for a name that is no variable."""
        near = difflib.get_close_matches(name, self.variables, 1)
        why = self.frozen.get(name)
        facts = (f"it is not free: {why}",) if why else tuple(f"did you mean {n!r}?" for n in near)
        return OptionError(f"{name!r} is no variable of this space", facts=facts)

    def _refuse_broken(self, chosen: Mapping[str, int]) -> None:
        broken = self.broken(chosen)
        if broken is not None:
            sizes = ", ".join(
                f"{n}={chosen[n]}" for n, v in self.details.items() if v.kind in SIZES
            )
            raise ShapeError(f"the graph breaks at {sizes}", facts=(broken.why,))

    def broken(self, chosen: Mapping[str, int]) -> Condition | None:
        """The first condition that fails at one design."""
        import numpy as np

        from costlint.costmodel.space.program import Program

        if not self.conditions:
            return None
        program = Program(list(self.nodes.values()), [c.value for c in self.conditions])
        units = [chosen[name] // self.details[name].multiple_of for name in self.nodes]
        found = program(np.array(units, dtype=float)[:, None])[:, 0]
        for condition, value in zip(self.conditions, found, strict=True):
            if value != 0 if condition.must == "zero" else value < 1:
                return condition
        return None
