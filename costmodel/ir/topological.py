"""Nodes in an order in which every tensor is made before it is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator

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
    """Kahn's algorithm; among the nodes that are ready the file's order holds."""
    given = {*graph.parameters, *(i.name for i in graph.inputs)}
    needs = [{makers[n] for n in reads(node) if n in makers} for node in graph.nodes]
    for node in graph.nodes:
        _check_made(node, given, makers, outer)
    users: list[list[int]] = [[] for _ in graph.nodes]
    for index, producers in enumerate(needs):
        for producer in producers:
            users[producer].append(index)
    waiting = [len(producers) for producers in needs]
    ready = deque(index for index, count in enumerate(waiting) if count == 0)
    order: list[SourceNode] = []
    while ready:
        index = ready.popleft()
        order.append(graph.nodes[index])
        for user in users[index]:
            waiting[user] -= 1
            if waiting[user] == 0:
                ready.append(user)
    if len(order) < len(graph.nodes):
        stuck = [graph.nodes[i].name for i, count in enumerate(waiting) if count > 0]
        raise ModelError(
            "the graph has a cycle", facts=(f"through {', '.join(map(repr, stuck[:4]))}",)
        )
    return tuple(order)
