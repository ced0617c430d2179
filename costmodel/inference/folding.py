"""What is known before the first inference folds away: constants, and arithmetic on shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from costlint.costmodel.formulas.sets import KEEPS_STORAGE, RANDOM
from costlint.costmodel.ir.dims import Dim, Shape, simplest
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.source import SourceNode, SourceParameter
from costlint.costmodel.ir.tensor import Role, Tensor
from costlint.costmodel.shapes import Call, Out, shape_rule_for, value_rule_for


def is_generated(op_type: str, shape: Tensor | None, made: Tensor | None) -> bool:
    """Whether a weight is made from a shape that the file holds: stored nowhere, yet a weight."""
    if op_type != "ConstantOfShape" or shape is None or made is None or made.shape is None:
        return False
    return is_float(made.dtype) and shape.sources == (shape.name,)


def parameter_tensor(parameter: SourceParameter) -> Tensor:
    """A stored parameter as a tensor that ops read."""
    return Tensor(
        name=parameter.name,
        shape=parameter.shape,
        dtype=parameter.dtype,
        role="parameter",
        sources=(parameter.name,),
        value=parameter.value,
    )


def input_tensor(name: str, shape: Shape | None, dtype: str, content: Any) -> Tensor:
    """An input of the model; one whose `content` the user gave is known before the first run."""
    role: Role = "activation" if content is None else "parameter"
    return Tensor(name=name, shape=shape, dtype=dtype, role=role, value=content)


def make_op(
    node: SourceNode,
    inputs: tuple[Tensor | None, ...],
    outputs: tuple[Tensor | None, ...],
    *,
    bodies: tuple[OpGraph, ...] = (),
    trips: Dim | None = None,
) -> Op:
    """The op of `node` between its tensors."""
    return Op(
        name=node.name,
        domain=node.domain,
        op_type=node.op_type,
        version=node.version,
        inputs=inputs,
        outputs=outputs,
        attributes=node.attributes,
        bodies=bodies,
        trips=trips,
        metadata=node.metadata,
        written_as=node.written_as,
    )


def folds_away(node: SourceNode, inputs: tuple[Tensor | None, ...]) -> bool:
    """Whether every runtime computes the node once, before the first inference."""
    known = False
    for tensor in inputs:
        if tensor is not None:
            if tensor.role != "parameter":
                return False
            known = True
    return known and node.op_type not in RANDOM


def follows(node: SourceNode, inputs: tuple[Tensor | None, ...]) -> bool:
    """Whether the node's result is known though it runs: arithmetic on the number of a trip."""
    given = [t for t in inputs if t is not None]
    return bool(given) and all(t.value is not None for t in given) and node.op_type not in RANDOM


def evaluated(call: Call) -> list[Out] | None:
    """The outputs' content, where every input's is known and small."""
    rule = value_rule_for(call.domain, call.op_type)
    if rule is None or any(t is not None and t.value is None for t in call.inputs):
        return None
    found = rule(call)
    if found is None:
        return None
    shape_rule = shape_rule_for(call.domain, call.op_type)
    dtypes: list[str | None] = [None] * call.outputs
    if shape_rule is not None:
        dtypes = [out.dtype for out in shape_rule(call)]
    values: Sequence[Any] = found if isinstance(found, list) else [found]
    return [
        Out(shape=tuple(map(int, v.shape)), dtype=d, value=v)
        for v, d in zip(values, dtypes, strict=False)
    ]


def output_tensor(  # noqa: PLR0913 - what an op knows of its output
    name: str,
    out: Out,
    inputs: tuple[Tensor | None, ...],
    op_type: str,
    *,
    folds: bool,
    runs: bool = False,
) -> Tensor:
    """The tensor `name` of an inferred output; folded ones remember which weights made them.

    A known result is a parameter unless the op `runs` all the same.
    """
    first = next((t for t in inputs if t is not None), None)
    dtype = out.dtype or (first.dtype if first is not None else "unknown")
    shape = None if out.shape is None else tuple([simplest(d) for d in out.shape])
    if not folds:
        role: Role = "activation" if out.value is None or runs else "parameter"
        return Tensor(
            name=name, shape=shape, dtype=dtype, role=role, value=out.value, holds=out.holds
        )
    stored = None
    if first is not None and op_type == "DequantizeLinear":
        stored = first.stored_as or first.dtype
    elif first is not None and op_type in KEEPS_STORAGE:
        stored = first.stored_as
    return Tensor(
        name=name,
        shape=shape,
        dtype=dtype,
        role="parameter",
        stored_as=stored,
        sources=tuple(dict.fromkeys(s for t in inputs if t is not None for s in t.sources)),
        value=out.value,
        holds=out.holds,
    )
