"""A graph with what is chosen to be free of it, and the design space over that and input sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from math import gcd
from typing import Final

from costlint.costmodel.channels import Channels
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.space.agreement import (
    refuse_only_today,
    refuse_open_branches,
    refuse_other_ops,
    refuse_other_shapes,
)
from costlint.costmodel.space.conditions import conditions
from costlint.costmodel.space.depth import with_depths
from costlint.costmodel.space.equal_blocks import depth_variable
from costlint.costmodel.space.group_counts import with_groups
from costlint.costmodel.space.inputs import BATCH_SIZE, HEIGHT, WIDTH, Plan
from costlint.costmodel.space.resizable import Resizable
from costlint.costmodel.space.runs import SHOWN, Run
from costlint.costmodel.space.space import Space
from costlint.costmodel.space.trace import Node, Trace
from costlint.costmodel.space.traced_graph import with_traced_sizes, with_traced_widths
from costlint.costmodel.space.variable import Variable, VariableKind, make_variable

_SIZES: Final[Mapping[str, tuple[VariableKind, int]]] = {
    BATCH_SIZE: ("batch", 1),
    HEIGHT: ("height", 32),
    WIDTH: ("image_width", 32),
}
"""Kinds and steps, of a side where today's is a multiple: five halvings stay whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Widths, depths and groups of `graph` that are free; `frozen` says why others are not."""

    source: Resizable
    graph: OpGraph
    channels: Channels
    widths: Mapping[str, Variable]
    runs: tuple[Run, ...]
    groupings: tuple[Variable, ...]
    frozen: dict[str, str]

    def space(self, plan: Plan, sizes: Mapping[str, int]) -> Space:
        """The design space with the input sizes of these names free as well; they are today's.

        Raises:
            CostlintError, UnknownShapeError, ValueError, TypeError: the graph does not bear them.
        """
        own = {key: self._without_others(key, dims, sizes) for key, dims in plan.items()}
        trace = Trace()
        nodes = {name: trace.variable(name) for name in sizes}
        sized = self._sized(own, nodes, trace) if sizes else self.graph
        parts = (run.name for run in self.runs), (each.name for each in self.groupings)
        nodes |= {name: trace.variable(name) for name in chain(*parts, self.widths)}
        traced = self._traced(sized, nodes)
        kept = {group.name: group.frozen for group in self.channels.groups if group.frozen}
        space = Space(
            graph=self.graph,
            details=self._variables(sizes),
            frozen=self.frozen | kept,
            channels=self.channels,
            source=self.source,
            plan=own,
            trace=trace,
            nodes=nodes,
            traced=traced,
            conditions=conditions(traced),
            runs=self.runs,
            groupings=self.groupings,
        )
        refuse_other_shapes(space)
        refuse_only_today(space)
        refuse_open_branches(space)
        return space

    def _without_others(
        self, key: str, dims: tuple[int | str, ...], free: Mapping[str, int]
    ) -> tuple[int | str, ...]:
        """The dimensions of an input, with today's number where a name is not `free`."""
        today = self.graph.tensors[key].known_shape
        pairs = zip(dims, today, strict=True)
        return tuple([size if isinstance(d, str) and d not in free else d for d, size in pairs])

    def _sized(self, plan: Plan, nodes: Mapping[str, Node], trace: Trace) -> OpGraph:
        """The graph over traced input sizes."""
        shapes = {
            key: tuple([_symbol(dim) if isinstance(dim, str) else dim for dim in dims])
            for key, dims in plan.items()
        }
        sized = self.source.at(shapes)
        refuse_other_ops(sized, self.graph)
        return with_traced_sizes(sized, {_symbol(n): node for n, node in nodes.items()}, trace)

    def _traced(self, graph: OpGraph, nodes: Mapping[str, Node]) -> OpGraph:
        """`graph` over traced widths and groups, and with a few blocks of each run."""
        widths: dict[str, Dim] = {}
        for variable in self.widths.values():
            width = nodes[variable.name] * variable.multiple_of
            widths |= dict.fromkeys(variable.groups, width)
        if widths:
            graph = with_traced_widths(graph, widths, self.channels, self.graph.tensors)
        graph = with_groups(graph, self.groupings, nodes)
        return with_depths(graph, self.runs, {run.name: SHOWN for run in self.runs})

    def _variables(self, sizes: Mapping[str, int]) -> Mapping[str, Variable]:
        made = {}
        for name, size in sizes.items():
            kind, step = _SIZES[name]
            made[name] = make_variable(name, kind, size, step=gcd(size, step))
        return {
            **made,
            **self.widths,
            **{run.name: depth_variable(run) for run in self.runs},
            **{grouping.name: grouping for grouping in self.groupings},
        }


def _symbol(name: str) -> str:
    """A symbol that no file has."""
    return f" {name}"
