"""An op graph as a model that runs: its ops as nodes, its parameters with random content."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from costlint.costmodel.ir.dtypes import ONNX_NUMBERS
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.source import SourceParameter
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.models.weights import with_weights

if TYPE_CHECKING:
    import onnx


def model_of(graph: OpGraph, *, seed: int = 0) -> onnx.ModelProto:
    """The model of `graph`, checked by onnx, with weights as `with_weights` fills them.

    What was known before the first inference is folded in: shape arithmetic is gone. Small
    constants keep their values.

    Raises:
        ModelError: an op has sub-graphs, or the model is not valid.
    """
    import onnx

    nodes = []
    constants: dict[str, Tensor] = {}
    for op in graph.ops:
        if op.bodies:
            raise ModelError(f"{op.op_type} {op.name!r} has sub-graphs, which are not written")
        nodes.append(_node(op))
        constants.update((t.name, t) for t in op.inputs if t is not None and t.is_parameter)
    made = onnx.helper.make_graph(
        nodes,
        graph.name or "graph",
        [_value_info(tensor) for tensor in graph.inputs],
        [_value_info(tensor) for tensor in graph.outputs],
        [_tensor(t.name, t.dtype, t.known_shape, t.value) for t in constants.values()],
    )
    opsets = [onnx.helper.make_opsetid(domain, v) for domain, v in graph.opsets.items()]
    model = onnx.helper.make_model(made, opset_imports=opsets, producer_name="costlint")
    model.ir_version = max(8, onnx.helper.find_min_ir_version_for(opsets, True))  # noqa: FBT003 - theirs
    filled = with_weights(model, seed=seed)
    try:
        onnx.checker.check_model(filled)
    except onnx.checker.ValidationError as error:
        reason = str(error).splitlines()[0]
        raise ModelError("this graph cannot be written as a model", facts=(reason,)) from error
    return filled


def _node(op: Op) -> onnx.NodeProto:
    import onnx

    node = onnx.helper.make_node(
        op.op_type,
        [t.name if t is not None else "" for t in op.inputs],
        [t.name if t is not None else "" for t in op.outputs],
        name=op.name,
        domain=op.domain,
    )
    for name, value in op.attributes.items():
        if isinstance(value, SourceParameter):
            value = _tensor(value.name, value.dtype, value.shape, value.value)  # noqa: PLW2901
        if value is not None and value != ():
            node.attribute.append(onnx.helper.make_attribute(name, value))
    return node


def _value_info(tensor: Tensor) -> onnx.ValueInfoProto:
    import onnx

    shape = (
        None if tensor.shape is None else [d if type(d) is int else str(d) for d in tensor.shape]
    )
    return onnx.helper.make_tensor_value_info(tensor.name, _number(tensor.dtype), shape)


def _tensor(name: str, dtype: str, shape: tuple[int, ...], value: Any) -> onnx.TensorProto:
    """A tensor with its content; without one it is left empty, to be filled."""
    import onnx

    if value is None or prod(shape) == 0:
        return onnx.TensorProto(name=name, dims=shape, data_type=_number(dtype))
    content = value.reshape(-1)
    return onnx.helper.make_tensor(name, _number(dtype), shape, content.tolist())


def _number(dtype: str) -> int:
    if dtype not in ONNX_NUMBERS:
        raise ModelError(f"a tensor of type {dtype!r} cannot be written")
    return ONNX_NUMBERS[dtype]
