"""Which axis of each input is the batch: what ops treat as samples, not what comes first.

The axes of the inputs are followed through the graph, and what operators take them for is weighed.
Only where no op says anything, as in a network of element-wise ops, the first axis is the batch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from costlint.costmodel.inference.axis_walk import CERTAIN, AxisWalk
from costlint.costmodel.inference.declared import declared_dims
from costlint.costmodel.ir.graph import OpGraph

_ELSEWHERE: Final = 2
"""Rows alone make no batch of any axis but the first: they may be time steps or tokens."""
_LEADS: Final = 3
"""What it weighs to stand first in an output."""
_NAMED: Final = re.compile(r"n|bs|bsz|.*batch.*", re.IGNORECASE)
_NOT_NAMED: Final = re.compile(
    r"[tlshw]|.*(seq|time|len|past|height|width|frame|token|num|node|atom|edge|point).*",
    re.IGNORECASE,
)
_NAME: Final = 3
_SAID: Final = re.compile(r".*batch.*", re.IGNORECASE)
_WORD: Final = 80
"""What a name weighs where ops are unsure, and what the word itself does against any single op."""


def batch_axes(graph: OpGraph) -> Mapping[str, int]:
    """The axis of each input that is its batch; inputs that have none are left out.

    Sizes of the same name are one size, wherever they stand.
    """
    names = {} if graph.source is None else declared_dims(graph.source.graph, {})
    groups: dict[tuple[str, int], int] = {}
    known: dict[object, int] = {}
    for tensor in graph.inputs:
        for axis, dim in enumerate(tensor.shape or ()):
            said = (names.get(tensor.name) or ())[axis : axis + 1]
            name = dim if type(dim) is not int else said[0] if said else dim
            key = str(name) if type(name) is not int else (tensor.name, axis)
            groups[tensor.name, axis] = known.setdefault(key, len(known))
    if not groups:
        return {}
    named = {key: group for key, group in known.items() if isinstance(key, str)}
    sizes = {groups[t.name, a]: dim for t in graph.inputs for a, dim in enumerate(t.shape or ())}
    walk = AxisWalk(sizes=sizes, named=named)
    walk.axes.update(
        (t.name, tuple([{groups[t.name, axis]: True} for axis in range(len(t.shape))]))
        for t in graph.inputs
        if t.shape
    )
    walk.through(graph.ops)
    for group in walk.leading(graph.outputs):
        # Beside a size of 1, which reshapes lose sight of, another number says nothing.
        if type(sizes[group]) is not int or sizes[group] == 1 or 1 not in sizes.values():
            walk.weights[group].append(_LEADS)
    for name, group in named.items():
        walk.weights[group].append(_named(name))
    return _chosen(graph, groups, walk.weights, {g for n, g in named.items() if _named(n) >= 0})


def batch_size(graph: OpGraph) -> int | None:
    """The size of the batch; None where no input has one, or it is open."""
    shapes = {t.name: t.shape or () for t in graph.inputs}
    size = next((shapes[name][axis] for name, axis in batch_axes(graph).items()), None)
    return size if type(size) is int else None


def _named(name: str) -> int:
    """What a name alone says: `batch` also where ops loop over it, as a Scan does."""
    if _SAID.fullmatch(name):
        return _WORD
    if _NAMED.fullmatch(name):
        return _NAME
    return -_NAME if _NOT_NAMED.fullmatch(name) else 0


def _chosen(
    graph: OpGraph,
    groups: Mapping[tuple[str, int], int],
    scores: Mapping[int, list[int]],
    free: AbstractSet[int],
) -> Mapping[str, int]:
    """One axis of each input: the best that more speaks for than against, the first of equals.

    `free` are open sizes of which the name says nothing: where no op is certain of such a one, and
    it comes first, it is rather a batch than anything else.
    """
    total = {group: _verdict(weights) for group, weights in scores.items()}
    found: dict[str, int] = {}
    for tensor in graph.inputs:
        shape = tensor.shape or ()
        score, axis = max(
            ((total.get(groups[tensor.name, a], 0), -a) for a in range(len(shape))), default=(0, 0)
        )
        if score > (_ELSEWHERE if axis else 0):
            found[tensor.name] = -axis
    possible = {
        group
        for group in groups.values()
        if total.get(group, 0) >= 0 or (group in free and min(scores[group]) > -CERTAIN)
    }
    return found or _first(graph, groups, possible)


def _verdict(weights: list[int]) -> int:
    """The strongest word for an axis and the strongest against it."""
    return max(0, *weights) + min(0, *weights) if weights else 0


def _first(
    graph: OpGraph, groups: Mapping[tuple[str, int], int], possible: AbstractSet[int]
) -> Mapping[str, int]:
    """Where no op says what is a sample: the first axis of the first input of two axes or more."""
    main = next((t for t in graph.inputs if t.shape and len(t.shape) > 1), None)
    if main is None or main.shape is None or groups[main.name, 0] not in possible:
        return {}
    return {
        t.name: 0
        for t in graph.inputs
        if t.shape
        and groups[t.name, 0] in possible
        and (len(t.shape) > 1 or type(t.shape[0]) is not int)
        and t.shape[0] == main.shape[0]
        and (groups[t.name, 0] == groups[main.name, 0] or type(t.shape[0]) is int)
    }
