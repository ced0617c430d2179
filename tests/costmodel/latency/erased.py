"""Graphs in which nobody knows the shapes of some tensors."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor

DTYPES = ("float32", "float32", "sequence", "optional", "string", "unknown")


def erased(graph: OpGraph, seed: int) -> OpGraph:
    """`graph` without the shapes of some tensors, a few of them of other types."""
    random = Random(seed)  # noqa: S311 - a seed for tests
    share = random.choice((0.05, 0.2, 0.5))
    made: dict[str, Tensor] = {}

    def of(tensor: Tensor) -> Tensor:
        if tensor.name not in made:
            made[tensor.name] = tensor
            if random.random() < (share / 10 if tensor.is_parameter else share):
                made[tensor.name] = replace(
                    tensor, shape=None, holds=None, value=None, dtype=random.choice(DTYPES)
                )
        return made[tensor.name]

    def op_of(op: Op) -> Op:
        inputs = tuple([t and of(t) for t in op.inputs])
        return replace(op, inputs=inputs, outputs=tuple([t and of(t) for t in op.outputs]))

    return replace(
        graph,
        inputs=tuple(map(of, graph.inputs)),
        ops=tuple(map(op_of, graph.ops)),
        outputs=tuple(map(of, graph.outputs)),
        source=None,
    )
