"""What scales and shifts channels: y = x * factor + shift, from the stored tensors."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import onnx

from costlint.costmodel.models.rewrite.stored import Stored

Line: TypeAlias = "tuple[np.ndarray | None, np.ndarray | None, str]"
"""Factor and shift (C), or why there are none."""


def statistics(stored: Stored, node: onnx.NodeProto) -> Line:
    """Factor and shift of a BatchNormalization, or why not."""
    arrays = [stored.array(name) for name in node.input[1:5]]
    if len(node.output) > 1 or any(a.name == "training_mode" and a.i for a in node.attribute):
        return None, None, "it is in training mode"
    if any(array is None for array in arrays):
        return None, None, "its statistics are not in the file"
    scale, bias, mean, variance = (np.asarray(a, np.float64) for a in arrays)
    epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
    factor = scale / np.sqrt(variance + epsilon)
    return factor, bias - mean * factor, ""


def per_channel(constant: np.ndarray, width: int, behind: int) -> np.ndarray | None:
    """A constant as a vector of `width` channels with `behind` axes behind them, None otherwise."""
    if constant.size == 1:
        return np.full(width, float(constant.reshape(-1)[0]))
    shape = constant.shape
    is_channel = len(shape) > behind and shape[len(shape) - behind - 1] == width
    return constant.reshape(-1).astype(float) if constant.size == width and is_channel else None
