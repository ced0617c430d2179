"""What a graph asks of its sizes: dimensions that must be equal, and none below 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from costlint.costmodel.formulas.sets import BROADCASTING, CONVOLUTIONS
from costlint.costmodel.formulas.views import RESHAPES
from costlint.costmodel.ir.dims import product
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.space.trace import Dim, Node

Must: TypeAlias = Literal["zero", "positive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`value` must be 0, or at least 1; `why` names the op that asks for it."""

    value: Node
    must: Must
    why: str


def conditions(graph: OpGraph) -> tuple[Condition, ...]:
    """The conditions of a traced graph that its variables can break, each once."""
    found: dict[tuple[Dim, Must], str] = {}
    for op in graph.ops:
        for one, other in equal_sizes(op):
            found.setdefault(
                (one - other, "zero"), f"{op.op_type} {op.name!r} needs sizes that fit"
            )
        for dim in (d for t in op.outputs if t is not None for d in t.shape or ()):
            if isinstance(dim, Node) and dim.low < 1:
                why = f"{op.op_type} {op.name!r} has nothing left to give"
                found.setdefault((dim, "positive"), why)
    return tuple(
        Condition(value=value, must=must, why=why)
        for (value, must), why in found.items()
        if isinstance(value, Node)
    )


def equal_sizes(op: Op) -> Iterator[tuple[Dim, Dim]]:
    """Pairs of dimensions that must be the same; none where a shape is not known."""
    if not op.has_shapes or not op.inputs or op.input(0) is None:
        return
    if op.op_type in RESHAPES:
        yield product(op.x.known_shape), product(op.y.known_shape)
    elif op.op_type in BROADCASTING:
        operands = op.inputs[:1] if op.op_type == "Expand" else op.inputs  # the other is a shape
        yield from _broadcast([t for t in operands if t is not None], op.y, 0)
    elif op.op_type == "MatMul" and op.x.rank > 1 and op.w.rank > 1:
        yield op.x.known_shape[-1], op.w.known_shape[-2]
        yield from _broadcast([op.x, op.w], op.y, 2)
    elif op.op_type == "Gemm":
        a, b = (int(bool(op.attributes.get(name))) for name in ("transA", "transB"))
        yield op.x.known_shape[1 - a], op.w.known_shape[b]
    elif op.op_type == "Concat":
        yield from _joined(op)
    elif op.op_type in CONVOLUTIONS:
        groups = op.attributes.get("group", 1)
        yield op.x.known_shape[1], op.w.known_shape[1] * groups
        if isinstance(groups, Node):
            yield op.w.known_shape[0], op.w.known_shape[0] // groups * groups


def _broadcast(inputs: Sequence[Tensor], output: Tensor, skipped: int) -> Iterator[tuple[Dim, Dim]]:
    target = output.known_shape
    for tensor in inputs:
        for place in range(skipped + 1, min(tensor.rank, len(target)) + 1):
            size = tensor.known_shape[-place]
            if not (type(size) is int and size == 1):
                yield size, target[-place]


def _joined(op: Op) -> Iterator[tuple[Dim, Dim]]:
    axis = int(op.attributes.get("axis", 0)) % op.y.rank
    for tensor in op.inputs:
        for place, size in enumerate(tensor.known_shape if tensor is not None else ()):
            if place != axis:
                yield size, op.y.known_shape[place]
