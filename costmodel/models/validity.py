"""Whether onnx takes a model that is to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.models.protos import MAX_BYTES

if TYPE_CHECKING:
    import onnx


def refuse_invalid(model: onnx.ModelProto) -> None:
    """Raise a ModelError where onnx does not take `model`."""
    reason = why_invalid(model)
    if reason:
        raise ModelError("this graph cannot be written as a model", facts=(reason,))


def why_invalid(model: onnx.ModelProto) -> str:
    """What onnx has against `model`, the shapes of its tensors included; '' for nothing."""
    import onnx

    small = model.ByteSize() <= MAX_BYTES
    try:
        onnx.checker.check_model(model, full_check=small)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        return str(error).strip().splitlines()[0]
    return ""
