"""Operators of QONNX and FINN that change shapes; those that quantise stand in `quantized`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from costlint.costmodel.ir.dims import product
from costlint.costmodel.shapes.arguments import check_rank, integer, integers, text
from costlint.costmodel.shapes.elementwise import unary
from costlint.costmodel.shapes.matmul import matmul
from costlint.costmodel.shapes.microsoft.fused import nhwc_conv, nhwc_max_pool
from costlint.costmodel.shapes.registry import (
    Call,
    Out,
    ShapeRule,
    shape_rule,
)
from costlint.costmodel.shapes.window import Window, slide

_GENERAL: Final = ("qonnx.custom_op.general", "finn.custom_op.general")
_LAST: Final = "qonnx.custom_op.channels_last"

shape_rule("Conv", domain=_LAST)(nhwc_conv)
shape_rule("MaxPool", domain=_LAST)(nhwc_max_pool)
shape_rule("BatchNormalization", domain=_LAST)(unary)
shape_rule("MultiThreshold", domain="qonnx.custom_op.general")(unary)


def _general(op_type: str) -> Callable[[ShapeRule], ShapeRule]:
    def register(rule: ShapeRule) -> ShapeRule:
        for domain in _GENERAL:
            shape_rule(op_type, domain=domain)(rule)
        return rule

    return register


_general("XnorPopcountMatMul")(matmul)
_general("MaxPoolNHWC")(nhwc_max_pool)


@_general("Im2Col")
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


@_general("QuantAvgPool2d")
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
