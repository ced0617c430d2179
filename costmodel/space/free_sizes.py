"""A graph whose sizes can be bound anew: variables, constraints, and the graph at other values."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from costlint.costmodel.channels import Channels
from costlint.costmodel.edit import Edit, apply
from costlint.costmodel.ir.errors import OptionError, ShapeError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.space.conditions import Condition
from costlint.costmodel.space.depth import with_depths
from costlint.costmodel.space.group_counts import with_groups
from costlint.costmodel.space.inputs import Plan
from costlint.costmodel.space.program import Program
from costlint.costmodel.space.resizable import Resizable
from costlint.costmodel.space.runs import Run
from costlint.costmodel.space.trace import Dim, Node, Trace
from costlint.costmodel.space.traced_graph import channels_at
from costlint.costmodel.space.variable import SIZES, Variable

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    plan: Plan
    trace: Trace
    nodes: Mapping[str, Node]
    traced: OpGraph
    conditions: tuple[Condition, ...]
    runs: tuple[Run, ...] = ()
    groupings: tuple[Variable, ...] = ()

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
            count = op.attributes.get("group", 1) if op.op_type == "Conv" and op.has_shapes else 1
            if count > 1 and (op.x.known_shape[1] % count or op.w.known_shape[0] % count):
                sizes = f"{op.x.known_shape[1]} and {op.w.known_shape[0]} channels"
                raise ShapeError(f"Conv {op.name!r} cannot have {count} groups", facts=(sizes,))
        return with_depths(split, self.runs, chosen)

    def sized(self, chosen: Mapping[str, int]) -> tuple[OpGraph, Channels]:
        """The graph at the input sizes of `chosen`, with today's widths, and its channels."""
        sizes = {n: chosen[n] for n, v in self.details.items() if v.kind in SIZES}
        if all(size == self.current[name] for name, size in sizes.items()):
            return self.graph, self.channels
        broken = self.broken(chosen)
        if broken:
            at = ", ".join(f"{name}={size}" for name, size in sizes.items())
            raise ShapeError(f"the graph breaks at {at}", facts=(broken,))
        shapes = {
            key: tuple([sizes.get(d, d) if isinstance(d, str) else d for d in dims])
            for key, dims in self.plan.items()
        }
        graph = self.source.at(shapes)
        return graph, channels_at(graph, self.channels, self.graph.tensors)

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
            variable = self.variable(name)
            if not isinstance(value, int) or value < 1 or value % variable.multiple_of:
                raise OptionError(
                    f"{name}={value!r}",
                    facts=(f"it is a positive multiple of {variable.multiple_of}",),
                    fix=f"{name}={variable.current}",
                )
        return values

    def variable(self, name: str) -> Variable:
        """The variable of this name.

        Raises:
            OptionError: there is none.
        """
        if name in self.details:
            return self.details[name]
        near = difflib.get_close_matches(name, self.variables, 1)
        why = self.frozen.get(name)
        facts = (f"it is not free: {why}",) if why else tuple(f"did you mean {n!r}?" for n in near)
        raise OptionError(f"{name!r} is no variable of this space", facts=facts)

    def broken(self, chosen: Mapping[str, int]) -> str:
        """Why the first condition that fails at one design does; '' where all hold."""
        fails = self.failing([chosen])[:, 0]
        return next((c.why for c, bad in zip(self.conditions, fails, strict=True) if bad), "")

    def failing(self, designs: Sequence[Mapping[str, int]]) -> NDArray[np.bool_]:
        """Which conditions fail at which designs: (conditions, designs)."""
        found = self.program([c.value for c in self.conditions])(self.units(designs))
        must = np.array([c.must == "zero" for c in self.conditions], dtype=bool)[:, None]
        return np.where(must, found != 0, found < 1)

    def program(self, outputs: Sequence[Dim]) -> Program:
        """A program from what `units` gives to traced `outputs`."""
        return Program(list(self.nodes.values()), outputs)

    def units(self, designs: Sequence[Mapping[str, int]]) -> NDArray[np.float64]:
        """The traced variables at each of `designs`: (variables, designs)."""
        rows = [[d[n] / self.details[n].multiple_of for d in designs] for n in self.nodes]
        return np.array(rows, dtype=float).reshape(len(rows), len(designs))
