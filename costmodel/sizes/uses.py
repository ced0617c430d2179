"""What becomes of an input: which ops read it, and which of their axes are its axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from costlint.costmodel.formulas.sets import AXES_OF_ONE, KEEPS_AXES, KEEPS_AXES_OF_ANY
from costlint.costmodel.ir.source import SourceGraph, SourceNode, SourceParameter

Axes = tuple[int | None, ...]
"""For each axis of a tensor, which axis of the input it is; None where it is none."""

_MAX_FOLLOWED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A node that reads an input of the model, behind casts, scalings and transposes.

    `index` is which input of the node it is, `axes` are its axes there.
    """

    node: SourceNode
    index: int
    axes: Axes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """Of a model with all its bodies: who reads each tensor, as which input, and the parameters.

    `branches` leads from what a branch of If gives to the output of the If.
    """

    readers: Mapping[str, list[tuple[SourceNode, int]]]
    parameters: Mapping[str, SourceParameter]
    branches: Mapping[str, str]


def wiring(graph: SourceGraph) -> Wiring:
    """The wiring of a model."""
    readers: dict[str, list[tuple[SourceNode, int]]] = {}
    parameters: dict[str, SourceParameter] = {}
    branches: dict[str, str] = {}
    for part in every_graph(graph):
        parameters.update(part.parameters)
        for node in part.nodes:
            for index, name in enumerate(node.inputs):
                readers.setdefault(name, []).append((node, index))
            for body in node.bodies.values() if node.op_type == "If" else ():
                branches.update(zip(body.outputs, node.outputs, strict=False))
    return Wiring(readers=readers, parameters=parameters, branches=branches)


def every_node(graph: SourceGraph) -> Iterator[SourceNode]:
    """The nodes of a graph, each with those of its bodies behind it."""
    pending = list(reversed(graph.nodes))
    while pending:
        node = pending.pop()
        yield node
        for body in reversed(list(node.bodies.values())):
            pending += reversed(body.nodes)


def every_graph(graph: SourceGraph) -> Iterator[SourceGraph]:
    """A graph and the bodies of its nodes, each before what lies inside."""
    pending = [graph]
    while pending:
        part = pending.pop()
        yield part
        pending += [body for node in part.nodes for body in node.bodies.values()]


def uses(name: str, rank: int, wires: Wiring) -> Iterator[Use]:
    """Every use of the input `name`, nearest first."""
    pending: list[tuple[str, Axes]] = [(name, tuple(range(rank)))]
    seen = {name}
    for _ in range(_MAX_FOLLOWED):
        if not pending:
            return
        tensor, axes = pending.pop(0)
        out = wires.branches.get(tensor)
        if out is not None and out not in seen and len(axes) == rank:
            seen.add(out)
            pending.append((out, axes))
        for node, index in wires.readers.get(tensor, ()):
            after = _followed(node, index, axes, wires)
            if after is None or node.op_type == "Concat":
                yield Use(node=node, index=index, axes=axes)
            output = node.outputs[0] if node.outputs else ""
            if after is not None and output not in seen:
                seen.add(output)
                pending.append((output, after))


def _followed(node: SourceNode, index: int, axes: Axes, wires: Wiring) -> Axes | None:
    """The axes of the output where the op keeps them, None where it does not."""
    if node.op_type in KEEPS_AXES_OF_ANY or (node.op_type in KEEPS_AXES and not index):
        return axes
    if index:
        return None
    if node.op_type == "Transpose":
        perm = node.attributes.get("perm") or tuple(reversed(range(len(axes))))
        fits = isinstance(perm, tuple) and sorted(perm) == list(range(len(axes)))
        return tuple(axes[p] for p in perm) if fits else None
    if node.op_type in AXES_OF_ONE:
        return _axes_changed(node, axes, wires)
    return None


def _axes_changed(node: SourceNode, axes: Axes, wires: Wiring) -> Axes | None:
    given = node.attributes.get("axes")
    if given is None and len(node.inputs) > 1 and node.inputs[1] in wires.parameters:
        value = wires.parameters[node.inputs[1]].value
        given = None if value is None else tuple(value.reshape(-1))
    if not isinstance(given, tuple):
        return None
    grows = node.op_type == "Unsqueeze"
    rank = len(axes) + (len(given) if grows else 0)
    at = {axis % rank for axis in given if rank and isinstance(axis, int)}
    if not grows:
        return tuple(a for i, a in enumerate(axes) if i not in at)
    rest = iter(axes)
    return tuple(None if i in at else next(rest, None) for i in range(rank))
