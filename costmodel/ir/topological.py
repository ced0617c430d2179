"""Nodes in an order in which every tensor is made before it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.source import SourceGraph, SourceNode


def ordered(graph: SourceGraph, outer: Collection[str]) -> tuple[SourceNode, ...]:
    """`graph.nodes` sorted, in the file's order where that already works.

    `outer` names what the graph may read from around it.

    Raises:
        ModelError: a tensor is made twice, never made, or needs itself.
    """
    makers = _makers(graph)
    known = {*graph.parameters, *(i.name for i in graph.inputs)}
    missing: dict[int, set[str]] = {}
    for index, node in enumerate(graph.nodes):
        late = {name for name in reads(node) if name not in known and name in makers}
        if late:
            missing[index] = late
        elif not missing:
            _check_made(node, known, makers, outer)
        known.update(node.outputs)
    return _sorted(graph, makers, outer) if missing else graph.nodes


def reads(node: SourceNode) -> Iterator[str]:
    """Names that the node needs: its inputs, and what its bodies capture."""
    yield from (name for name in node.inputs if name)
    for body in node.bodies.values():
        yield from captures(body)


def captures(graph: SourceGraph) -> set[str]:
    """Names that a body reads from around it."""
    inner = {*graph.parameters, *(i.name for i in graph.inputs)}
    inner.update(name for node in graph.nodes for name in node.outputs)
    wanted = {name for node in graph.nodes for name in reads(node)} | set(graph.outputs)
    return wanted - inner


def _makers(graph: SourceGraph) -> dict[str, int]:
    makers: dict[str, int] = {}
    for index, node in enumerate(graph.nodes):
        for name in node.outputs:
            if not name:
                continue
            if name in makers:
                raise ModelError(
                    f"the tensor {name!r} is made twice",
                    facts=(f"by node {graph.nodes[makers[name]].name!r} and node {node.name!r}",),
                )
            makers[name] = index
    return makers


def _check_made(
    node: SourceNode, known: Collection[str], makers: Collection[str], outer: Collection[str]
) -> None:
    for name in reads(node):
        if name not in known and name not in makers and name not in outer:
            raise ModelError(
                f"node {node.name!r} ({node.op_type}) reads {name!r}, which nothing makes"
            )


def _sorted(
    graph: SourceGraph, makers: dict[str, int], outer: Collection[str]
) -> tuple[SourceNode, ...]:
    """Node after node as soon as it can run; among those that can the file's order holds."""
    given = {*graph.parameters, *(i.name for i in graph.inputs)}
    for node in graph.nodes:
        _check_made(node, given, makers, outer)
    sorter: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(range(len(graph.nodes)), ()))
    for index, node in enumerate(graph.nodes):
        sorter.add(index, *{makers[name] for name in reads(node) if name in makers})
    try:
        return tuple([graph.nodes[index] for index in sorter.static_order()])
    except CycleError as error:
        names = [graph.nodes[index].name for index in sorted(set(error.args[1]))]
        facts = (f"through {', '.join(map(repr, names[:4]))}",)
        raise ModelError("the graph has a cycle", facts=facts) from error
