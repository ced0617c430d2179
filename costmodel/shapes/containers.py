"""Sequences, and what is put into them and taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from costlint.costmodel.ir.dims import Dim, is_below, simplest
from costlint.costmodel.ir.tensor import Held, Tensor
from costlint.costmodel.shapes.arguments import (
    axis_attribute,
    dtype_attribute,
    input_dims,
    integer,
    one_axis,
    scalar,
)
from costlint.costmodel.shapes.contents import held_by, known_number, present, taken
from costlint.costmodel.shapes.held import MAX_EACH, element, listed, repeated
from costlint.costmodel.shapes.joining import concat
from costlint.costmodel.shapes.registry import Call, Out, shape_rule, value_rule_for
from costlint.costmodel.shapes.symbolic import ceil_div


def sequence(held: Held | None) -> Sequence[Out]:
    """The one output of an operator that makes a sequence."""
    return (Out(shape=None, dtype="sequence", holds=held),)


@shape_rule("SequenceEmpty")
def sequence_empty(call: Call) -> Sequence[Out]:
    """S [] of no tensor."""
    return sequence(listed((), call.unknown, dtype_attribute(call, "dtype", None) or "float32"))


@shape_rule("SequenceConstruct")
def sequence_construct(call: Call) -> Sequence[Out]:
    """S [X_1, X_2, ...] of the inputs."""
    return sequence(listed([t for t in call.inputs if t is not None], call.unknown))


@shape_rule("SequenceInsert")
def sequence_insert(call: Call) -> Sequence[Out]:
    """S' [..., X, ...] with X before a position, at the end where none is given."""
    held, new = held_by(call, 0), present(call, 1)
    length = None if held.length is None else simplest(held.length + 1)
    if held.each is not None:
        place = _place(call, 2, len(held.each), end=True)
        if place is None:
            like = element(listed([*held.each, new], call.unknown), call.unknown)
            return sequence(Held() if like is None else repeated(like, length))
        return sequence(listed([*held.each[:place], new, *held.each[place:]], call.unknown))
    if held.like is None:
        return sequence(Held(like=Tensor(name="", shape=None, dtype=new.dtype), length=length))
    like = element(listed([held.like, new], call.unknown), call.unknown)
    return sequence(Held(like=like, length=length))


@shape_rule("SequenceErase")
def sequence_erase(call: Call) -> Sequence[Out]:
    """S' without the tensor at a position, the last where none is given."""
    held = held_by(call, 0)
    if held.length is not None and is_below(held.length, 1):
        raise call.refuse("the sequence is empty")
    length = None if held.length is None else simplest(held.length - 1)
    if held.each is None:
        return sequence(Held(like=held.like, length=length))
    place = _place(call, 1, len(held.each))
    if place is None:
        like = element(held, call.unknown)
        return sequence(Held() if like is None else repeated(like, length))
    dtype = held.each[0].dtype
    return sequence(listed(held.each[:place] + held.each[place + 1 :], call.unknown, dtype))


@shape_rule("SequenceAt")
def sequence_at(call: Call) -> Sequence[Out]:
    """Y (...) = the tensor at a position."""
    held = held_by(call, 0)
    if held.length is not None and is_below(held.length, 1):
        raise call.refuse("the sequence is empty")
    place = None if held.each is None else _place(call, 1, len(held.each))
    if held.each is not None and place is not None:
        return (taken(held.each[place]),)
    return (taken(element(held, call.unknown)),)


def _place(call: Call, index: int, length: int, *, end: bool = False) -> int | None:
    """Position input `index` from the front, None where it is not known; absent is the last one.

    With `end` the place behind the last one is a position too, and the default.
    """
    if call.tensor(index) is None:
        return length if end else length - 1
    place = scalar(call, index)
    if type(place) is not int:
        return None
    if not -length <= place < length + end:
        raise call.refuse(f"position {place} is outside the sequence of {length}")
    return place if place >= 0 else place + length


@shape_rule("SequenceLength")
def sequence_length(call: Call) -> Sequence[Out]:
    """How many tensors there are."""
    length = held_by(call, 0).length
    return (Out(shape=(), dtype="int64") if length is None else known_number(length),)


@shape_rule("SplitToSequence")
def split_to_sequence(call: Call) -> Sequence[Out]:
    """S [Y_1, Y_2, ...] = X in parts along `axis`: of one each, of a size, or of many sizes."""
    x = present(call, 0)
    shape = call.shape(0)
    axis = one_axis(call, call.attributes.get("axis", 0), len(shape))
    dim = shape[axis]

    def part(*size: Dim) -> Tensor:
        return Tensor(name="", shape=(*shape[:axis], *size, *shape[axis + 1 :]), dtype=x.dtype)

    if call.tensor(1) is None:
        return sequence(repeated(part(1) if integer(call, "keepdims", 1) else part(), dim))
    sizes = _sizes(call, dim)
    if isinstance(sizes, list):
        return sequence(listed([part(size) for size in sizes], call.unknown, x.dtype))
    return sequence(Held(like=part(call.unknown("part", dim)), length=sizes))


def _sizes(call: Call, dim: Dim) -> list[Dim] | Dim | None:
    """The sizes of the parts of `dim`, or how many there are; None where that is not known."""
    given = call.shape(1)
    if call.value(1) is None:
        return given[0] if given else None
    sizes = input_dims(call, 1) or []
    if any(is_below(size, 0) for size in sizes) or (not given and is_below(sizes[0], 1)):
        raise call.refuse(f"parts of {sizes[0]} are not possible")
    if given:
        if all(type(d) is int for d in (dim, *sizes)) and sum(sizes) != dim:
            raise call.refuse(f"the parts add up to {sum(sizes)}, the axis is {dim}")
        return sizes
    count = ceil_div(dim, sizes[0])
    if type(count) is not int:
        return count
    if type(sizes[0]) is not int or count > MAX_EACH:
        return count
    ends = [*range(0, dim, sizes[0]), dim]
    return [end - start for start, end in pairwise(ends)]


@shape_rule("ConcatFromSequence")
def concat_from_sequence(call: Call) -> Sequence[Out]:
    """Y = the tensors one after another along `axis`, or along a new axis."""
    held = held_by(call, 0)
    is_new = integer(call, "new_axis", 0) == 1
    if held.each is not None:
        if not held.each:
            raise call.refuse("the sequence is empty")
        if any(t.shape is None for t in held.each):
            return (Out(shape=None, dtype=held.each[0].dtype),)
        return (_stacked(call, held.each) if is_new else _concatenated(call, held.each),)
    like = element(held, call.unknown)
    if like is None or like.shape is None:
        return (Out(shape=None, dtype="unknown" if like is None else like.dtype),)
    length = call.unknown("length", None) if held.length is None else held.length
    axis = axis_attribute(call, 0, len(like.shape) + is_new)
    inner = like.shape[:axis], like.shape[axis + (not is_new) :]
    along = length if is_new else simplest(length * like.shape[axis])
    return (Out(shape=(*inner[0], along, *inner[1]), dtype=like.dtype),)


def _concatenated(call: Call, tensors: Sequence[Tensor]) -> Out:
    joining = replace(call, op_type="Concat", inputs=tuple(tensors))
    (out,) = concat(joining)
    evaluate = value_rule_for("", "Concat")
    if evaluate is not None and all(t.value is not None for t in tensors):
        return replace(out, dtype=tensors[0].dtype, value=evaluate(joining))
    return replace(out, dtype=tensors[0].dtype)


def _stacked(call: Call, tensors: Sequence[Tensor]) -> Out:
    first = tensors[0]
    if any(t.shape != first.shape for t in tensors):
        raise call.refuse("tensors of different shapes cannot be stacked")
    axis = axis_attribute(call, 0, first.rank + 1)
    shape = (*first.known_shape[:axis], len(tensors), *first.known_shape[axis:])
    value = None
    if all(t.value is not None for t in tensors):
        value = np.stack([t.value for t in tensors], axis=axis)
    return Out(shape=shape, dtype=first.dtype, value=value)
