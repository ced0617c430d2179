"""New ops for edits: a convolution over given tensors; what scales channels and so merges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from costlint.costmodel.ir.graph import Op, Tensor


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


def dense_macs(op: Op) -> int:
    """Macs of a convolution from its shapes."""
    positions = 1
    for size in (op.y.known_shape[0], *op.y.known_shape[2:]):
        positions *= size
    return positions * int(op.w.elements)


def is_per_channel(constant: Tensor, result: Tensor) -> bool:
    """Whether a constant is one number, or one for each channel of the result."""
    sizes = [d for d in constant.known_shape if d != 1]
    if not sizes:
        return True
    axis = len(constant.known_shape) - next(i for i, d in enumerate(constant.known_shape) if d != 1)
    channel = len(result.known_shape) - 1 if len(result.known_shape) > 2 else 1
    return len(sizes) == 1 and axis == channel and sizes[0] == result.known_shape[1]


def is_inference_normalisation(op: Op) -> bool:
    """Whether `op` is a BatchNormalization by stored statistics, one line for each channel."""
    if op.op_type != "BatchNormalization" or len(op.outputs) > 1 or len(op.inputs) < 5:
        return False
    stored = all(t is not None and t.is_parameter for t in op.inputs[1:5])
    return stored and not op.attributes.get("training_mode")
