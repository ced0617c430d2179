"""Numpy's broadcasting, with symbolic dims and with a replaced batch size."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.shapes.registry import Call


def broadcast(call: Call, shapes: Sequence[Shape]) -> Shape:
    """The common shape of `shapes`.

    Two different symbolic dims are taken to be equal: the model would not run otherwise.

    Raises:
        ShapeError: two known dims differ and neither is 1.
    """
    found = shapes[0]
    for shape in shapes[1:]:
        if shape != found:
            found = _pair(call, found, shape)
    return found


def _pair(call: Call, a: Shape, b: Shape) -> Shape:
    if len(a) < len(b):
        a, b = b, a
    lead = len(a) - len(b)
    rest = [
        x if x == y else _dim(call, a, b, lead + axis)
        for axis, (x, y) in enumerate(zip(a[lead:], b, strict=True))
    ]
    return (*a[:lead], *rest)


def _dim(call: Call, a: Shape, b: Shape, axis: int) -> Dim:
    x, y = a[axis], b[axis - len(a)]
    if x == 1:
        return y
    if y == 1:
        return x
    if type(x) is int and type(y) is int:
        baked = None if call.reference is None else call.reference[axis - len(a) :][:1]
        if baked == (x,):  # a batch size in a constant, and the one asked for
            return y
        if baked == (y,):
            return x
        what = f"shapes {show(a)} and {show(b)} do not broadcast ({x} against {y})"
        raise call.refuse(what, sides=(x, y), axis=axis)
    return y if type(y) is int else x


def show(shape: Shape) -> str:
    """`shape` as a message has it: `(1, 3, H)`."""
    inner = ", ".join(str(dim) for dim in shape[:12])
    return f"({inner}{', ...' if len(shape) > 12 else ''})"
