"""Channel shuffles in a graph: Reshape, Transpose, Reshape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from costlint.analyzers.facts import is_depthwise, is_grouped
from costlint.costmodel.formulas.sets import keeps_channels
from costlint.costmodel.ir.graph import Op, OpGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Shuffle:
    """The three ops; `parts` is the number of parts that are interleaved."""

    ops: tuple[Op, Op, Op]
    parts: int


def shuffles(graph: OpGraph) -> Iterator[Shuffle]:
    """Every [N, c, ...] -> [N, g, c / g, ...] -> [N, c / g, g, ...] -> [N, c, ...]."""
    for middle in graph.ops:
        if middle.op_type != "Transpose" or middle.x.shape is None:
            continue
        order = middle.attributes.get("perm") or ()
        if tuple(order[:3]) != (0, 2, 1) or tuple(order[3:]) != tuple(range(3, len(order))):
            continue
        first, last = graph.makers.get(middle.x.name), graph.only_reader(middle.y)
        if first is None or last is None or not (first.op_type == last.op_type == "Reshape"):
            continue
        is_same = last.y.shape is not None and first.x.shape == last.y.shape
        if is_same and graph.only_reader(first.y) is middle:
            yield Shuffle(ops=(first, middle, last), parts=middle.x.known_shape[1])


def serves_groups(graph: OpGraph, shuffle: Shuffle) -> bool:
    """Whether a grouped convolution lies next to it, element-wise and depthwise ops left out."""
    maker = graph.makers.get(shuffle.ops[0].x.name)
    while maker is not None and _is_through(maker):
        maker = graph.makers.get(maker.x.name)
    if maker is not None and is_grouped(maker):
        return True
    reader = graph.only_reader(shuffle.ops[2].y)
    while reader is not None and _is_through(reader):
        reader = graph.only_reader(reader.y)
    return reader is not None and is_grouped(reader)


def _is_through(op: Op) -> bool:
    return keeps_channels(op) or is_depthwise(op)
