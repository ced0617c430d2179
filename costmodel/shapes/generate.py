"""Tensors out of nothing but a shape, and tensors made larger by repetition or padding."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from costlint.costmodel.ir.dims import Dim, Shape, simplest
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes.arguments import (
    all_axes,
    axis_attribute,
    check_sizes,
    dtype,
    dtype_attribute,
    input_dims,
    integers,
    scalar,
    scalar_dim,
)
from costlint.costmodel.shapes.broadcasting import broadcast, show
from costlint.costmodel.shapes.elementwise import same_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import ceil_div, larger

_MAX_RANK = 64


@shape_rule("Expand")
def expand(call: Call) -> Sequence[Out]:
    """Y = X broadcast against the target, both ways."""
    return (Out(shape=broadcast(call, [call.shape(0), known_dims(call, 1)])),)


def known_dims(call: Call, index: int) -> Shape:
    """A shape given as input `index`; refused where a dim is negative.

    Where only its length is known, each dim is one that the data decides.
    """
    tensor = call.tensor(index)
    if tensor is None:
        raise call.refuse(f"input {index} (a shape) is missing")
    if tensor.value is None and tensor.shape is not None and len(tensor.shape) == 1:
        rank = tensor.shape[0]
        if type(rank) is int and rank <= _MAX_RANK:
            return tuple(call.unknown(f"dim{axis}", None) for axis in range(rank))
    dims = input_dims(call, index) or []
    check_sizes(call, tuple(dims), "the shape")
    return tuple(dims)


@shape_rule("Tile")
def tile(call: Call) -> Sequence[Out]:
    """Y (x_0 * r_0, ...) = X repeated along each axis; one axis in the oldest opset."""
    x = call.shape(0)
    if call.version < 6:
        count, axis = scalar(call, 1), scalar(call, 2)
        if type(count) is not int or type(axis) is not int or not 0 <= axis < len(x):
            raise UnknownShapeError(call.error("tiles and axis are not known"))
        return (Out(shape=(*x[:axis], x[axis] * count, *x[axis + 1 :])),)
    repeats = known_dims(call, 1)
    if len(repeats) != len(x):
        raise call.refuse(f"{len(repeats)} repeats are given for {len(x)} dimensions")
    return (Out(shape=tuple(a * b for a, b in zip(x, repeats, strict=True))),)


@shape_rule("Pad", domain=("", MS))
def pad(call: Call) -> Sequence[Out]:
    """Y (begin + x + end, ...) = X with a border; pads are all begins, then all ends."""
    x = call.shape(0)
    if call.tensor(1) is None:
        pads: Any = integers(call, "pads") or integers(call, "paddings")
    else:
        pads = input_dims(call, 1)
    axes = range(len(x)) if call.tensor(3) is None else input_dims(call, 3)
    where = all_axes(call, axes or (), len(x))
    if pads is None or len(pads) != 2 * len(where):
        raise call.refuse(f"{len(pads or ())} pads are given for {len(where)} axes")
    found = list(x)
    for at, axis in enumerate(where):
        found[axis] = simplest(x[axis] + pads[at] + pads[at + len(where)])
        if type(found[axis]) is int and found[axis] < 0:
            raise call.refuse(f"pads {show(tuple(pads))} take more than axis {axis} has")
    return (Out(shape=tuple(found)),)


@shape_rule("ConstantOfShape")
def constant_of_shape(call: Call) -> Sequence[Out]:
    """Y (target...) = one value everywhere."""
    value = call.attributes.get("value")
    return (Out(shape=known_dims(call, 0), dtype=getattr(value, "dtype", "float32")),)


@shape_rule("ConstantFill")
def constant_fill(call: Call) -> Sequence[Out]:
    """Y (target...) = one value everywhere, as models of the first opsets wrote it."""
    shape = tuple(integers(call, "shape") or ()) if call.tensor(0) is None else known_dims(call, 0)
    check_sizes(call, shape, "the shape")
    return (Out(shape=shape, dtype=dtype_attribute(call, "dtype", "float32")),)


@shape_rule("Range", domain=("", MS))
def range_(call: Call) -> Sequence[Out]:
    """Y (ceil((limit - start) / delta)) = start, start + delta, ..."""
    length = range_length(call)
    return (Out(shape=(call.unknown("length", None) if length is None else length,)),)


def range_length(call: Call) -> Dim | None:
    """Elements of a Range, None where its ends are not known."""
    start, limit, delta = (scalar(call, i) for i in range(3))
    if start is None or limit is None or delta is None:
        return None
    if delta == 0:
        raise call.refuse("the step is 0")
    if type(delta) is int and delta > 0:
        return larger(0, _ceil(limit - start, delta))
    if type(delta) is int:
        return larger(0, _ceil(start - limit, -delta))
    if all(type(v) in (int, float) for v in (start, limit, delta)):
        return max(0, ceil((limit - start) / delta))
    return None


def _ceil(span: Any, step: int) -> Dim:
    if type(span) is not float:
        return ceil_div(simplest(span), step)
    return ceil(span / step)


@shape_rule("OneHot")
def one_hot(call: Call) -> Sequence[Out]:
    """Y = indices (...) with a new axis of `depth`, in the type of the values (off, on)."""
    indices = call.shape(0)
    axis = axis_attribute(call, -1, len(indices) + 1)
    depth = scalar_dim(call, 1)
    if depth is None:
        depth = call.unknown("depth", None)
    return (Out(shape=(*indices[:axis], depth, *indices[axis:]), dtype=dtype(call, 2)),)


eye_like = same_shape("EyeLike", attribute="dtype")
same_shape("Trilu", rank=2, domain=("", MS))
