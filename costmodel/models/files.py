"""Model files with their weights, read to be changed and written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.models.protos import MAX_BYTES, is_external, is_missing, tensors, whole
from costlint.costmodel.reader.names import not_text

if TYPE_CHECKING:
    import onnx


def read_with_weights(path: str) -> onnx.ModelProto:
    """The model at `path` with all of its weights.

    Raises:
        ModelError: see `whole`; or a weight is neither in the file nor beside it.
    """
    model = whole(path)
    name = not_text(model.graph)
    if name is not None:
        raise ModelError(
            f"{path!r} cannot be changed: it has a name that is no UTF-8 text",
            facts=(f"the name is {name!r}",),
            fix="export it again with names that are text",
        )
    missing = next((t for t in tensors(model) if is_missing(t)), None)
    if missing is None:
        return model
    where = "keeps its weights in a file that is not there"
    raise ModelError(
        f"{path!r} {where if is_external(missing) else 'has no weights'}",
        facts=(f"{missing.name!r} is missing",),
        fix="put the file of the weights beside the model, or export it with them",
    )


def has_external_data(path: str) -> bool:
    """Whether the model at `path` keeps tensors in other files."""
    import onnx

    return any(map(is_external, tensors(onnx.load(path, load_external_data=False))))


def write_model(model: onnx.ModelProto, path: str, *, external: bool) -> None:
    """Write `model`; with `external` (or beyond 2 GB) its weights go to `PATH.data`.

    Raises:
        ModelError: it cannot be written there.
    """
    import onnx

    apart = external or model.ByteSize() > MAX_BYTES
    data = Path(f"{path}.data")
    try:
        if apart:
            data.unlink(missing_ok=True)  # onnx would not write over it
        onnx.save(model, path, save_as_external_data=apart, location=data.name, size_threshold=0)
    except OSError as error:
        raise ModelError(f"cannot write {path!r}: {error.strerror}") from error
