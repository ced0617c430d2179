"""Names inside bodies: each graph of a file may use the same ones, an op graph knows each once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from costlint.costmodel.ir.source import SourceGraph, SourceNode


def defined(graph: SourceGraph, *, parameters: bool = True) -> Iterator[str]:
    """Names that the graph gives to its inputs, parameters and results; not those of bodies."""
    yield from (i.name for i in graph.inputs)
    if parameters:
        yield from graph.parameters
    yield from (name for node in graph.nodes for name in node.outputs if name)


def all_defined(graph: SourceGraph) -> Iterator[str]:
    """The same without parameters, with those of the bodies inside."""
    yield from defined(graph, parameters=False)
    for node in graph.nodes:
        for body in node.bodies.values():
            yield from all_defined(body)


def renamed(graph: SourceGraph, names: Mapping[str, str]) -> SourceGraph:
    """The graph with `names` in place of others, in its bodies too where they do not hide them."""
    return replace(
        graph,
        inputs=tuple([replace(i, name=names.get(i.name, i.name)) for i in graph.inputs]),
        outputs=tuple([names.get(name, name) for name in graph.outputs]),
        parameters={
            names.get(k, k): replace(p, name=names.get(k, k)) for k, p in graph.parameters.items()
        },
        nodes=tuple([_node(node, names) for node in graph.nodes]),
        declared={names.get(k, k): d for k, d in graph.declared.items()},
    )


def _node(node: SourceNode, names: Mapping[str, str]) -> SourceNode:
    return replace(
        node,
        inputs=tuple([names.get(name, name) for name in node.inputs]),
        outputs=tuple([names.get(name, name) for name in node.outputs]),
        bodies={k: renamed(body, names) for k, body in node.bodies.items()},
    )


def with_unique_names(graph: SourceGraph) -> SourceGraph:
    """The model's graph with what its bodies define under names that nothing else has.

    The first to use a name keeps it.
    """
    if not any(node.bodies for node in graph.nodes):
        return graph
    return replace(graph, nodes=_unique(graph, set(defined(graph))))


def _unique(graph: SourceGraph, taken: set[str]) -> tuple[SourceNode, ...]:
    """The nodes of `graph`, the names in their bodies made unique and put into `taken`."""
    nodes = []
    for node in graph.nodes:
        bodies = {}
        for key, body in node.bodies.items():
            again = [name for name in defined(body) if name in taken]
            names = {name: _fresh(f"{node.name}/{name}", taken) for name in dict.fromkeys(again)}
            mine = renamed(body, names) if names else body
            taken.update(defined(mine))
            bodies[key] = replace(mine, nodes=_unique(mine, taken))
        nodes.append(replace(node, bodies=bodies) if bodies else node)
    return tuple(nodes)


def _fresh(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number, found = number + 1, f"{name}_{number}"
    taken.add(found)
    return found
