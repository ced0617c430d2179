"""From a graph to its design space."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from costlint.costmodel.channels import channels_of
from costlint.costmodel.channels.stored import Stored
from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.load import bind_batch, load
from costlint.costmodel.reader import Model
from costlint.costmodel.space.draft import Draft
from costlint.costmodel.space.equal_blocks import depth_ties, free_runs
from costlint.costmodel.space.group_counts import groupings_of
from costlint.costmodel.space.inputs import BATCH_SIZE, HEIGHT, WIDTH, input_sizes
from costlint.costmodel.space.resizable import resizable
from costlint.costmodel.space.space import Space
from costlint.costmodel.space.variable import width_variables

FREE: Final = ("widths", "resolution", "batch")
ENDS: Final = "ends"
DEPTH: Final = "depth"
GROUPS: Final = "groups"
WORDS: Final = (*FREE, ENDS, DEPTH, GROUPS)
LARGEST: Final = 1 << 31
SIZES_OF: Final = {"batch": (BATCH_SIZE,), "resolution": (HEIGHT, WIDTH)}


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
        UnboundDimensionError: no size was found for a dimension that is open.
    """
    wrong = [word for word in free if word not in WORDS]
    if wrong:
        raise OptionError(f"free={wrong[0]!r}", facts=(f"it is some of {', '.join(WORDS)}",))
    loaded = load(model)
    graph = bind_batch(loaded)
    if graph.assumed:
        loaded = load(loaded, shapes={a.name: a.size for a in graph.assumed})
    largest = max(
        (d for t in graph.tensors.values() for d in t.shape or () if type(d) is int), default=0
    )
    if largest > LARGEST:
        raise OptionError(
            f"a dimension of {largest} is too large for a design space",
            facts=(f"arrays of designs are exact for sizes up to {LARGEST}",),
        )
    space = _with_sizes(_draft(loaded, graph, free, ties or {}), free)
    return space.narrowed(bounds) if bounds else space


def _draft(
    loaded: OpGraph, graph: OpGraph, free: Collection[str], ties: Mapping[str, Sequence[str]]
) -> Draft:
    """What is free of the network itself; `graph` is `loaded` with every dimension bound."""
    channels = channels_of(graph, with_ends=ENDS in free, fixed=Stored(graph=graph).fixed)
    runs, uneven = free_runs(graph, channels) if DEPTH in free else ((), {})
    tied = depth_ties(graph, channels, runs, ties)
    groupings, no_groups = groupings_of(graph, runs) if GROUPS in free else ((), "")
    return Draft(
        source=resizable(loaded, graph),
        graph=graph,
        channels=channels,
        widths=width_variables(channels, tied) if "widths" in free else {},
        runs=runs,
        groupings=groupings,
        frozen=uneven | ({GROUPS: no_groups} if no_groups else {}),
    )


def _with_sizes(draft: Draft, free: Collection[str]) -> Space:
    """The space with as many free input sizes as the graph bears; the others are frozen."""
    plan, current, refused = input_sizes(draft.source.loaded, draft.graph)
    asked = {name for word, names in SIZES_OF.items() if word in free for name in names}
    frozen = draft.frozen | {name: why for name, why in refused.items() if name in asked}
    wanted = frozenset(asked.intersection(current))
    batch = wanted & {BATCH_SIZE}
    choices = dict.fromkeys((wanted, batch, wanted - batch, frozenset[str]()))
    failed: dict[tuple[frozenset[str], bool], str] = {}
    for names, rebatches in product(choices, (True, False) if draft.source.baked else (False,)):
        why = failed.get((wanted, False), "")
        tried = replace(
            draft,
            source=replace(draft.source, rebatches=rebatches),
            frozen=frozen | dict.fromkeys(wanted - names, why),
        )
        try:
            return tried.space(plan, {name: current[name] for name in sorted(names)})
        except (CostlintError, UnknownShapeError, ValueError, TypeError) as error:
            failed[names, rebatches] = " ".join(str(error).split())
    raise OptionError("this graph has no design space", facts=tuple(failed.values())[:1])
