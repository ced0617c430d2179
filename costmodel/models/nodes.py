"""Nodes and tensors of a model file, from records."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from costlint.costmodel.ir.dtypes import ONNX_NUMBERS
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.source import SourceNode, SourceParameter

if TYPE_CHECKING:
    import onnx


def node_proto(node: Op | SourceNode, inputs: Sequence[str] | None = None) -> onnx.NodeProto:
    """`node` as a file has it; `inputs` are its own where they are not given."""
    import onnx

    made = onnx.helper.make_node(
        node.op_type,
        _names(node.inputs) if inputs is None else inputs,
        _names(node.outputs),
        name=node.name,
        domain=node.domain,
    )
    for name, value in node.attributes.items():
        if isinstance(value, SourceParameter):
            value = tensor_proto(value.name, value.dtype, value.shape, value.value)  # noqa: PLW2901
        if value is not None and value != ():
            made.attribute.append(onnx.helper.make_attribute(name, value))
    return made


def _names(tensors: Sequence[Any]) -> list[str]:
    """Names of tensors or names; '' for one that is absent."""
    return [t if isinstance(t, str) else "" if t is None else t.name for t in tensors]


def tensor_proto(name: str, dtype: str, shape: tuple[int, ...], value: Any) -> onnx.TensorProto:
    """A tensor with its content; without one it is left empty, to be filled."""
    import onnx

    if value is None or prod(shape) == 0:
        return onnx.TensorProto(name=name, dims=shape, data_type=number(dtype))
    return onnx.helper.make_tensor(name, number(dtype), shape, value.reshape(-1).tolist())


def number(dtype: str) -> int:
    """The number of an element type in ONNX.

    Raises:
        ModelError: it has none.
    """
    if dtype not in ONNX_NUMBERS:
        raise ModelError(f"a tensor of type {dtype!r} cannot be written")
    return ONNX_NUMBERS[dtype]
