"""New ops for edits: a convolution over given tensors, and what two of them do in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from costlint.analyzers.facts import groups, is_conv
from costlint.costmodel.graph import Op, Tensor


def conv_like(model: Op, x: Tensor, y: Tensor, *, filter_shape: Sequence[int], name: str) -> Op:
    """A dense convolution from `x` to `y`, with the version and types of `model`."""
    shape = (y.known_shape[1], x.known_shape[1], *filter_shape)
    weight = replace(model.w, name=f"{name}.weight", shape=shape, sources=(), value=None)
    strides = tuple(
        max(1, -(-before // after))
        for before, after in zip(x.known_shape[2:], y.known_shape[2:], strict=True)
    )
    half = tuple(size // 2 for size in filter_shape)
    attributes = {"kernel_shape": tuple(filter_shape), "strides": strides, "pads": half * 2}
    return replace(
        model,
        name=name,
        op_type="Conv",
        domain="",
        inputs=(x, weight),
        outputs=(y,),
        attributes=attributes,
    )


def wide_filter(first: Op, second: Op) -> tuple[int, ...]:
    """The filter of one convolution that sees what `first` and then `second` see."""
    one, other = first.w.known_shape[2:], second.w.known_shape[2:]
    steps = tuple(first.attributes.get("strides") or (1,) * len(one))
    return tuple(a + (b - 1) * s for a, b, s in zip(one, other, steps, strict=True))


def dense_macs(op: Op) -> int:
    """Macs of a dense convolution from its shapes."""
    positions = 1
    for size in (op.y.known_shape[0], *op.y.known_shape[2:]):
        positions *= size
    return positions * int(op.w.elements)


def has_same_window(op: Op, other: Op) -> bool:
    """Whether two convolutions read one tensor in the same way, and so can share a filter bank."""
    if not (is_conv(op) and is_conv(other)) or op.x.name != other.x.name:
        return False
    plain = {k: v for k, v in op.attributes.items() if k != "name"}
    same = plain == {k: v for k, v in other.attributes.items() if k != "name"}
    return same and op.w.shape == other.w.shape and groups(op) == groups(other)
