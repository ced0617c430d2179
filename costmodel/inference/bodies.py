"""What If, Loop, Scan and any other operator with bodies have in common."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, TypeAlias

from costlint.costmodel.inference.folding import make_op
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.scopes import all_defined, renamed
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes import UnknownShapeError, shape_rule_for

if TYPE_CHECKING:
    from costlint.costmodel.inference.one_pass import Inference
    from costlint.costmodel.ir.source import SourceGraph, SourceNode

Environment: TypeAlias = MutableMapping[str, Tensor]
Inputs: TypeAlias = "tuple[Tensor | None, ...]"

MAX_WALKED: Final = 20_000
"""Nodes that all walks through trips may infer together: about a second."""


def source_body(node: SourceNode, name: str) -> SourceGraph:
    """The body called `name`; ModelError where the node has none."""
    if name not in node.bodies:
        raise ModelError(f"{node.op_type} (node {node.name!r}) has no {name}")
    return node.bodies[name]


def depth(env: Environment) -> int:
    """How many graphs lie around; each one's environment has the outer one as its last map."""
    found = 0
    around: object = env
    while isinstance(around, ChainMap):
        found += 1
        around = around.maps[-1]
    return found


def stacked(run: Inference, node: SourceNode, tensor: Tensor, trips: Dim | None) -> Tensor:
    """`tensor` of one trip with those of the others along a new first axis."""
    if tensor.shape is None:
        return tensor.called(tensor.name)
    first = run.unknown(node, "trips", 1) if trips is None else trips
    return Tensor(name=tensor.name, shape=(first, *tensor.shape), dtype=tensor.dtype)


def trip_body(source: SourceGraph, trip: int) -> SourceGraph:
    """The body of one of many trips that are inferred each: its names are its own."""
    if trip == 0:
        return source
    return renamed(source, {name: f"{name}#{trip}" for name in all_defined(source)})


def may_walk(run: Inference, source: SourceGraph) -> bool:
    """Whether another trip may be inferred by itself; what is used up is noted."""
    run.walked += 1 + sum(1 for _ in all_defined(source))
    return run.walked <= MAX_WALKED


def merged(bodies: Sequence[OpGraph]) -> tuple[tuple[OpGraph, ...], int]:
    """The bodies and how often each runs: one that stands for all where they are alike."""
    first = bodies[0]
    if all(_alike(first, body) for body in bodies[1:]):
        return (first,), len(bodies)
    return tuple(bodies), 1


def _alike(a: OpGraph, b: OpGraph) -> bool:
    """Whether two inferences of one body are the same but for the names of tensors."""
    return len(a.ops) == len(b.ops) and all(map(_alike_ops, a.ops, b.ops))


def _alike_ops(a: Op, b: Op) -> bool:
    if (a.name, a.op_type, a.trips, len(a.bodies)) != (b.name, b.op_type, b.trips, len(b.bodies)):
        return False
    pairs = zip((*a.inputs, *a.outputs), (*b.inputs, *b.outputs), strict=False)
    return all(map(_alike_tensors, *zip(*pairs, strict=True))) and all(
        map(_alike, a.bodies, b.bodies)
    )


def _alike_tensors(a: Tensor | None, b: Tensor | None) -> bool:
    if a is None or b is None:
        return a is b
    return (a.shape, a.dtype, a.holds) == (b.shape, b.dtype, b.holds)


def infer_once(run: Inference, node: SourceNode, inputs: Inputs, env: Environment) -> Sequence[Op]:
    """Any other operator with bodies: each body counts once, and it is said."""
    run.notes.append(
        f"{node.name}: how often {node.op_type} runs its body is not known, once counts"
    )
    bodies = []
    for source in node.bodies.values():
        arguments = tuple(Tensor(name=i.name, shape=None, dtype=i.dtype) for i in source.inputs)
        bodies.append(run.graph(source, env, arguments))
    outputs = _by_rule(run, node, inputs)
    return op_with_bodies(run, node, inputs, outputs, env, bodies=tuple(bodies), trips=None)


def _by_rule(run: Inference, node: SourceNode, inputs: Inputs) -> Sequence[Tensor]:
    """Outputs of an operator whose shapes do not depend on its body; none without a rule."""
    rule = shape_rule_for(node.domain, node.op_type)
    try:
        outs = () if rule is None else rule(run.call(node, inputs))
    except UnknownShapeError:
        outs = ()
    first = next((t.dtype for t in inputs if t is not None), "unknown")
    return [
        Tensor(name=name, shape=out.shape, dtype=out.dtype or first)
        for name, out in zip(node.outputs, outs, strict=False)
    ]


def op_with_bodies(  # noqa: PLR0913 - one value for each part of an op
    run: Inference,
    node: SourceNode,
    inputs: Inputs,
    found: Sequence[Tensor],
    env: Environment,
    *,
    bodies: tuple[OpGraph, ...],
    trips: Dim | None,
) -> Sequence[Op]:
    """The one op that holds `bodies`, its outputs named as the node names them."""
    outputs: list[Tensor | None] = []
    for name, given in zip_longest(node.outputs, found[: len(node.outputs)]):
        made = Tensor(name=name, shape=None, dtype="unknown")
        if given is not None:
            made = replace(given.called(name), value=given.value)
        if name and made.shape is None and not made.is_container and run.behind.unknown:
            made = replace(made, shape=run.behind.shape(name))
        outputs.append(made if name else None)
        run.keep(outputs[-1], env)
    return (make_op(node, inputs, tuple(outputs), bodies=bodies, trips=trips),)
