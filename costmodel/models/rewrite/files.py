"""Model files with their weights, to change them."""

from __future__ import annotations

from pathlib import Path

import onnx

from costlint.costmodel.ir.errors import ModelError

_LARGEST_SINGLE_FILE = 2**31 - 2**20  # protobuf's limit, less some room


def read_with_weights(path: str) -> onnx.ModelProto:
    """The model at `path` with its external data loaded.

    Raises:
        ModelError: it cannot be read, or the file of its weights is not there.
    """
    try:
        return onnx.load(path, load_external_data=True)
    except (FileNotFoundError, onnx.checker.ValidationError) as error:
        raise ModelError(
            f"{path!r} keeps its weights in a file that is not there",
            facts=(str(error).splitlines()[0],),
            fix="put the file of the weights beside the model",
        ) from error
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path!r} cannot be read with its weights", facts=(str(error),)
        ) from error


def has_external_data(path: str) -> bool:
    """Whether the model at `path` keeps tensors in other files."""
    model = onnx.load(path, load_external_data=False)
    return any(t.data_location == onnx.TensorProto.EXTERNAL for t in model.graph.initializer)


def write_model(model: onnx.ModelProto, path: str, *, external: bool) -> None:
    """Write `model`; with `external` (or beyond 2 GB) its weights go to `PATH.data`.

    Raises:
        ModelError: it cannot be written there.
    """
    try:
        _write(model, path, external=external)
    except OSError as error:
        raise ModelError(f"cannot write {path!r}: {error.strerror}") from error


def _write(model: onnx.ModelProto, path: str, *, external: bool) -> None:
    large = model.ByteSize() > _LARGEST_SINGLE_FILE
    if external or large:
        Path(f"{path}.data").unlink(missing_ok=True)  # onnx would not write over it
        onnx.save(
            model,
            path,
            save_as_external_data=True,
            all_tensors_to_one_file=True,
            location=f"{Path(path).name}.data",
            size_threshold=0,
        )
    else:
        onnx.save(model, path)
