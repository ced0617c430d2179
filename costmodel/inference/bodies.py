"""What If, Loop, Scan and any other operator with bodies have in common."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeAlias

from costlint.costmodel.inference.folding import make_op
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes import UnknownShapeError, shape_rule_for

if TYPE_CHECKING:
    from costlint.costmodel.inference.one_pass import Inference
    from costlint.costmodel.ir.source import SourceGraph, SourceNode

Environment: TypeAlias = MutableMapping[str, Tensor]
Inputs: TypeAlias = "tuple[Tensor | None, ...]"


def source_body(node: SourceNode, name: str) -> SourceGraph:
    """The body called `name`; ModelError where the node has none."""
    if name not in node.bodies:
        raise ModelError(f"{node.op_type} (node {node.name!r}) has no {name}")
    return node.bodies[name]


def stacked(run: Inference, node: SourceNode, tensor: Tensor, trips: Dim | None) -> Tensor:
    """`tensor` of one trip with those of the others along a new first axis."""
    if tensor.shape is None:
        return tensor
    first = run.unknown(node, "trips", 1) if trips is None else trips
    return Tensor(name=tensor.name, shape=(first, *tensor.shape), dtype=tensor.dtype)


def infer_once(run: Inference, node: SourceNode, inputs: Inputs, env: Environment) -> Sequence[Op]:
    """Any other operator with bodies (SequenceMap): each body counts once, and it is said."""
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
        shape, dtype = (given.shape, given.dtype) if given is not None else (None, "unknown")
        if name and shape is None and dtype != "sequence" and run.behind.unknown:
            shape = run.behind.shape(name)
        outputs.append(Tensor(name=name, shape=shape, dtype=dtype) if name else None)
        run.keep(outputs[-1], env)
    return (make_op(node, inputs, tuple(outputs), bodies=bodies, trips=trips),)
