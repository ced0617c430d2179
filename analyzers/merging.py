"""Edits that put one op in the place of several, and convolutions that can stand there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from costlint.costmodel.edit import Edit, Replacement
from costlint.costmodel.ir.graph import Op, op_key
from costlint.costmodel.ir.tensor import Tensor


def in_place_of(ops: Iterable[Op], *by: Op) -> Edit:
    """The edit that replaces `ops`."""
    return Edit(replaced=(Replacement(ops=frozenset(map(op_key, ops)), by=by),))


def conv_like(model: Op, x: Tensor, y: Tensor, *, filter_shape: Sequence[int], name: str) -> Op:
    """A dense convolution from `x` to `y`, with the version and types of `model`."""
    shape = (y.known_shape[1], x.known_shape[1], *filter_shape)
    weight = replace(model.w, name=f"{name}.weight", shape=shape, sources=(), value=None)
    sizes = list(zip(x.known_shape[2:], y.known_shape[2:], filter_shape, strict=True))
    strides = tuple(max(1, round(before / after)) for before, after, _ in sizes)
    pads = [_pads(*size, step) for size, step in zip(sizes, strides, strict=True)]
    attributes = {
        "kernel_shape": tuple(filter_shape),
        "strides": strides,
        "pads": (*(begin for begin, _ in pads), *(end for _, end in pads)),
    }
    return replace(
        model,
        name=name,
        op_type="Conv",
        domain="",
        inputs=(x, weight),
        outputs=(y,),
        attributes=attributes,
    )


def _pads(before: int, after: int, size: int, step: int) -> tuple[int, int]:
    """Pads at both ends with which a filter makes `after` positions of `before`."""
    half = size // 2
    if (before + 2 * half - size) // step + 1 == after:
        return half, half
    missing = max(0, (after - 1) * step + size - before)
    return missing // 2, missing - missing // 2


def wide_filter(first: Op, second: Op) -> tuple[int, ...]:
    """The filter of one convolution that sees what `first` and then `second` see."""
    one, other = first.w.known_shape[2:], second.w.known_shape[2:]
    steps = tuple(first.attributes.get("strides") or (1,) * len(one))
    return tuple(a + (b - 1) * s for a, b, s in zip(one, other, steps, strict=True))
