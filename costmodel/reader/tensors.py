"""TensorProtos as parameters: shape and type always, content only where it can steer shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from costlint.costmodel.ir.dtypes import ONNX_DTYPES, is_float
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.source import SourceNode, SourceParameter
from costlint.costmodel.reader.names import text

if TYPE_CHECKING:
    import onnx

MAX_RANK: Final = 64
# Elements up to which content is kept. Integers steer shapes; other types only as scalars and
# short lists (scales of Resize, a ratio of Dropout), and longer ones are weights.
MAX_KEPT: Final[Mapping[str, int]] = {"int64": 4096, "int32": 4096, "bool": 4096}
MAX_KEPT_OTHERS: Final = 16
_EXTERNAL: Final = 1


def parameter(tensor: onnx.TensorProto) -> SourceParameter:
    """The tensor without its content, unless that is small.

    Raises:
        ModelError: it has more than 64 or negative dimensions.
    """
    if len(tensor.dims) > MAX_RANK:
        raise ModelError(f"tensor {tensor.name!r} has {len(tensor.dims)} dimensions")
    shape = tuple(tensor.dims)
    if shape and min(shape) < 0:
        raise ModelError(f"tensor {tensor.name!r} has a negative dimension: {list(shape)}")
    dtype = ONNX_DTYPES.get(tensor.data_type, "unknown")
    return SourceParameter(
        name=text(tensor.name),
        dtype=dtype,
        shape=shape,
        value=_content(tensor, shape, dtype),
    )


def _content(tensor: onnx.TensorProto, shape: tuple[int, ...], dtype: str) -> Any:
    """The content as an object array of Python numbers, None where it is large, far or damaged."""
    count = prod(shape)
    if count > MAX_KEPT.get(dtype, MAX_KEPT_OTHERS) or tensor.data_location == _EXTERNAL:
        return None
    if dtype == "int64" and tensor.HasField("raw_data"):
        raw = tensor.raw_data
        if len(raw) != 8 * count:
            return None
        return np.frombuffer(raw, "<i8").reshape(shape).astype(object)
    if dtype in ("string", "unknown") or dtype.startswith("complex"):
        return None
    from onnx import numpy_helper

    as_number = "float64" if is_float(dtype) else dtype if dtype in ("bool", "uint64") else "int64"
    try:
        return numpy_helper.to_array(tensor).reshape(shape).astype(as_number).astype(object)
    except (ValueError, TypeError, IndexError):
        return None


def literal(node: SourceNode) -> SourceParameter | None:
    """A Constant node's content as a parameter; None where it has none that is understood."""
    name = node.outputs[0] if node.outputs else ""
    for key, dtype in _LITERALS.items():
        content = node.attributes.get(key)
        if isinstance(content, SourceParameter):
            return replace(content, name=name, is_literal=True)
        if isinstance(content, (int, float, str, tuple)):
            array = np.array(content, dtype=object)
            kept = array if array.size <= MAX_KEPT["int64"] and dtype != "string" else None
            return SourceParameter(
                name=name, dtype=dtype, shape=array.shape, value=kept, is_literal=True
            )
    return None


# Attributes of Constant, https://onnx.ai/onnx/operators/onnx__Constant.html
_LITERALS: Final[Mapping[str, str]] = {
    "value": "",
    "value_int": "int64",
    "value_ints": "int64",
    "value_float": "float32",
    "value_floats": "float32",
    "value_string": "string",
    "value_strings": "string",
}
