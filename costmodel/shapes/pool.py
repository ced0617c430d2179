"""Pooling over windows and over whole images."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.domains import MS, NCHWC
from costlint.costmodel.shapes.arguments import (
    check_rank,
    check_sizes,
    input_dims,
    integer,
    integers,
)
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.window import filter_sizes, read_window, slide


@shape_rule("AveragePool", domain=("", NCHWC))
@shape_rule("LpPool")
def pool(call: Call) -> Sequence[Out]:
    """Y (N, C, ...) = pooled X (N, C, ...)."""
    return (Out(shape=pool_shape(call, call.shape(0))),)


@shape_rule("MaxPool", domain=("", NCHWC))
@shape_rule("MaxpoolWithMask", domain=MS)
def max_pool(call: Call) -> Sequence[Out]:
    """Y (N, C, ...), indices int64 (N, C, ...) = pooled X (N, C, ...)."""
    shape = pool_shape(call, call.shape(0))
    if call.outputs == 1:
        return (Out(shape=shape),)
    return (Out(shape=shape), Out(shape=shape, dtype="int64"))


@shape_rule("GlobalAveragePool", "GlobalMaxPool", domain=("", NCHWC))
@shape_rule("GlobalLpPool")
def global_pool(call: Call) -> Sequence[Out]:
    """Y (N, C, 1, ...) = pooled X (N, C, ...)."""
    check_rank(call, 0, 2)
    x = call.shape(0)
    return (Out(shape=(*x[:2], *(1,) * (len(x) - 2))),)


@shape_rule("MaxRoiPool")
def max_roi_pool(call: Call) -> Sequence[Out]:
    """Y (R, C, ph, pw) = X (N, C, H, W) pooled over R regions (R, 5)."""
    check_rank(call, 0, 4)
    check_rank(call, 1, 1)
    pooled = integers(call, "pooled_shape")
    if pooled is None or len(pooled) != 2 or min(pooled) < 1:
        raise call.refuse("attribute pooled_shape must be two positive sizes")
    return (Out(shape=(call.shape(1)[0], call.shape(0)[1], *pooled)),)


@shape_rule("MaxUnpool")
def max_unpool(call: Call) -> Sequence[Out]:
    """Y (N, C, ...) = X (N, C, ...) put back where it came from; `output_shape` wins."""
    check_rank(call, 0, 3)
    x = call.shape(0)
    asked = input_dims(call, 2)
    if asked is not None:
        check_sizes(call, tuple(asked), "the output shape")
        return (Out(shape=tuple(asked)),)
    window = read_window(call, filter_sizes(call, len(x) - 2))
    rank = len(x) - 2
    spatial = []
    for i in range(rank):
        pads = window.pads[i] + window.pads[i + rank]
        spatial.append((x[2 + i] - 1) * window.strides[i] + window.filter[i] - pads)
    check_sizes(call, tuple(spatial), "an output of")
    return (Out(shape=(*x[:2], *spatial)),)


def pool_shape(call: Call, x: Shape) -> Shape:
    """(N, C, ...) of X (N, C, ...) under the window of the attributes."""
    if len(x) < 3:
        check_rank(call, 0, 3)
    window = read_window(call, filter_sizes(call, len(x) - 2))
    ceil = integer(call, "ceil_mode", 0) != 0
    return (*x[:2], *slide(call, x[2:], window, ceil=ceil))
