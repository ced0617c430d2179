"""Positions of a sliding filter: shared by convolutions and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.shapes.arguments import integers, text
from costlint.costmodel.shapes.registry import Call
from costlint.costmodel.shapes.symbolic import ceil_div, floor_div, is_nonnegative, smaller

_AUTO_PADS = ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")


@dataclass(frozen=True, slots=True)
class Window:
    """How a filter moves: one entry per spatial axis, pads as all begins then all ends."""

    filter: Sequence[Dim]
    strides: Sequence[int]
    dilations: Sequence[int]
    pads: Sequence[int]
    auto_pad: str


def read_window(call: Call, filters: Sequence[Dim]) -> Window:
    """The window of `call` with ONNX's defaults; refuses lists of the wrong length."""
    rank = len(filters)
    for size in filters:
        if type(size) is int and size < 1:
            raise call.refuse(f"the filter is {list(filters)}: every size must be at least 1")
    auto_pad = text(call, "auto_pad", "NOTSET") or "NOTSET"
    if auto_pad not in _AUTO_PADS:
        raise call.refuse(f"auto_pad is {auto_pad[:40]!r}, not one of {', '.join(_AUTO_PADS)}")
    pads = integers(call, "pads") if auto_pad == "NOTSET" else None
    if pads is None:
        pads = (0,) * (2 * rank)
    elif len(pads) != 2 * rank:
        raise call.refuse(f"{len(pads)} pads are given for {rank} spatial axes")
    return Window(
        filters, _steps(call, "strides", rank), _steps(call, "dilations", rank), pads, auto_pad
    )


def _steps(call: Call, name: str, rank: int) -> Sequence[int]:
    found = integers(call, name)
    if not found:
        return (1,) * rank
    if len(found) != rank:
        raise call.refuse(f"{len(found)} {name} are given for {rank} spatial axes")
    if min(found) < 1:
        raise call.refuse(f"{name} are {list(found)}: every one must be at least 1")
    return found


def filter_sizes(call: Call, rank: int) -> Sequence[Dim]:
    """Attribute `kernel_shape` of `rank` sizes."""
    found = integers(call, "kernel_shape")
    if found is None:
        raise call.refuse("attribute kernel_shape is missing")
    if len(found) != rank:
        raise call.refuse(f"kernel_shape {list(found)} does not fit {rank} spatial axes")
    return found


def slide(call: Call, sizes: Shape, window: Window, *, ceil: bool = False) -> list[Dim]:
    """Number of filter positions along each spatial axis of `sizes`.

    Raises:
        ShapeError: the filter is larger than the padded input, or has other axes.
    """
    rank = len(sizes)
    if len(window.filter) != rank:
        raise call.refuse(f"the filter {list(window.filter)} does not fit {rank} spatial axes")
    if window.auto_pad.startswith("SAME"):
        return [ceil_div(x, s) for x, s in zip(sizes, window.strides, strict=True)]
    found: list[Dim] = []
    for axis in range(rank):
        begin = window.pads[axis]
        padded = sizes[axis] + begin + window.pads[axis + rank]
        span = padded - window.dilations[axis] * (window.filter[axis] - 1) - 1
        if type(span) is int and span < 0:
            what = f"the filter {list(window.filter)} with dilations {list(window.dilations)}"
            what = f"{what} is larger than the padded input ({padded})"
            raise call.refuse(what, sides=(padded, padded - span), axis=axis)
        stride = window.strides[axis]
        if not ceil or stride == 1:
            found.append(floor_div(span, stride) + 1)
        else:
            found.append(_rounded_up(span, stride, sizes[axis] + begin))
    return found


def _rounded_up(span: Dim, stride: int, reach: Dim) -> Dim:
    """Positions in ceil_mode; the last window must start inside the input or its first pad."""
    rounded = ceil_div(span, stride) + 1
    if is_nonnegative(reach - span - stride):
        return rounded
    return smaller(rounded, ceil_div(reach, stride))
