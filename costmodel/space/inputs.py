"""Which dimensions of the inputs are batch, height and width."""

from __future__ import annotations

from typing import Final, TypeAlias

from costlint.costmodel.inference.infer import BATCH
from costlint.costmodel.ir.graph import OpGraph

BATCH_SIZE: Final = "batch"
HEIGHT: Final = "input.height"
WIDTH: Final = "input.width"
IMAGE_RANK: Final = 4
_COLOURS: Final = frozenset({1, 3, 4})

Plan: TypeAlias = "dict[str, tuple[int | str, ...]]"
"""Input name -> its dimensions: numbers, and names of variables."""


def input_sizes(loaded: OpGraph, graph: OpGraph) -> tuple[Plan, dict[str, int], dict[str, str]]:
    """Input shapes with names in place of free sizes, today's values, and what is not free.

    `loaded` is the graph as it came, `graph` the same with every dimension bound.
    """
    plan: Plan = {}
    current: dict[str, int] = {}
    refused: dict[str, str] = {}
    if loaded.source is None:
        why = "this graph was edited, so its shapes cannot be inferred again"
        return {}, {}, dict.fromkeys((BATCH_SIZE, HEIGHT, WIDTH), why)
    batch = _batch(loaded, graph, refused)
    sides = _sides(graph)
    for tensor in graph.inputs:
        if tensor.shape is None or not tensor.shape:
            continue
        dims: list[int | str] = list(tensor.shape)
        if batch is not None and tensor.name in batch:
            dims[0] = BATCH_SIZE
            current[BATCH_SIZE] = tensor.shape[0]
        for place, name in zip(sides.get(tensor.name, ()), (HEIGHT, WIDTH), strict=False):
            dims[place] = name
            current[name] = tensor.shape[place]
        plan[tensor.name] = tuple(dims)
    if HEIGHT not in current:
        refused |= dict.fromkeys((HEIGHT, WIDTH), "no input is an image")
    return plan, current, refused


def _batch(loaded: OpGraph, graph: OpGraph, refused: dict[str, str]) -> frozenset[str] | None:
    """Names of the inputs whose first dimension is the batch; None where it is bound."""
    if loaded.batch_symbols:
        return frozenset(
            t.name for t in loaded.inputs if t.shape and str(t.shape[0]) in loaded.batch_symbols
        )
    declared = {} if loaded.source is None else {i.name: i for i in loaded.source.graph.inputs}
    firsts = {i.shape[0] for i in declared.values() if i.shape}
    if BATCH in loaded.bound or any(k in loaded.bound for k in (*firsts, *declared)):
        refused[BATCH_SIZE] = "the batch was bound at load"
        return None
    main = next((t.shape for t in graph.inputs if t.shape and len(t.shape) > 1), None)
    if main is None:
        refused[BATCH_SIZE] = "no input has a batch"
        return None
    return frozenset(
        t.name for t in graph.inputs if t.shape and len(t.shape) > 1 and t.shape[0] == main[0]
    )


def _sides(graph: OpGraph) -> dict[str, tuple[int, int]]:
    """Places of height and width in each image that is as large as the first one."""
    found: dict[str, tuple[int, int]] = {}
    first: tuple[int, int] | None = None
    for tensor in graph.inputs:
        if tensor.shape is None or len(tensor.shape) != IMAGE_RANK:
            continue
        places = (
            (1, 2) if tensor.shape[3] in _COLOURS and tensor.shape[1] not in _COLOURS else (2, 3)
        )
        size = tensor.shape[places[0]], tensor.shape[places[1]]
        first = first or size
        if size == first and min(size) > 1:
            found[tensor.name] = places
    return found
