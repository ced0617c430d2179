"""Parts of a tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from costlint.costmodel.ir.dims import Dim, Shape, simplest
from costlint.costmodel.shapes.arguments import (
    all_axes,
    input_dims,
    integers,
)
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import ceil_div, is_nonnegative, larger, smaller

_FOR_EVER = (1 << 31) - 1
"""From here on a start or end means "to the very end" of a dim that is not known."""
_ENDS = (_FOR_EVER, (1 << 63) - 1)
"""As an end, runtimes take these two for "all", even when the step goes backwards."""


@shape_rule("Slice")
def slice_(call: Call) -> Sequence[Out]:
    """Y = X[start:end:step] on each axis named; attributes before opset 10, inputs since."""
    x = call.shape(0)
    found = list(x)
    if call.attributes.get("starts") is None and call.value(1) is None:
        return (Out(shape=_undecided(call, x)),)
    for axis, start, end, step in slices(call, len(x)):
        dim = x[axis]
        if start is None or end is None or step is None:
            found[axis] = call.unknown(f"length{axis}", dim)
        else:
            found[axis] = slice_length(call, dim, start, end, step)
    return (Out(shape=tuple(found)),)


def slices(call: Call, rank: int) -> list[tuple[int, Dim, Dim, Dim]]:
    """(axis, start, end, step) per axis sliced; None for what is not known."""
    starts, ends = _bounds(call, 1, "starts"), _bounds(call, 2, "ends")
    if starts is None and ends is None:
        raise call.refuse("starts and ends are missing")
    count = len(starts if starts is not None else ends or ())
    starts, ends = starts or [None] * count, ends or [None] * count
    axes = integers(call, "axes") if call.tensor(3) is None else input_dims(call, 3)
    axes = range(count) if axes is None else axes
    steps: Sequence[Any] = [1] * count
    if call.tensor(4) is not None:
        steps = _bounds(call, 4, "steps") or [None] * count
    if not len(starts) == len(ends) == len(axes) == len(steps):
        raise call.refuse("starts, ends, axes and steps are of different lengths")
    return list(zip(all_axes(call, axes, rank), starts, ends, steps, strict=True))


def _bounds(call: Call, index: int, name: str) -> Sequence[Dim] | None:
    if call.tensor(index) is None:
        return integers(call, name)
    return None if call.value(index) is None else input_dims(call, index)


def _undecided(call: Call, x: Shape) -> Shape:
    """Only the data says where to cut: each axis that may be cut has its own length as bound."""
    axes: Sequence[Any] = range(len(x))
    if call.tensor(3) is not None and call.value(3) is not None:
        axes = all_axes(call, input_dims(call, 3) or (), len(x))
    elif call.tensor(1) is not None and call.tensor(1).shape not in (None, ()):  # type: ignore[union-attr]
        count = call.shape(1)[0]
        axes = range(min(count, len(x))) if type(count) is int else axes
    return tuple(
        call.unknown(f"length{axis}", dim) if axis in axes else dim for axis, dim in enumerate(x)
    )


def slice_length(call: Call, dim: Dim, start: Dim, end: Dim, step: Dim) -> Dim:
    """Elements of `range(dim)[start:end:step]`."""
    if type(step) is not int or step == 0:
        raise call.refuse(f"the step of a slice is {step}")
    if type(dim) is int and type(start) is int and type(end) is int:
        return len(positions(dim, start, end, step))
    if step > 0:
        first, last = _clamped(start, dim, 0, dim), _clamped(end, dim, 0, dim)
        return larger(0, ceil_div(simplest(last - first), step))
    end = -_FOR_EVER if end in _ENDS else end
    first, last = _clamped(start, dim, 0, dim - 1), _clamped(end, dim, -1, dim - 1)
    return larger(0, ceil_div(simplest(first - last), -step))


def positions(dim: int, start: int, end: int, step: int) -> range:
    """Places that `start:end:step` takes of `dim`; not Python's own where a start lies outside."""
    if dim == 0:
        return range(0)
    first = start + dim if start < 0 else start
    last = end + dim if end < 0 else end
    if step > 0:
        return range(min(max(first, 0), dim), min(max(last, 0), dim), step)
    last = -1 if end in _ENDS else min(max(last, -1), dim)
    return range(min(max(first, 0), dim - 1), last, step)


def _clamped(bound: Dim, dim: Dim, low: Dim, high: Dim) -> Dim:
    """`bound` counted from the front and kept within [low, high]."""
    if type(bound) is int and abs(bound) >= _FOR_EVER:
        return high if bound > 0 else low
    if bound == dim:
        return high
    if is_nonnegative(-bound - 1):
        bound = bound + dim
    return larger(low, smaller(bound, high))
