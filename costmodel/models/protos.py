"""A model with its weights, in and out; `reader` takes in models without theirs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Final

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.reader import Model
from costlint.costmodel.reader.intake import take_in

if TYPE_CHECKING:
    import onnx

MAX_BYTES: Final = 2_000_000_000
"""What one ONNX file may hold: protobuf stops at 2 GiB."""

_EXTERNAL: Final = 1
_TENSOR, _GRAPH = 4, 5
_DATA: Final = ("raw_data", "float_data", "int32_data", "int64_data", "double_data", "uint64_data",
                "string_data")  # fmt: skip


def whole(model: Model) -> onnx.ModelProto:
    """`model` with all the tensor data that can be found; what is missing stays missing.

    A ModelProto is copied. External data is read from beside the file.

    Raises:
        ModelError: see `take_in`; the external data is there but damaged.
    """
    import onnx

    if isinstance(model, onnx.ModelProto):
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        return copy
    if isinstance(model, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(model))
    if not isinstance(model, (str, os.PathLike)):
        return _from_bytes(model.read())
    if os.fspath(model) == "-":
        return _from_bytes(sys.stdin.buffer.read())
    take_in(model)
    proto = onnx.load(os.fspath(model), load_external_data=False)
    _load_external(proto, Path(model).parent)
    return proto


def _from_bytes(data: bytes) -> onnx.ModelProto:
    import onnx

    take_in(data)  # its errors say what is wrong
    return onnx.ModelProto.FromString(data)


def _load_external(proto: onnx.ModelProto, folder: Path) -> None:
    import onnx
    from onnx.checker import ValidationError
    from onnx.external_data_helper import load_external_data_for_tensor

    for tensor in tensors(proto):
        if not is_external(tensor):
            continue
        location = next((e.value for e in tensor.external_data if e.key == "location"), "")
        if not location or not (folder / location).is_file():
            continue
        try:
            load_external_data_for_tensor(tensor, str(folder))
        except (OSError, ValueError, ValidationError) as error:
            what = f"cannot read the weight {tensor.name!r} from {location!r}"
            raise ModelError(what, facts=(str(error),)) from error
        tensor.data_location = onnx.TensorProto.DEFAULT
        del tensor.external_data[:]


def is_missing(tensor: onnx.TensorProto) -> bool:
    """Whether the tensor has elements but no data."""
    if prod(tensor.dims) == 0:
        return False
    return is_external(tensor) or not any(len(getattr(tensor, f)) for f in _DATA)


def is_external(tensor: onnx.TensorProto) -> bool:
    """Whether the file of the model only says where the data is."""
    return tensor.data_location == _EXTERNAL


def tensors(proto: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Every initializer and Constant of the model, bodies and local functions included."""
    for graph in graphs(proto):
        yield from graph.initializer
    for node in nodes(proto):
        yield from (a.t for a in node.attribute if a.type == _TENSOR)


def graphs(proto: onnx.ModelProto) -> Iterator[onnx.GraphProto]:
    """The model's graph and every body in it."""
    yield proto.graph
    for node in nodes(proto):
        yield from (a.g for a in node.attribute if a.type == _GRAPH)


def nodes(proto: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    """Every node of the model, bodies and local functions included."""
    yield from _nodes(proto.graph.node)
    for function in proto.functions:
        yield from _nodes(function.node)


def _nodes(some: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    for node in some:
        yield node
        for attribute in node.attribute:
            if attribute.type == _GRAPH:
                yield from _nodes(attribute.g.node)


def serialised(proto: onnx.ModelProto) -> bytes:
    """`proto` as the bytes of one file.

    Raises:
        ModelError: it holds more than 2 GB.
    """
    size = proto.ByteSize()
    if not 0 <= size <= MAX_BYTES:
        raise ModelError(
            f"the model with its weights has {size / 1e9:.1f} GB",
            facts=("one ONNX file holds at most 2 GB",),
        )
    return proto.SerializeToString()
