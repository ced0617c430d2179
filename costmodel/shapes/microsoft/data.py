"""The domain com.microsoft, operators that move, look up and make data."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import (
    check_rank,
    dtype,
    dtype_attribute,
    input_dims,
    integer,
    one_axis,
    positive,
    scalar,
)
from costlint.costmodel.shapes.generate import known_dims
from costlint.costmodel.shapes.reduce import reduction
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import floor_div


@shape_rule("ReduceSumInteger", domain=MS)
def reduce_sum_integer(call: Call) -> Sequence[Out]:
    """Y in 32 bits = sums of X in 8 bits over some axes."""
    kind = "uint32" if dtype(call, 0).startswith("u") else "int32"
    return [Out(shape=out.shape, dtype=kind) for out in reduction(call)]


@shape_rule("ExpandDims", domain=MS)
def expand_dims(call: Call) -> Sequence[Out]:
    """Y = X with an axis of 1 at the place that the second input says."""
    x, axis = call.shape(0), scalar(call, 1)
    at = one_axis(call, axis, len(x) + 1)
    return (Out(shape=(*x[:at], 1, *x[at:])),)


@shape_rule("UnfoldTensor", domain=MS)
def unfold_tensor(call: Call) -> Sequence[Out]:
    """Y (..., (n - size) / step + 1, ..., size) = slices of X (..., n, ...) along `dim`."""
    x = call.shape(0)
    size, step = positive(call, "size"), integer(call, "step", 1)
    axis = one_axis(call, call.attributes.get("dim", -1), len(x))
    if step < 1 or (type(x[axis]) is int and x[axis] < size):
        raise call.refuse(f"slices of {size} with step {step} do not fit {x[axis]} elements")
    count = floor_div(x[axis] - size, step) + 1
    return (Out(shape=(*x[:axis], count, *x[axis + 1 :], size)),)


@shape_rule("GatherBlockQuantized", domain=MS)
def gather_block_quantized(call: Call) -> Sequence[Out]:
    """Y = X with the axis replaced by the indices' shape, unpacked, in the type of the scales."""
    x, picked = call.shape(0), call.shape(1)
    axis = one_axis(call, call.attributes.get("gather_axis", 0), len(x))
    bits = integer(call, "bits", 4)
    if dtype(call, 0) == "uint8" and bits in (2, 4):
        x = (*x[:-1], x[-1] * (8 // bits))
    return (Out(shape=(*x[:axis], *picked, *x[axis + 1 :]), dtype=dtype(call, 2)),)


@shape_rule("GatherPacked", domain=MS)
def gather_packed(call: Call) -> Sequence[Out]:
    """Y (..., K) = rows at indices (...)."""
    kind = dtype_attribute(call, "output_dtype", "bfloat16")
    return (Out(shape=(*call.shape(1), positive(call, "K")), dtype=kind),)


@shape_rule("TorchEmbedding", domain=MS)
def torch_embedding(call: Call) -> Sequence[Out]:
    """Y (..., n) = rows of a table (V, n) at indices (...)."""
    check_rank(call, 0, 2)
    return (Out(shape=(*call.shape(1), call.shape(0)[1])),)


@shape_rule("CropAndResize", domain=MS)
def crop_and_resize(call: Call) -> Sequence[Out]:
    """Y (R, C, h, w) = R regions of X (N, C, H, W) at the size that the fourth input says."""
    check_rank(call, 0, 4)
    check_rank(call, 1, 1)
    size = known_dims(call, 3)
    if len(size) != 2:
        raise call.refuse(f"the size is {len(size)} numbers, two are needed")
    return (Out(shape=(call.shape(1)[0], call.shape(0)[1], *size)),)


@shape_rule("RemovePadding", domain=MS)
def remove_padding(call: Call) -> Sequence[Out]:
    """Y (T, n), offsets (B, S), borders (B + 1), longest (1) of X (B, S, n); T at most B * S."""
    check_rank(call, 0, 3)
    batch, steps, width = call.shape(0)[:3]
    outs = (
        Out(shape=(call.unknown("tokens", batch * steps), width)),
        Out(shape=(batch, steps), dtype="int32"),
        Out(shape=(batch + 1,), dtype="int32"),
        Out(shape=(1,), dtype="int32"),
    )
    return outs[: call.outputs]


@shape_rule("RestorePadding", domain=MS)
def restore_padding(call: Call) -> Sequence[Out]:
    """Y (B, S, n) of tokens (T, n) and offsets (B, S)."""
    check_rank(call, 0, 1)
    return (Out(shape=(*call.shape(1), call.shape(0)[-1])),)


@shape_rule("DequantizeBFP", domain=MS)
def dequantize_bfp(call: Call) -> Sequence[Out]:
    """Y of the shape that the second input says."""
    dims = input_dims(call, 1)
    return (Out(shape=tuple(dims or ()), dtype=dtype_attribute(call, "dtype", "float32")),)


@shape_rule("WordConvEmbedding", domain=MS)
def word_conv_embedding(call: Call) -> Sequence[Out]:
    """Y (..., M) float32 of characters (..., L) and filters (M, 1, k, E)."""
    check_rank(call, 0, 1)
    check_rank(call, 1, 2)
    return (Out(shape=(*call.shape(0)[:-1], call.shape(1)[0]), dtype="float32"),)
