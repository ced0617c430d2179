"""Convolutions: plain, transposed, deformable, quantised."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape, minimum
from costlint.costmodel.ir.domains import MS, NCHWC
from costlint.costmodel.shapes.arguments import check_rank, dtype, integers, positive
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.window import Window, read_window, slide


@shape_rule("Conv", domain=("", NCHWC))
@shape_rule("FusedConv", domain=MS)
@shape_rule("DeformConv")
def conv(call: Call) -> Sequence[Out]:
    """Y (N, M, ...) = X (N, C, ...) * W (M, C/g, ...), maybe at positions that offsets move."""
    return (Out(shape=conv_shape(call, call.shape(0), call.shape(1))),)


@shape_rule("ConvInteger")
def conv_integer(call: Call) -> Sequence[Out]:
    """Y (N, M, ...) int32 = X (N, C, ...) * W (M, C/g, ...)."""
    return (Out(shape=conv_shape(call, call.shape(0), call.shape(1)), dtype="int32"),)


@shape_rule("QLinearConv")
def qlinear_conv(call: Call) -> Sequence[Out]:
    """Y (N, M, ...) = X (N, C, ...) * W (M, C/g, ...), each with a scale and a zero point."""
    y_type = dtype(call, 7, dtype(call, 0))
    return (Out(shape=conv_shape(call, call.shape(0), call.shape(3)), dtype=y_type),)


@shape_rule("ConvTranspose")
@shape_rule("ConvTransposeWithDynamicPads", domain=MS)
def conv_transpose(call: Call) -> Sequence[Out]:
    """Y (N, M, ...) = X (N, C, ...) * W (C, M/g, ...), spread by the strides."""
    x, w = call.shape(0), call.shape(1)
    group = positive(call, "group", 1)
    filters = _filter(call, x, w)
    if type(x[1]) is int and type(w[0]) is int and x[1] != w[0]:
        what = f"the input has {x[1]} channels, the weight {w[0]}"
        raise call.refuse(what, sides=(x[1], w[0]))
    if type(w[0]) is int and w[0] % group:
        raise call.refuse(f"{w[0]} channels do not divide into {group} groups")
    spatial = _spread(call, x[2:], read_window(call, filters))
    return (Out(shape=(x[0], w[1] * group, *spatial)),)


def conv_shape(call: Call, x: Shape, w: Shape) -> Shape:
    """(N, M, ...) of X (N, C, ...) under W (M, C/g, ...)."""
    group = positive(call, "group", 1)
    filters = _filter(call, x, w)
    channels, out = x[1], w[0]
    if channels != w[1] * group and type(channels) is int and type(w[1]) is int:
        takes = w[1] * group
        what = f"the weight takes {w[1]} * {group} groups = {takes}"
        raise call.refuse(f"the input has {channels} channels, {what}", sides=(channels, takes))
    if group > 1 and type(out) is int and out % group:
        raise call.refuse(f"{out} filters do not divide into {group} groups")
    return (x[0], out, *slide(call, x[2:], read_window(call, filters)))


def _filter(call: Call, x: Shape, w: Shape) -> Sequence[Dim]:
    """Spatial sizes of the filter: the weight's, which `kernel_shape` may only repeat."""
    if len(x) < 3:
        check_rank(call, 0, 3)
    if len(w) != len(x):
        raise call.refuse(f"the weight has {len(w)} dimensions, the input {len(x)}")
    filters = w[2:]
    given = integers(call, "kernel_shape")
    if given and len(given) != len(filters):
        raise call.refuse(f"kernel_shape {list(given)} does not fit {len(filters)} spatial axes")
    if given and tuple(given) != filters and all(type(f) is int for f in filters):
        what = f"kernel_shape is {list(given)}, the weight's filter {list(filters)}"
        axis = next(
            i for i, pair in enumerate(zip(given, filters, strict=True)) if len({*pair}) > 1
        )
        raise call.refuse(what, sides=(filters[axis], given[axis]), axis=axis)
    return given or filters


def _spread(call: Call, sizes: Shape, window: Window) -> Sequence[Dim]:
    rank = len(sizes)
    asked = integers(call, "output_shape")
    if asked:
        if len(asked) < rank or min(asked) < 0:
            raise call.refuse(f"output_shape {list(asked)} does not fit {rank} spatial axes")
        return asked[-rank:]
    extra = integers(call, "output_padding") or (0,) * rank
    if len(extra) != rank:
        raise call.refuse(f"output_padding {list(extra)} does not fit {rank} spatial axes")
    found = []
    for axis in range(rank):
        extent = window.dilations[axis] * (window.filter[axis] - 1) + 1
        if window.auto_pad.startswith("SAME"):
            # Less than a stride for each element where the last one does not reach so far.
            beyond = minimum(extra[axis] + extent - window.strides[axis], 0)
            found.append(window.strides[axis] * sizes[axis] + beyond)
            continue
        pads = window.pads[axis] + window.pads[axis + rank]
        size = window.strides[axis] * (sizes[axis] - 1) + extra[axis] + extent - pads
        if type(size) is int and size < 0:
            raise call.refuse(f"pads {list(window.pads)} leave nothing of the output")
        found.append(size)
    return found
