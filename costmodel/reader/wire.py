"""Cut tensor data out of a serialised model before it is parsed, so that weights are never read.

Works on the protobuf wire format: a message is a list of fields, a field is a varint key
(`number << 3 | type`) and a payload (https://protobuf.dev/programming-guides/encoding/).
Only fields longer than `THRESHOLD` bytes are opened; everything else is copied as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from mmap import mmap
from typing import Final, TypeAlias

Buffer: TypeAlias = "bytes | mmap"

THRESHOLD: Final = 1 << 15
MAX_DEPTH: Final = 100  # what protobuf itself allows

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES: Final = 10

# Field numbers of onnx.proto: where long data can hide, and what to do with it there.
_OPEN: Final[Mapping[str, Mapping[int, str]]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_DROP: Final[Mapping[str, frozenset[int]]] = {
    "tensor": frozenset(
        {4, 5, 6, 7, 9, 10, 11}
    ),  # float, int32, string, int64, raw, double, uint64
    "attribute": frozenset({4}),  # a long string is a blob (a nested engine, an image)
}


class WireError(ValueError):
    """The bytes are no protobuf message."""


def without_tensor_data(data: Buffer) -> bytes:
    """`data`, a serialised ModelProto, with the content of large tensors left out.

    Raises:
        WireError: the bytes end inside a field or hold an unknown wire type.
    """
    return b"".join(_message(data, 0, len(data), "model", 0))


def _message(data: Buffer, start: int, end: int, kind: str, depth: int) -> Iterator[bytes]:
    """The message in `data[start:end]` in pieces, without the content of large tensors.

    `kind` says which fields are messages to look into, and which are dropped.
    """
    if depth > MAX_DEPTH:
        msg = f"messages are nested more than {MAX_DEPTH} deep"
        raise WireError(msg)
    opened, dropped = _OPEN[kind], _DROP.get(kind, frozenset())
    copied = position = start
    while position < end:
        field_start = position
        key, position = _varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        payload, position = _payload(data, position, end, wire_type)
        if position > end:
            msg = "a field is longer than its message"
            raise WireError(msg)
        if position - payload <= THRESHOLD or not (number in opened or number in dropped):
            continue
        yield data[copied:field_start]
        copied = position
        if number in opened:
            inner = b"".join(_message(data, payload, position, opened[number], depth + 1))
            yield _encode(key) + _encode(len(inner)) + inner
    yield data[copied:end]


def _varint(data: Buffer, position: int, end: int) -> tuple[int, int]:
    value = shift = 0
    for index in range(position, min(end, position + _MAX_VARINT_BYTES)):
        byte = data[index]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, index + 1
        shift += 7
    msg = "a number does not end"
    raise WireError(msg)


def _payload(data: Buffer, position: int, end: int, wire_type: int) -> tuple[int, int]:
    """Where the payload of a field begins and ends."""
    if wire_type == _BYTES:
        length, position = _varint(data, position, end)
        return position, position + length
    if wire_type == _VARINT:
        return position, _varint(data, position, end)[1]
    if wire_type in (_FIXED64, _FIXED32):
        return position, position + (8 if wire_type == _FIXED64 else 4)
    msg = f"wire type {wire_type} is not used by ONNX"
    raise WireError(msg)


def _encode(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
