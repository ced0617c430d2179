"""Operators of QONNX and FINN that change shapes; those that quantise stand in `quantized`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from costlint.costmodel.ir.dims import product
from costlint.costmodel.ir.domains import FINN, QONNX
from costlint.costmodel.shapes.arguments import check_rank, integer, integers, text
from costlint.costmodel.shapes.registry import (
    Call,
    Out,
    shape_rule,
)
from costlint.costmodel.shapes.window import Window, slide

_GENERAL: Final = (QONNX, FINN)


@shape_rule("Im2Col", domain=_GENERAL)
def im2col(call: Call) -> Sequence[Out]:
    """Y (N, h, w, kh * kw * C) = the windows of X (N, H, W, C)."""
    check_rank(call, 0, 4)
    n, height, width, channels = call.shape(0)[:4]
    filters = integers(call, "kernel_size") or ()
    if len(filters) != 2 or min(filters) < 1:
        raise call.refuse(f"kernel_size is {list(filters)}: two positive sizes are needed")
    window = Window(
        filters,
        _pair(call, "stride"),
        _pair(call, "dilations"),
        integers(call, "pad_amount") or (0, 0, 0, 0),
        "NOTSET",
    )
    spatial = slide(call, (height, width), window)
    return (Out(shape=(n, *spatial, product(filters) * channels)),)


def _pair(call: Call, name: str) -> Sequence[int]:
    found = integers(call, name) or (1, 1)
    if len(found) != 2 or min(found) < 1:
        raise call.refuse(f"{name} is {list(found)}: two positive numbers are needed")
    return found


@shape_rule("QuantAvgPool2d", domain=_GENERAL)
def quant_avg_pool(call: Call) -> Sequence[Out]:
    """Y (N, C, h, w) = means of the windows (k, k) of X (N, C, H, W), or channels last."""
    check_rank(call, 0, 4)
    x, k, stride = call.shape(0), integer(call, "kernel", 1), integer(call, "stride", 1)
    if k < 1 or stride < 1:
        raise call.refuse(f"kernel {k} and stride {stride} must be at least 1")
    window = Window((k, k), (stride, stride), (1, 1), (0, 0, 0, 0), "NOTSET")
    if text(call, "data_layout", "NCHW") == "NHWC":
        return (Out(shape=(x[0], *slide(call, x[1:3], window), x[3])),)
    return (Out(shape=(*x[:2], *slide(call, x[2:], window))),)
