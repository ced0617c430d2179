"""Files that are protobuf in letter alone: fields of wrong kinds, repeated, cut, joined."""

from __future__ import annotations

import gzip
import io
import zipfile
from functools import partial
from typing import Any

import onnx
from onnx import TensorProto, helper
from onnx.external_data_helper import set_external_data

from tests.hostile.cases import Case, graph, node
from tests.models import model

SMALL = """g (float[N, 3, 8, 8] x, float[16, 3, 3, 3] w) => (float[N, 16, 6, 6] y)
    { t = Conv(x, w)  y = Relu(t) }"""


def small() -> bytes:
    return model(SMALL, weights={"v": (3, 4)}).SerializeToString()


def cut(sixteenths: int) -> bytes:
    return small()[: len(small()) * sixteenths // 16]


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(number: int, kind: int, payload: bytes) -> bytes:
    """A field of protobuf's wire format: 0 varint, 1 64-bit, 2 bytes, 3 group, 5 32-bit."""
    head = varint(number << 3 | kind)
    return head + varint(len(payload)) + payload if kind == 2 else head + payload


def tensor(**fields: Any) -> bytes:
    """A model that adds a tensor of these fields."""
    proto = TensorProto(name="w", **fields)
    return graph([node("Add", "x", "w")], [2], initializer=[proto])


def external(offset: str = "", length: str = "", location: str = "w.bin", **more: str) -> bytes:
    proto = TensorProto(name="w", dims=[2], data_type=TensorProto.FLOAT, raw_data=b"")
    set_external_data(proto, location=location)
    for key, value in {"offset": offset, "length": length, **more}.items():
        if value:
            proto.external_data.add(key=key, value=value)
    return graph([node("Add", "x", "w")], [2], initializer=[proto])


def sparse(values: int, dims: list[int], *at: int) -> bytes:
    proto = onnx.load_from_string(graph([node("MatMul", "x", "w")], [2, 3]))
    proto.graph.sparse_initializer.append(
        onnx.SparseTensorProto(
            values=helper.make_tensor("w", TensorProto.FLOAT, [values], [1.0] * values),
            indices=helper.make_tensor("i", TensorProto.INT64, [len(at)], list(at)),
            dims=dims,
        )
    )
    return proto.SerializeToString()


def stated(shape: list[int], *, twice: bool = False) -> bytes:
    """value_info that says another shape than the parameter, the input and the op have."""
    proto = onnx.load_from_string(small())
    for name in ("w", "t", "x", "t") if twice else ("w", "t", "x"):
        said = helper.make_tensor_value_info(name, TensorProto.INT8 if twice else 1, shape)
        proto.graph.value_info.append(said)
        shape = [*shape, 3]
    return proto.SerializeToString()


def opsets(*pairs: tuple[str, int]) -> bytes:
    proto = onnx.load_from_string(small())
    del proto.opset_import[:]
    proto.opset_import.extend(
        onnx.OperatorSetIdProto(domain=domain, version=version) for domain, version in pairs
    )
    return proto.SerializeToString()


def metadata(size: int, key: str = "imgsz") -> bytes:
    proto = onnx.load_from_string(small())
    proto.metadata_props.add(key=key, value="9" * size)
    proto.doc_string = "[" * size
    proto.producer_name = "\x1b[2J" * 10
    return proto.SerializeToString()


def trained() -> bytes:
    proto = onnx.load_from_string(small())
    info = proto.training_info.add()
    info.initialization.CopyFrom(proto.graph)
    info.algorithm.CopyFrom(proto.graph)
    proto.graph.quantization_annotation.add(tensor_name="nowhere")
    return proto.SerializeToString()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02cos\nsystem\n(S'false'\ntR.")
    return file.getvalue()


def deep(levels: int) -> bytes:
    """A type of sequences of sequences."""
    payload = b""
    for _ in range(levels):
        payload = field(4, 2, field(1, 2, payload))  # TypeProto.sequence_type.elem_type
    value = field(1, 2, b"x") + field(2, 2, payload)
    return small() + field(7, 2, field(11, 2, value))


PROTOBUF: dict[str, Case] = {
    **{f"cut at {i}/16": partial(cut, i) for i in range(1, 16)},
    "two models in one file": lambda: small() + small(),
    "a model after itself, three times": lambda: graph([node("Relu", "x")], [2]) * 3,
    "graph is a number": lambda: field(7, 0, varint(5)) + field(8, 2, field(2, 0, b"\x15")),
    "graph is 64 bits": lambda: field(7, 1, bytes(8)),
    "a group that never ends": lambda: small() + field(7, 3, b""),
    "an end of no group": lambda: small() + field(7, 4, b""),
    "wire type 7": lambda: small() + b"\x3f",
    "field number 0": lambda: small() + b"\x02\x00",
    "unknown fields": lambda: small() + field(5000, 2, b"x" * 10**6) + field(99, 0, b"\x01"),
    "a varint of eleven bytes": lambda: small() + b"\x08" + b"\xff" * 10 + b"\x01",
    "a length of 2**63": lambda: b"\x3a" + varint(2**63) + small(),
    "ir_version many times": lambda: small() + field(1, 0, varint(2**64 - 1)) * 10**5,
    "types 60 deep": lambda: deep(60),
    "types 2000 deep": lambda: deep(2000),
    "raw data too short": lambda: tensor(dims=[2], data_type=1, raw_data=b"abc"),
    "raw data and float data": lambda: tensor(
        dims=[2], data_type=1, raw_data=b"abcdefgh", float_data=[1, 2, 3]
    ),
    "floats in an integer tensor": lambda: tensor(dims=[2], data_type=7, float_data=[1, 2]),
    "type 0": lambda: tensor(dims=[2], data_type=0),
    "type -1": lambda: tensor(dims=[2], data_type=-1, raw_data=b"12345678"),
    "type 2**31 - 1": lambda: tensor(dims=[2], data_type=2**31 - 1),
    "segments": lambda: tensor(
        dims=[2], data_type=1, float_data=[1], segment=TensorProto.Segment(begin=5, end=-2)
    ),
    "a string parameter": lambda: tensor(dims=[2], data_type=8, string_data=[b"a", b"b"]),
    "offset -5": lambda: external("-5", "8"),
    "offset no number": lambda: external("0x10", "eight"),
    "offset 2**70": lambda: external(str(2**70), str(2**70)),
    "offset with 10**5 digits": lambda: external("9" * 10**5, "8"),
    "external without location": lambda: external(location=""),
    "external in itself": lambda: external("0", "8", location="m.onnx"),
    "external keys that repeat": lambda: external("0", "8", checksum="[red]", basepath="/etc"),
    "sparse parameter": lambda: sparse(2, [3, 4], 1, 7),
    "sparse parameter out of range": lambda: sparse(2, [3, 4], -1, 700),
    "sparse parameter of 2**62": lambda: sparse(1, [2**31, 2**31], 1),
    "sparse parameter of no dims": lambda: sparse(2, []),
    "stated shapes that contradict": lambda: stated([7, 7]),
    "stated shapes twice": lambda: stated([-7, 0], twice=True),
    "opset twice": lambda: opsets(("", 13), ("", 22)),
    "opset -1": lambda: opsets(("", -1)),
    "opset 2**63 - 1": lambda: opsets(("", 2**63 - 1), ("com.microsoft", 2**62)),
    "no opset": opsets,
    "opset of [red]": lambda: opsets(("", 22), ("[red]\x1b[31m", 1)),
    "metadata of megabytes": lambda: metadata(3 * 10**6),
    "metadata imgsz of 4000 digits": lambda: metadata(4000),
    "metadata imgsz of 5000 digits": lambda: metadata(5000),
    "training info": trained,
    "gzip": lambda: gzip.compress(small()),
    "zip as torch writes": zipped,
    "safetensors": lambda: (2).to_bytes(8, "little") + b"{}" + bytes(100),
    "tflite": lambda: b"\x1c\0\0\0TFL3" + bytes(200),
    "HDF5": lambda: b"\x89HDF\r\n\x1a\n" + bytes(200),
    "text of protobuf": lambda: str(onnx.load_from_string(small())).encode(),
    "JSON of protobuf": lambda: onnx.load_from_string(small()).producer_name.encode() + b'{"a": 1}',
    "onnx text": SMALL.encode,
    "HTML page": lambda: b"<!DOCTYPE html><html>404</html>",
    "LFS pointer": lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
    "UTF-16": lambda: SMALL.encode("utf-16"),
    "only zeros": lambda: bytes(10**6),
    "only 0xff": lambda: b"\xff" * 10**6,
}
