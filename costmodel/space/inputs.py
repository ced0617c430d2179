"""Which dimensions of the inputs are batch, height and width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from costlint.costmodel.inference.batch import batch_axes
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
        if tensor.name in batch:
            dims[batch[tensor.name]] = BATCH_SIZE
            current[BATCH_SIZE] = tensor.shape[batch[tensor.name]]
        for place, name in zip(sides.get(tensor.name, ()), (HEIGHT, WIDTH), strict=False):
            dims[place] = name
            current[name] = tensor.shape[place]
        plan[tensor.name] = tuple(dims)
    if HEIGHT not in current:
        refused |= dict.fromkeys((HEIGHT, WIDTH), "no input is an image")
    return plan, current, refused


def _batch(loaded: OpGraph, graph: OpGraph, refused: dict[str, str]) -> Mapping[str, int]:
    """The batch axis of each input that has one free."""
    axes = batch_axes(graph)
    if loaded.batch_symbols:
        return {
            t.name: axes[t.name]
            for t in loaded.inputs
            if t.name in axes and t.shape and str(t.shape[axes[t.name]]) in loaded.batch_symbols
        }
    declared = {} if loaded.source is None else {i.name: i for i in loaded.source.graph.inputs}
    sizes = {i.shape[axes[n]] for n, i in declared.items() if i.shape and n in axes}
    if BATCH in loaded.bound or any(key in loaded.bound for key in (*sizes, *declared)):
        refused[BATCH_SIZE] = "the batch was bound at load"
        return {}
    if not axes:
        refused[BATCH_SIZE] = "no input has a batch"
    shapes = {t.name: t.shape or () for t in graph.inputs}
    first = next((shapes[name][axis] for name, axis in axes.items()), None)
    return {name: axis for name, axis in axes.items() if shapes[name][axis] == first}


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
