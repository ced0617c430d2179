"""A model file made to fit an op graph: its input shapes, its nodes' names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.models.protos import nodes

if TYPE_CHECKING:
    import onnx


def bind(proto: onnx.ModelProto, graph: OpGraph) -> None:
    """Give the inputs of `proto` the shapes of `graph`, which was loaded from it, in place.

    Shapes that the file declares for other tensors go: they were those of its own inputs.
    """
    known = {t.name: t for t in (*graph.inputs, *graph.outputs)}
    for value in (*proto.graph.input, *proto.graph.output):
        if value.name in known and value.type.HasField("tensor_type"):
            _declare(value.type.tensor_type, known[value.name])
    del proto.graph.value_info[:]


def name_by_output(proto: onnx.ModelProto) -> None:
    """Name every node of the model after its first output, so that names are unique, in place."""
    for node in nodes(proto):
        node.name = next((name for name in node.output if name), node.name)


def _declare(declared: onnx.TypeProto.Tensor, tensor: Tensor) -> None:
    declared.ClearField("shape")
    if tensor.shape is None:
        return
    declared.shape.SetInParent()
    for dim in tensor.shape:
        if type(dim) is int:
            declared.shape.dim.add(dim_value=dim)
        else:
            declared.shape.dim.add(dim_param=str(dim))
