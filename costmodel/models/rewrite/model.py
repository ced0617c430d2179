"""An op graph as a model with fresh weights, to run what exists only as a graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod, sqrt
from typing import Any, Final

import numpy as np
import onnx
from onnx import helper, numpy_helper

from costlint.costmodel.ir.dtypes import ONNX_DTYPES
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op, OpGraph, Tensor

_NUMBERS: Final[Mapping[str, int]] = {dtype: number for number, dtype in ONNX_DTYPES.items()}
_OLDEST_IR: Final = 8


def to_model(
    graph: OpGraph,
    *,
    seed: int = 0,
    ops: Iterable[Op] | None = None,
    outputs: Iterable[Tensor] | None = None,
) -> onnx.ModelProto:
    """`graph`, or a part of it, as a model with random weights.

    They are normal with variance 2 / fan-in (He et al. 2015). Small constants keep their content
    where the file had it; shape operands of Reshape, Expand, Split and
    Slice follow the tensors' shapes, which an edit may have changed. Activations that no op of the
    part makes become inputs.

    Raises:
        ModelError: an op has a sub-graph, or a shape is not known.
    """
    part = tuple(graph.ops if ops is None else ops)
    wanted = tuple(graph.outputs if outputs is None else outputs)
    made = {t.name for op in part for t in op.outputs if t is not None}
    inputs: dict[str, Tensor] = {}
    build = _Build(np.random.default_rng(seed))
    nodes = [build.node(op) for op in part]
    for op in part:
        for tensor in op.inputs:
            if tensor is not None and not tensor.is_parameter and tensor.name not in made:
                inputs[tensor.name] = tensor
    proto = helper.make_graph(
        nodes,
        graph.name or "graph",
        [_info(t) for t in inputs.values()],
        [_info(t) for t in wanted],
        initializer=list(build.stored.values()),
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in graph.opsets.items()]
    return helper.make_model(proto, opset_imports=imports, ir_version=max(_OLDEST_IR, 10))


class _Build:
    """Nodes with their weights, each made once."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.stored: dict[str, onnx.TensorProto] = {}

    def node(self, op: Op) -> onnx.NodeProto:
        if op.bodies:
            raise ModelError(f"{op.identifier} {op.name!r} has a sub-graph and cannot be written")
        names = [self._input(op, index, t) for index, t in enumerate(op.inputs)]
        attributes = {k: _attribute(v) for k, v in op.attributes.items() if v is not None}
        if op.op_type == "Split" and "split" in attributes:
            attributes["split"] = _lengths(op)
        return helper.make_node(
            op.op_type,
            names,
            ["" if t is None else t.name for t in op.outputs],
            name=op.name,
            domain=op.domain,
            **attributes,
        )

    def _input(self, op: Op, index: int, tensor: Tensor | None) -> str:
        if tensor is None:
            return ""
        if not tensor.is_parameter:
            return tensor.name
        operand = _shape_operand(op, index)
        name = tensor.name if operand is None else f"{op.name}.operand{index}"
        if name not in self.stored:
            value = operand if operand is not None else self._value(op, tensor)
            self.stored[name] = numpy_helper.from_array(value, name)
        return name

    def _value(self, op: Op, tensor: Tensor) -> np.ndarray:
        number = _NUMBERS.get(tensor.dtype)
        if number is None or tensor.shape is None:
            raise ModelError(f"the weight {tensor.name!r} has no known type and shape")
        dtype = helper.tensor_dtype_to_np_dtype(number)
        if tensor.value is not None:
            return np.array(tensor.value).astype(dtype).reshape(tensor.shape)
        shape = tuple(int(size) for size in tensor.shape)
        if not np.issubdtype(dtype, np.floating):
            return np.zeros(shape, dtype)
        if op.op_type == "BatchNormalization":  # exporters store equal scales and variances once
            return np.ones(shape, dtype)
        fan_in = prod(shape[1:]) if len(shape) > 1 else 1
        return (self.random.standard_normal(shape) * sqrt(2 / max(1, fan_in))).astype(dtype)


def _shape_operand(op: Op, index: int) -> np.ndarray | None:
    """The operand that says a shape, made from the shapes of the op's own tensors."""
    if op.op_type in {"Reshape", "Expand"} and index == 1:
        return np.array([int(d) for d in op.y.known_shape], np.int64)
    if op.op_type == "Split" and index == 1:
        return np.array(_lengths(op), np.int64)
    if op.op_type == "Slice" and index in {1, 2}:
        return _slice_ends(op, index)
    return None


def _lengths(op: Op) -> list[int]:
    axis = int(op.attributes.get("axis", 0))
    return [int(t.known_shape[axis]) for t in op.outputs if t is not None]


def _slice_ends(op: Op, index: int) -> np.ndarray | None:
    """Starts or ends of a Slice that takes the front or the back of its axes."""
    starts, steps, numbered = op.input(1), op.input(4), op.input(3)
    if starts is None or starts.value is None or (steps is not None and steps.value is None):
        return None
    if steps is not None and any(step != 1 for step in steps.value.reshape(-1)):
        return None
    axes = range(op.x.rank) if numbered is None else numbered.value.reshape(-1)
    found = []
    for axis, start in zip(axes, starts.value.reshape(-1), strict=False):
        before, after = op.x.known_shape[axis], op.y.known_shape[axis]
        first = 0 if start == 0 else before - after
        found.append(first if index == 1 else first + after)
    return np.array(found, np.int64)


def _attribute(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _info(tensor: Tensor) -> onnx.ValueInfoProto:
    shape = [int(size) for size in tensor.known_shape]
    return helper.make_tensor_value_info(tensor.name, _NUMBERS[tensor.dtype], shape)
