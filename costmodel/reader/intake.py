"""From whatever the caller has to a parsed ModelProto without weights, or one clear error."""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias, cast

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.reader.wire import Buffer, WireError, without_tensor_data

if TYPE_CHECKING:
    import onnx

Model: TypeAlias = "str | os.PathLike[str] | bytes | IO[bytes] | onnx.ModelProto"
"""What `load` takes: a path, `-` for standard input, bytes, a binary file object, a ModelProto."""

MAX_STREAM_BYTES: Final = 1_000_000_000
"""What is read of a stream, which must be held whole; a file is mapped and has no limit."""

_LFS: Final = b"version https://git-lfs.github.com/spec/"
_FORMATS: Final = (  # (offset, magic bytes, what it is)
    (
        0,
        b"PK\x03\x04",
        "a zip archive, as PyTorch saves (.pt, .pth); export it with torch.onnx.export",
    ),
    (0, b"\x80\x02", "a Python pickle"),
    (0, b"\x1f\x8b", "a gzip archive; unpack it first"),
    (0, b"\x89HDF", "an HDF5 file, as Keras saves; convert it with tf2onnx"),
    (4, b"TFL3", "a TensorFlow Lite model; convert it with tf2onnx --tflite"),
    (4, b"ORTM", "an onnxruntime .ort model; give the .onnx it was made from"),
    (0, b"<", "a web page or XML text; the download did not give the model"),
    (0, b"{", "a JSON text"),
    (0, b"7767517", "an ncnn parameter file"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A parsed model and where it came from; `sha256` is that of given bytes.

    It is '' for a path, whose digest is made only where it is shown, and for a ModelProto.
    """

    proto: onnx.ModelProto
    path: str | None
    sha256: str


def take_in(model: Model) -> Intake:
    """Read and parse `model`; weights and external data stay unread.

    Raises:
        ModelError: it is missing, empty, a Git LFS pointer, truncated or not ONNX.
    """
    if isinstance(model, (bytes, bytearray, memoryview)):
        return _parse(bytes(model), "<bytes>", None)
    if isinstance(model, (str, os.PathLike)):
        return _from_path(os.fspath(model))
    if hasattr(model, "read"):
        return _parse(_all_bytes(cast("IO[bytes]", model)), getattr(model, "name", "<file>"), None)
    if hasattr(model, "graph") and hasattr(model, "opset_import"):
        return Intake(proto=model, path=None, sha256="")
    what = f"cannot read a model from {type(model).__name__}"
    raise ModelError(what, fix="give a path, bytes, a binary file object or an onnx.ModelProto")


def _from_path(path: str) -> Intake:
    if path == "-":
        return _parse(_all_bytes(sys.stdin.buffer), "<stdin>", None)
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ModelError(f"cannot open {path!r}: {reason}") from error
    if stat.S_ISDIR(status.st_mode):
        raise ModelError(f"{path!r} is a folder, not a model", fix=f"costlint {path}/MODEL.onnx")
    if not stat.S_ISREG(status.st_mode):
        facts = ("a pipe or a device could block or go on for ever",)
        raise ModelError(f"{path!r} is not a regular file", facts=facts)
    if status.st_size == 0:
        raise ModelError(f"{path!r} is empty (0 bytes), not a model")
    try:
        with (
            Path(path).open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            return _parse(data, path, path)
    except OSError as error:
        raise ModelError(f"cannot read {path!r}: {error.strerror or error}") from error


def _all_bytes(file: IO[bytes]) -> bytes:
    data = file.read(MAX_STREAM_BYTES + 1)
    if not isinstance(data, bytes):
        raise ModelError("the file object gives text, not bytes", fix='open it with mode "rb"')
    if len(data) > MAX_STREAM_BYTES:
        raise ModelError(
            f"the stream holds more than {MAX_STREAM_BYTES / 1e6:.0f} MB",
            fix="give the file's path: its weights are then not read",
        )
    return data


def _parse(data: Buffer, name: str, path: str | None) -> Intake:
    if len(data) == 0:
        raise ModelError(f"{name} is empty (0 bytes), not a model")
    _refuse_pointer(data, name)
    try:
        proto = _proto(without_tensor_data(data))
    except WireError as error:
        raise _not_onnx(data, name, str(error)) from error
    if not proto.HasField("graph") or not (proto.graph.node or proto.graph.output):
        raise _not_onnx(data, name, "it holds no graph")
    digest = hashlib.sha256(data).hexdigest() if path is None else ""
    return Intake(proto=proto, path=path, sha256=digest)


def _proto(data: bytes) -> onnx.ModelProto:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        return onnx.ModelProto.FromString(data)
    except DecodeError as error:
        raise WireError(str(error).removeprefix("Error parsing message").strip(" .:")) from error


def _refuse_pointer(data: Buffer, name: str) -> None:
    if data[: len(_LFS)] != _LFS:
        return
    lines = data[:1024].decode("utf-8", "replace").splitlines()
    fields = dict(line.split(" ", 1) for line in lines if " " in line)
    size, digest = fields.get("size", "?"), fields.get("oid", "?").removeprefix("sha256:")
    raise ModelError(
        f"{name} is a Git LFS pointer ({len(data)} bytes), not a model",
        facts=(
            f"the real file has {size} bytes (sha256 {digest[:12]})",
            "in GitHub Actions: actions/checkout with `lfs: true`",
        ),
        fix=f"git lfs pull --include {name}",
    )


def _not_onnx(data: Any, name: str, reason: str) -> ModelError:
    for offset, magic, what in _FORMATS:
        if data[offset : offset + len(magic)] == magic:
            return ModelError(f"{name} is not an ONNX model: it is {what}")
    fact = f"{len(data)} bytes, {reason or 'not readable'}"
    facts = (fact, "the file may be cut off or damaged, or of another format")
    return ModelError(f"{name} is not an ONNX model", facts=facts)
