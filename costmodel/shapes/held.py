"""What sequences hold: lists of tensors, and what several tensors have in common."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Final

from costlint.costmodel.ir.dims import Dim, Shape, maximum, simplest
from costlint.costmodel.ir.tensor import Held, Tensor
from costlint.costmodel.shapes.registry import Unknown

MAX_EACH: Final = 1024
"""Longer sequences are known by what their tensors have in common: programs append in loops."""


def listed(tensors: Sequence[Tensor], unknown: Unknown, dtype: str = "float32") -> Held:
    """A sequence of exactly these; `dtype` is that of an empty one."""
    if not tensors:
        return Held(like=Tensor(name="", shape=None, dtype=dtype), length=0, each=())
    if len(tensors) > MAX_EACH:
        return Held(like=alike(tensors, unknown), length=len(tensors))
    each = tuple([
        Tensor(name="", shape=t.shape, dtype=t.dtype, value=t.value, holds=t.holds) for t in tensors
    ])  # fmt: skip
    return Held(like=each[0], length=len(each), each=each)


def repeated(tensor: Tensor, length: Dim | None) -> Held:
    """A sequence of `length` tensors, each of them like `tensor`."""
    if type(length) is not int or length > MAX_EACH:
        return Held(like=tensor, length=length)
    return Held(like=tensor, length=length, each=(tensor,) * length)


def element(held: Held | None, unknown: Unknown) -> Tensor | None:
    """Any one of the tensors, as far as they are alike; None where nothing is known of them."""
    if held is None:
        return None
    return alike(held.each, unknown) if held.each else held.like


def alike(tensors: Sequence[Tensor], unknown: Unknown, label: str = "element") -> Tensor:
    """What all of the tensors are: dimensions that differ depend on the data, up to the largest."""
    distinct = list(dict.fromkeys(tensors))
    first = distinct[0]
    if len(distinct) == 1:
        return first.called(first.name)  # what they hold may still differ
    dtypes = dict.fromkeys(t.dtype for t in distinct if t.dtype != "unknown")
    dtype = next(iter(dtypes), "unknown")
    if first.is_container:
        found = [t.holds for t in distinct]
        holds = None if None in found else reduce(
            lambda a, b: joined(a, b, unknown), [h for h in found if h is not None]
        )  # fmt: skip
        return Tensor(name=first.name, shape=None, dtype=dtype, holds=holds)
    shape = common([t.shape for t in distinct], unknown, label)
    return Tensor(name=first.name, shape=shape, dtype=dtype)


def common(shapes: Sequence[Shape | None], unknown: Unknown, label: str) -> Shape | None:
    """The shape with each dimension in which `shapes` differ unknown; None for other ranks."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes) or len({len(shape) for shape in known}) != 1:
        return None
    found = []
    for axis, sizes in enumerate(zip(*known, strict=True)):
        distinct = list(dict.fromkeys(sizes))
        largest = simplest(reduce(maximum, distinct))
        found.append(largest if len(distinct) == 1 else unknown(f"{label}_{axis}", largest))
    return tuple(found)


def joined(a: Held, b: Held, unknown: Unknown) -> Held:
    """A sequence that is one or the other."""
    if a == b:
        return a
    length = a.length if a.length == b.length else None
    if a.each is not None and b.each is not None and length is not None:
        pairs = zip(a.each, b.each, strict=True)
        return listed([alike(pair, unknown) for pair in pairs], unknown)
    if length is None and a.length is not None and b.length is not None:
        length = unknown("length", maximum(a.length, b.length))
    each = [element(held, unknown) for held in (a, b) if held.length is None or held.length != 0]
    likes = [tensor for tensor in each if tensor is not None]
    whole = bool(likes) and len(likes) == len(each)
    return Held(like=alike(likes, unknown) if whole else None, length=length)
