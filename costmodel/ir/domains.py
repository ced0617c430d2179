"""Domains of operators besides the standard's, whose name is empty."""

from __future__ import annotations

from typing import Final

ML: Final = "ai.onnx.ml"
PREVIEW: Final = "ai.onnx.preview"
TRAINING: Final = "ai.onnx.preview.training"
MS: Final = "com.microsoft"
NCHWC: Final = "com.microsoft.nchwc"
NHWC: Final = "com.ms.internal.nhwc"
EXTENSIONS: Final = "com.microsoft.extensions"
BREVITAS: Final = "onnx.brevitas"
FINN: Final = "finn.custom_op.general"
QONNX: Final = "qonnx.custom_op.general"
CHANNELS_LAST: Final = "qonnx.custom_op.channels_last"
