"""Attention as onnxruntime fuses it: projections inside, caches as further outputs."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import (
    check_rank,
    check_sizes,
    integer,
    integers,
    positive,
    scalar_dim,
)
from costlint.costmodel.shapes.attention import head_size
from costlint.costmodel.shapes.broadcasting import show
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import larger


@shape_rule("Attention", "QAttention", domain=MS)
def attention(call: Call) -> Sequence[Out]:
    """Y (B, S, Hv), present (2, B, heads, P + S, D) of X (B, S, I), weights (I, Hq + Hk + Hv)."""
    check_rank(call, 0, 3)
    check_rank(call, 1, 2)
    x, heads = call.shape(0), positive(call, "num_heads")
    sizes = integers(call, "qkv_hidden_sizes") or ()
    check_sizes(call, tuple(sizes), "attribute qkv_hidden_sizes")
    if len(sizes) == 3:
        width: Dim = sizes[2]
    else:
        width = head_size(call, call.shape(1)[1], 3)
    y = Out(shape=(*x[:2], width), dtype=_result_type(call))
    if call.outputs == 1:
        return (y,)
    past = call.tensor(8 if call.op_type == "QAttention" else 4)
    before = past.shape[3] if past is not None and past.shape and len(past.shape) == 5 else 0
    new = 0 if before and integer(call, "past_present_share_buffer", 0) else x[1]
    present = (2, x[0], heads, before + new, head_size(call, width, heads))
    return (y, Out(shape=present, dtype=_result_type(call)))[: call.outputs]


def _result_type(call: Call) -> str | None:
    """A quantised input gives floats in the type of its scale."""
    scale = call.tensor(3) if call.op_type == "QAttention" else None
    return None if scale is None else scale.dtype


@shape_rule("MultiHeadAttention", "DecoderMaskedMultiHeadAttention", domain=MS)
def multi_head_attention(call: Call) -> Sequence[Out]:
    """Y (B, S, heads * Dv), present key, value (B, heads, P + L, D), scores (B, heads, S, P + L).

    The query comes as (B, S, heads * D), or holds all three: (B, S, heads, 3, D). Key and value
    come as (B, L, heads * D) or (B, heads, L, D), or the key holds both: (B, L, heads, 2, D).
    """
    heads = positive(call, "num_heads")
    q = call.shape(0)
    if len(q) not in (3, 5):
        raise call.refuse(f"the query is {show(q)}: 3 or 5 dimensions are needed")
    key, value = _key_value(call, q, heads)
    past = call.tensor(6)
    if call.op_type != "MultiHeadAttention":
        past = call.tensor(5)
    before = past.shape[2] if past is not None and past.shape and len(past.shape) == 4 else 0
    batch, length, whole = q[0], q[1], before + key[0]
    outs = (
        Out(shape=(batch, length, heads * value[1])),
        Out(shape=(batch, heads, whole, key[1])),
        Out(shape=(batch, heads, whole, value[1])),
        Out(shape=(batch, heads, length, whole)),
    )
    return outs[: call.outputs]


def _key_value(call: Call, q: Shape, heads: int) -> tuple[tuple[Dim, Dim], tuple[Dim, Dim]]:
    """(length, head size) of key and value."""
    if len(q) == 5:
        return (q[1], q[4]), (q[1], q[4])
    if call.tensor(1) is None:  # keys and values come from the cache alone
        size = head_size(call, q[2], heads)
        return (q[1], size), (q[1], size)
    key = call.shape(1)
    if len(key) == 5:
        return (key[1], key[4]), (key[1], key[4])
    value = call.shape(2) if call.tensor(2) is not None else key
    return _one(call, key, heads), _one(call, value, heads)


def _one(call: Call, x: Shape, heads: int) -> tuple[Dim, Dim]:
    if len(x) == 4:
        return x[2], x[3]
    if len(x) != 3:
        raise call.refuse(f"a key or value is {show(x)}: 3 or 4 dimensions are needed")
    return x[1], head_size(call, x[2], heads)


@shape_rule("GroupQueryAttention", domain=MS)
def group_query_attention(call: Call) -> Sequence[Out]:
    """Y (B, S, Hq * D), present key and value (B, Hkv, T, D) of a query (B, S, Hq * D).

    Without a key the query holds all three: (B, S, (Hq + 2 * Hkv) * D). T is the total length
    where it is known, else what the cache holds plus S.
    """
    check_rank(call, 0, 3)
    heads, kv_heads = positive(call, "num_heads"), positive(call, "kv_num_heads")
    batch, length, width = call.shape(0)[:3]
    packed = call.tensor(1) is None
    size = head_size(call, width, heads + 2 * kv_heads if packed else heads)
    past = call.tensor(3)
    before = past.shape[2] if past is not None and past.shape and len(past.shape) == 4 else 0
    whole = scalar_dim(call, 6)
    whole = before + length if whole is None else larger(before, whole)
    present = Out(shape=(batch, kv_heads, whole, size), dtype=None if past is None else past.dtype)
    return (Out(shape=(batch, length, heads * size)), present, present)[: call.outputs]
