"""Attention as onnxruntime fuses it.

B sequences, H heads, S queries and L keys (those of the cache included), D features of a query and
Dv of a value. A mask, causal or given, hides scores and saves no product: all S * L count.
special = 1 for each score (the exponential of its softmax), 2 with a soft cap.
"""

from __future__ import annotations

from typing import Final

from costlint.costmodel.formulas.arguments import dim, has, integer, number
from costlint.costmodel.formulas.attention import SOFTMAX
from costlint.costmodel.formulas.microsoft.shared import required, shape, y_shape
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


def per_score(op: Op, *added: int) -> int:
    """Operations per score: scale, softmax, an add for each of `added`, 3 with a soft cap."""
    return 1 + SOFTMAX + has(op, *added) + (3 if number(op, "softcap", 0.0) else 0)


def special_per_score(op: Op) -> int:
    """Special functions per score: the softmax's exponential, and a soft cap's tanh."""
    return 1 + (number(op, "softcap", 0.0) != 0)


def rotation(op: Op, elements: Dim) -> Dim:
    """Two multiplies and an add for each of `elements`, where `do_rotary` asks for it."""
    return 3 * elements if integer(op, "do_rotary", 0) else 0


def all_keys(op: Op, past: int, new: Dim, *, shared: bool) -> Dim:
    """L: the new keys behind those of the cache (..., P, D), which may have room for them."""
    if not has(op, past):
        return new
    room = shape(op, past, 4, 5)[-2]
    return room if shared else room + new


# Of each operator: where the past, the mask and the bias of the scores are.
_PLACES: Final = {
    "Attention": (4, (3, 5)),
    "QAttention": (8, (5,)),
    "DecoderMaskedSelfAttention": (4, (3, 5)),
}


@formula(
    "Attention",
    "QAttention",
    "DecoderMaskedSelfAttention",
    op_class="conv",
    traffic="contraction",
    domain=MS,
)
def attention(op: Op) -> Work:
    """Y (B, S, H * Dv) = attention of Q, K, V = X (B, S, I) @ W (I, H * (2 * D + Dv)) + bias.

    macs = B * S * I * H * (2 * D + Dv) + B * S * L * H * (D + Dv); other_flop = an add for each
    projected element (its scale is one multiply more in 8 bits), 6 for each score of B * H * S * L
    (multiply by the scale, softmax of 5), an add with a mask and one with a bias, 3 for each
    rotated element of Q and K. Past keys come as (2, B, H, P, D).
    """
    batch, steps, _ = shape(op, 0, 3)
    inner, columns = shape(op, 1, 2)
    past, added = _PLACES[op.op_type]
    shared = integer(op, "past_present_share_buffer", 0) != 0
    length = all_keys(op, past, steps, shared=shared)
    values = y_shape(op)[-1]
    queries = (columns - values) // 2
    tokens = batch * steps
    projected = tokens * columns * (2 if op.op_type == "QAttention" else 1)
    scores = tokens * length * required(op, "num_heads")
    return Work(
        macs=tokens * (inner * columns + length * (queries + values)),
        other_flop=projected + per_score(op, *added) * scores + rotation(op, 2 * tokens * queries),
        special=special_per_score(op) * scores,
    )


@formula(
    "MultiHeadAttention",
    "DecoderMaskedMultiHeadAttention",
    op_class="conv",
    traffic="contraction",
    domain=MS,
)
def multi_head_attention(op: Op) -> Work:
    """Y (B, S, H * Dv) = softmax(Q (B, S, H * D) K (B, L, H * D)^T) V (B, L, H * Dv).

    macs = B * S * L * H * (D + Dv); other_flop = 6 for each score of B * H * S * L (multiply by
    the scale, softmax of 5), an add with a mask and one with a bias of the scores, and an add for
    each element of Q, K and V with their bias. Q may hold all three as (B, S, H, 3, D), K both as
    (B, L, H, 2, D), and K and V may come as (B, H, L, D).
    """
    whole = op.op_type == "MultiHeadAttention"
    q, heads = shape(op, 0, 3, 5), required(op, "num_heads")
    width = heads * q[4] if len(q) == 5 else q[2]
    values = y_shape(op)[-1]
    new = _new_keys(op)
    if whole:
        length = all_keys(op, 6, new, shared=has(op, 8) > 0)
    else:
        shared = integer(op, "past_present_share_buffer", 0) != 0
        length = all_keys(op, 5, new, shared=shared)
    scores = q[0] * q[1] * length * heads
    biased = q[1] * width + new * (width + values)
    return Work(
        macs=q[0] * q[1] * length * (width + values),
        other_flop=per_score(op, *((4, 5) if whole else (3, 4))) * scores
        + has(op, 3 if whole else 10) * q[0] * biased,
        special=special_per_score(op) * scores,
    )


def _new_keys(op: Op) -> Dim:
    """How many keys come as an input; as many as queries where these hold them."""
    q = shape(op, 0)
    if len(q) == 5 or not has(op, 1):
        return q[1]
    key = shape(op, 1, 3, 4, 5)
    return key[2] if len(key) == 4 else key[1]


@formula("GroupQueryAttention", op_class="conv", traffic="contraction", domain=MS)
def group_query_attention(op: Op) -> Work:
    """Y (B, S, H * D) = softmax(Q (B, S, H * D) K (B, L, Hkv * D)^T) V (B, L, Hkv * D).

    macs = 2 * B * S * L * H * D; other_flop = 6 for each score of B * H * S * L (multiply by the
    scale, softmax of 5), an add with a bias, 3 with a soft cap (divide, tanh, multiply), 3 for each
    rotated element of Q and K. L is that of the present keys (B, Hkv, L, D). Without K and V the
    query holds all three: (B, S, (H + 2 * Hkv) * D).
    """
    batch, steps, width = y_shape(op, 3)
    heads, kv_heads = required(op, "num_heads"), required(op, "kv_num_heads")
    present = op.outputs[1] if len(op.outputs) > 1 else None
    length = all_keys(op, 3, steps, shared=False) if present is None else dim(op, present, 2)
    tokens = batch * steps
    scores = tokens * length * heads
    return Work(
        macs=2 * tokens * length * width,
        other_flop=per_score(op, 10) * scores
        + rotation(op, tokens * (width + width // heads * kv_heads)),
        special=special_per_score(op) * scores,
    )
