"""Tensors put together along an axis, and taken apart."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, simplest
from costlint.costmodel.shapes.arguments import (
    axis_attribute,
    input_dims,
    integer,
    integers,
    one_axis,
)
from costlint.costmodel.shapes.broadcasting import show
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import ceil_div


@shape_rule("Concat")
def concat(call: Call) -> Sequence[Out]:
    """Y = inputs one after another along `axis`; the other dims are common."""
    shapes = [call.shape(i) for i in range(len(call.inputs)) if call.inputs[i] is not None]
    if not shapes:
        raise call.refuse("it has no input")
    first = shapes[0]
    axis = axis_attribute(call, 1, len(first))
    found = list(first)
    for shape in shapes[1:]:
        if len(shape) != len(first):
            raise call.refuse(f"{show(first)} and {show(shape)} have different ranks")
        for i, dim in enumerate(shape):
            if i == axis:
                found[i] = found[i] + dim
            elif dim != found[i]:
                found[i] = _common(call, found[i], dim, i)
    found[axis] = simplest(found[axis])
    return (Out(shape=tuple(found)),)


def _common(call: Call, a: Dim, b: Dim, axis: int) -> Dim:
    """The size of an axis along which nothing is joined.

    If a constant holds a batch that was baked into the file, the size of the other input counts.
    """
    if type(a) is not int:
        return b if type(b) is int and b != 1 else a
    if type(b) is not int:
        return a if a != 1 or call.reference is None else b
    if call.reference is not None and axis < len(call.reference):
        if a == call.reference[axis]:
            return b
        if b == call.reference[axis]:
            return a
    what = f"axis {axis} is {a} in one input and {b} in another"
    raise call.refuse(what, sides=(a, b), axis=axis)


@shape_rule("Split")
def split(call: Call) -> Sequence[Out]:
    """Y_0, Y_1, ... = X in parts along `axis`; equal parts unless sizes are given."""
    x = call.shape(0)
    axis = one_axis(call, call.attributes.get("axis", 0), len(x))
    parts = split_sizes(call, x[axis])
    return tuple([Out(shape=(*x[:axis], part, *x[axis + 1 :])) for part in parts])


def split_sizes(call: Call, dim: Dim) -> Sequence[Dim]:
    """Size of each part of `dim`; the last of equal parts is smaller where it does not divide."""
    sizes = integers(call, "split")
    if sizes is None and call.tensor(1) is not None:
        if call.value(1) is None:
            return [call.unknown(f"part{i}", dim) for i in range(call.outputs)]
        sizes = input_dims(call, 1)
    if sizes is not None:
        return _given_sizes(call, dim, sizes)
    count = integer(call, "num_outputs", call.outputs)
    if count != call.outputs or count < 1:
        raise call.refuse(f"num_outputs is {count}, the node has {call.outputs} outputs")
    part = ceil_div(dim, count)
    last = simplest(dim - part * (count - 1))
    if type(last) is int and last < 0:
        raise call.refuse(f"an axis of {dim} cannot be split into {count} parts of {part}")
    return [part] * (count - 1) + [last]


def _given_sizes(call: Call, dim: Dim, sizes: Sequence[Dim]) -> Sequence[Dim]:
    if len(sizes) != call.outputs:
        raise call.refuse(f"{len(sizes)} sizes are given for {call.outputs} outputs")
    known = [size for size in sizes if type(size) is int]
    if known and min(known) < 0:
        raise call.refuse(f"sizes {show(tuple(sizes))} must not be negative")
    if len(known) == len(sizes) and type(dim) is int and sum(known) != dim:
        what = f"sizes {show(tuple(sizes))} add up to {sum(known)}, the axis is {dim}"
        raise call.refuse(what, sides=(sum(known), dim))
    return sizes
