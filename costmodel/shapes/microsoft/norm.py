"""The domain com.microsoft, normalisations and element-wise operators of recent networks."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import (
    check_rank,
    integer,
    scalar,
)
from costlint.costmodel.shapes.broadcasting import broadcast
from costlint.costmodel.shapes.elementwise import same_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import ceil_div, exact_div


@shape_rule("BitmaskDropout", domain=MS)
def bitmask_dropout(call: Call) -> Sequence[Out]:
    """Y (...) = X (...), mask (n / 32) uint32, a bit for each element."""
    x = call.shape(0)
    mask = Out(shape=(ceil_div(product(x), 32),), dtype="uint32")
    return (Out(shape=x), mask)[: call.outputs]


@shape_rule("EngramGate", domain=MS)
def engram_gate(call: Call) -> Sequence[Out]:
    """Y (B, S, C, H), normalised (B, S, C, H) of keys (B, S, C, H)."""
    return (Out(shape=call.shape(0)),) * min(call.outputs, 2)


@shape_rule("SwiGLU", domain=MS)
def swiglu(call: Call) -> Sequence[Out]:
    """Y (..., n) of gate and up (..., n), or of both side by side (..., 2 * n)."""
    x = call.shape(0)
    check_rank(call, 0, 1)
    if call.tensor(1) is not None:
        return (Out(shape=x),)
    half = exact_div(x[-1], 2)
    if half is None:
        raise call.refuse(f"{x[-1]} columns are not two equal parts")
    return (Out(shape=(*x[:-1], half)),)


@shape_rule("RMSNormRotary", domain=MS)
def rms_norm_rotary(call: Call) -> Sequence[Out]:
    """Y (B, S, H * n), normalised (B, S, H, n) float32 of X (B, S, H, m), scale (n)."""
    check_rank(call, 0, 4)
    check_rank(call, 1, 1)
    batch, steps, heads = call.shape(0)[:3]
    n = call.shape(1)[0]
    lead = (1, batch * steps) if integer(call, "flatten_batch", 0) else (batch, steps)
    kind = "float16" if integer(call, "output_fp16", 0) else "bfloat16"
    y = Out(shape=(*lead, heads * n), dtype=kind)
    return (y, Out(shape=(batch, steps, heads, n), dtype="float32"))[: call.outputs]


@shape_rule("MulInteger", domain=MS)
def mul_integer(call: Call) -> Sequence[Out]:
    """Y int32 = (A - zero) * (B - zero); inputs A, zero, B, zero."""
    return (Out(shape=broadcast(call, [call.shape(0), call.shape(2)]), dtype="int32"),)


same_shape("QuantizeWithOrder", dtype="int8", domain=MS)
same_shape("DequantizeWithOrder", dtype="float32", attribute="to", domain=MS)


@shape_rule("RelativePositionBias", domain=MS)
def relative_position_bias(call: Call) -> Sequence[Out]:
    """Y (1, H, S, L) of a table (buckets, H) and two lengths, which must be known."""
    check_rank(call, 0, 2)
    lengths = [scalar(call, place) for place in (1, 2)]
    sizes = [
        call.unknown(label, None) if size is None else size
        for label, size in zip(("queries", "keys"), lengths, strict=True)
    ]
    return (Out(shape=(1, call.shape(0)[1], *sizes)),)
