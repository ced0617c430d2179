"""From a graph to its design space."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import gcd
from typing import Final

from costlint.costmodel.channels import Channels, channels_of
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.costmodel.ir.graph import OpGraph, UnknownShapeError
from costlint.costmodel.load import bind_batch, load
from costlint.costmodel.reader import Model
from costlint.costmodel.space.agreement import (
    refuse_only_today,
    refuse_other_ops,
    refuse_other_shapes,
)
from costlint.costmodel.space.conditions import Condition, conditions
from costlint.costmodel.space.depth import with_depths
from costlint.costmodel.space.equal_blocks import depth_ties, depth_variable, free_runs
from costlint.costmodel.space.free_sizes import InputPlan
from costlint.costmodel.space.group_counts import Grouping, groupings_of, with_groups
from costlint.costmodel.space.inputs import BATCH_SIZE, HEIGHT, WIDTH, input_sizes
from costlint.costmodel.space.resizable import Resizable, resizable
from costlint.costmodel.space.runs import SHOWN, Run
from costlint.costmodel.space.space import Space
from costlint.costmodel.space.trace import Node, Trace
from costlint.costmodel.space.traced_graph import with_traced_sizes, with_traced_widths
from costlint.costmodel.space.variable import (
    Variable,
    VariableKind,
    make_variable,
    width_variables,
)

FREE: Final = ("widths", "resolution", "batch")
ENDS: Final = "ends"
DEPTH: Final = "depth"
GROUPS: Final = "groups"
WORDS: Final = (*FREE, ENDS, DEPTH, GROUPS)
COARSE: Final = 32
"""Steps of an image's side, where today's is a multiple: five halvings stay whole."""
_KINDS: Final[Mapping[str, VariableKind]] = {
    BATCH_SIZE: "batch",
    HEIGHT: "height",
    WIDTH: "image_width",
}


def parametrize(
    model: Model | OpGraph,
    *,
    free: Collection[str] = FREE,
    bounds: Mapping[str, Sequence[int]] | None = None,
    ties: Mapping[str, Sequence[str]] | None = None,
) -> Space:
    """The design space of a model: a variable for each width that can change, resolution and batch.

    `free` are some of "widths", "resolution" and "batch", "ends" for the channels of the model's
    own inputs and outputs, "depth" for the number of equal blocks in a row, whose widths then
    change together, and "groups" for those of convolutions. A batch that was bound at load stays.
    `bounds` are {name: (lowest, highest)}, with a step as third number where it matters. `ties` are
    {new name: names of widths}: equal widths of blocks that are to change together.

    Raises:
        OptionError: an unknown word in `free`, bounds or ties that do not fit.
        UnboundDimensionError: a dimension besides the batch is symbolic.
    """
    wrong = [word for word in free if word not in WORDS]
    if wrong:
        raise OptionError(f"free={wrong[0]!r}", facts=(f"it is some of {', '.join(WORDS)}",))
    loaded = load(model)
    graph = bind_batch(loaded) if loaded.symbols else loaded
    channels = channels_of(graph, with_ends=ENDS in free)
    runs, uneven = free_runs(graph, channels) if DEPTH in free else ((), {})
    tied = depth_ties(graph, channels, runs, ties or {})
    widths = width_variables(channels, tied) if "widths" in free else {}
    groupings, why = groupings_of(graph, runs) if GROUPS in free else ((), "")
    making = _Making(
        resizable(loaded, graph), graph, channels, widths, ENDS in free, runs, groupings,
        uneven | ({GROUPS: why} if why else {}),
    )  # fmt: skip
    sizes = making.sizes(free)
    space = making.space(sizes)
    return space.narrowed(bounds) if bounds else space


@dataclass(slots=True)
class _Sizes:
    """A choice of free input sizes that works."""

    plan: InputPlan
    current: Mapping[str, int]
    trace: Trace
    nodes: Mapping[str, Node]
    traced: OpGraph
    conditions: tuple[Condition, ...]


@dataclass(slots=True)
class _Making:
    source: Resizable
    graph: OpGraph
    channels: Channels
    widths: Mapping[str, Variable]
    with_ends: bool
    runs: tuple[Run, ...]
    groupings: tuple[Grouping, ...]
    frozen: dict[str, str] = field(default_factory=dict)

    def sizes(self, free: Collection[str]) -> _Sizes:
        """As many free input sizes as the graph bears; the others are frozen with their reason."""
        wanted = {BATCH_SIZE} if "batch" in free else set[str]()
        wanted |= {HEIGHT, WIDTH} if "resolution" in free else set[str]()
        plan, current, refused = input_sizes(self.source.loaded, self.graph)
        self.frozen |= {name: why for name, why in refused.items() if name in wanted}
        wanted &= set(current)
        errors: dict[tuple[bool, frozenset[str]], str] = {}
        everything = frozenset(wanted)
        for names in dict.fromkeys(
            (everything, everything & {BATCH_SIZE}, everything - {BATCH_SIZE}, frozenset[str]())
        ):
            for rebatches in (True, False) if self.source.baked else (False,):
                self.source = replace(self.source, rebatches=rebatches)
                try:
                    found = self._tried(plan, {n: current[n] for n in sorted(names)})
                except (CostlintError, UnknownShapeError, ValueError, TypeError) as error:
                    errors[rebatches, names] = _reason(error)
                    continue
                self.frozen |= dict.fromkeys(wanted - names, errors.get((False, everything), ""))
                return found
        raise OptionError("this graph has no design space", facts=tuple(errors.values())[:1])

    def _tried(self, plan: InputPlan, current: Mapping[str, int]) -> _Sizes:
        own = {
            key: tuple([size if isinstance(d, str) and d not in current else d for d, size in
                        zip(dims, self.graph.tensors[key].known_shape, strict=True)])
            for key, dims in plan.items()
        }  # fmt: skip
        trace = Trace()
        nodes = {name: trace.variable(name) for name in current}
        graph = self.graph
        if current:
            sized = self.source.at({key: tuple(map(_named, d)) for key, d in own.items()})
            refuse_other_ops(sized, graph)
            graph = with_traced_sizes(sized, {f" {n}": node for n, node in nodes.items()}, trace)
        counted = [run.name for run in self.runs] + [one.name for one in self.groupings]
        nodes |= {name: trace.variable(name) for name in counted}
        widths: dict[str, Dim] = {}
        for variable in self.widths.values():
            node = nodes[variable.name] = trace.variable(variable.name)
            widths |= dict.fromkeys(variable.groups, node * variable.multiple_of)
        if widths:
            graph = with_traced_widths(graph, widths, self.channels, self.graph.tensors)
        graph = with_groups(graph, self.groupings, nodes)
        graph = with_depths(graph, self.runs, {run.name: SHOWN for run in self.runs})
        found = _Sizes(own, current, trace, nodes, graph, conditions(graph))
        space = self.space(found)
        refuse_other_shapes(space)
        refuse_only_today(space)
        return found

    def space(self, sizes: _Sizes) -> Space:
        """The space over `sizes` and the free channel groups."""
        details = {
            name: make_variable(name, _KINDS[name], size, step=_step(name, size))
            for name, size in sizes.current.items()
        }
        details |= self.widths
        details |= {run.name: depth_variable(run) for run in self.runs}
        details |= {one.name: one.variable for one in self.groupings}
        kept = {group.name: group.frozen for group in self.channels.groups if group.frozen}
        frozen = {**self.frozen, **kept}
        return Space(
            graph=self.graph,
            details=details,
            frozen=frozen,
            channels=self.channels,
            source=self.source,
            plan=sizes.plan,
            trace=sizes.trace,
            nodes=sizes.nodes,
            traced=sizes.traced,
            conditions=sizes.conditions,
            with_ends=self.with_ends,
            runs=self.runs,
            groupings=self.groupings,
        )


def _step(name: str, size: int) -> int:
    return 1 if name == BATCH_SIZE else gcd(size, COARSE)


def _named(dim: int | str) -> int | str:
    """A symbol that no file has."""
    return f" {dim}" if isinstance(dim, str) else dim


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())
