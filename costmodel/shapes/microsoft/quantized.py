"""The domain com.microsoft, quantised operators, and the blocked layout com.microsoft.nchwc."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.domains import MS, NCHWC
from costlint.costmodel.shapes.arguments import (
    axis_attribute,
    check_rank,
    dtype,
    integer,
    integers,
)
from costlint.costmodel.shapes.broadcasting import broadcast, show
from costlint.costmodel.shapes.conv import conv_shape
from costlint.costmodel.shapes.matmul import product_shape
from costlint.costmodel.shapes.microsoft.fused import nhwc_conv_shape, nhwc_pool_shape
from costlint.costmodel.shapes.pool import pool_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule


@shape_rule("QLinearAdd", "QLinearMul", domain=MS)
def qlinear_binary(call: Call) -> Sequence[Out]:
    """Y = A + B over the broadcast shape; inputs a, scale, zero, b, scale, zero, scale, zero."""
    return (Out(shape=broadcast(call, [call.shape(0), call.shape(3)])),)


@shape_rule("QLinearWhere", domain=MS)
def qlinear_where(call: Call) -> Sequence[Out]:
    """Y = condition ? X : Y; inputs condition, x, scale, zero, y, scale, zero, scale, zero."""
    shapes = [call.shape(0), call.shape(1), call.shape(4)]
    return (Out(shape=broadcast(call, shapes), dtype=dtype(call, 1)),)


@shape_rule("QLinearConcat", domain=MS)
def qlinear_concat(call: Call) -> Sequence[Out]:
    """Y = inputs along `axis`; inputs scale, zero, then x, scale, zero for each part."""
    shapes = [call.shape(i) for i in range(2, len(call.inputs), 3)]
    if not shapes:
        raise call.refuse("it has no input")
    axis = axis_attribute(call, 1, len(shapes[0]))
    if any(len(shape) != len(shapes[0]) for shape in shapes):
        raise call.refuse("its inputs have different ranks")
    length = sum(shape[axis] for shape in shapes)
    found = (*shapes[0][:axis], length, *shapes[0][axis + 1 :])
    return (Out(shape=found, dtype=dtype(call, 2)),)


@shape_rule("QLinearAveragePool", domain=MS)
def qlinear_average_pool(call: Call) -> Sequence[Out]:
    """Y = pooled X, channels second or, with `channels_last`, at the end."""
    last = integer(call, "channels_last", 0) != 0
    return (Out(shape=nhwc_pool_shape(call) if last else pool_shape(call, call.shape(0))),)


@shape_rule("QLinearGlobalAveragePool", domain=MS)
def qlinear_global_pool(call: Call) -> Sequence[Out]:
    """Y (N, C, 1, ...) = pooled X (N, C, ...), or with the channels at the end."""
    check_rank(call, 0, 3)
    x = call.shape(0)
    ones = (1,) * (len(x) - 2)
    last = integer(call, "channels_last", 0) != 0
    return (Out(shape=(x[0], *ones, x[-1]) if last else (*x[:2], *ones)),)


@shape_rule("QLinearConv", domain=MS)
def qlinear_conv(call: Call) -> Sequence[Out]:
    """Y = X * W as in the standard, or with the channels at the end."""
    shaped = nhwc_conv_shape if integer(call, "channels_last", 0) else conv_shape
    y_type = dtype(call, 7, dtype(call, 0))
    return (Out(shape=shaped(call, call.shape(0), call.shape(3)), dtype=y_type),)


@shape_rule("QGemm", domain=MS)
def qgemm(call: Call) -> Sequence[Out]:
    """Y (M, N) = A @ B + C; inputs a, scale, zero, b, scale, zero, c, scale, zero.

    In the type of the last zero point, floats without it.
    """
    a, b = call.shape(0), call.shape(3)
    if len(a) != 2 or len(b) != 2:
        raise call.refuse(f"{show(a)} and {show(b)}: both must be matrices")
    a = a[::-1] if integer(call, "transA", 0) else a
    b = b[::-1] if integer(call, "transB", 0) else b
    return (Out(shape=product_shape(call, a, b), dtype=dtype(call, 8, dtype(call, 1))),)


@shape_rule("MatMulIntegerToFloat", domain=MS)
def matmul_integer_to_float(call: Call) -> Sequence[Out]:
    """Y (..., M, N) = A @ B in 8 bits, times their scales, in the type of these."""
    return (Out(shape=product_shape(call, call.shape(0), call.shape(1)), dtype=dtype(call, 2)),)


@shape_rule("ReorderInput", domain=NCHWC)
def reorder_input(call: Call) -> Sequence[Out]:
    """Y (N, C, ...) blocked = X (N, C, ...), or X (N, ..., C) with `channels_last`."""
    check_rank(call, 0, 3)
    x = call.shape(0)
    last = integer(call, "channels_last", 0) != 0
    return (Out(shape=(x[0], x[-1], *x[1:-1]) if last else x),)


@shape_rule("ReorderOutput", domain=NCHWC)
def reorder_output(call: Call) -> Sequence[Out]:
    """Y (N, channels, ...) = blocked X, or Y (N, ..., channels) with `channels_last`."""
    check_rank(call, 0, 3)
    x = call.shape(0)
    channels: Dim = integer(call, "channels", 0) or x[1]
    last = integer(call, "channels_last", 0) != 0
    shape: Shape = (x[0], *x[2:], channels) if last else (x[0], channels, *x[2:])
    return (Out(shape=shape),)


@shape_rule("Upsample", domain=NCHWC)
def upsample(call: Call) -> Sequence[Out]:
    """Y (N, C, h * s, w * s) = X (N, C, h, w) with whole scales."""
    x, scales = call.shape(0), integers(call, "scales")
    if scales is None or len(scales) != len(x):
        raise call.refuse(f"the scales do not fit {len(x)} dimensions")
    return (Out(shape=tuple(d * s for d, s in zip(x, scales, strict=True))),)
