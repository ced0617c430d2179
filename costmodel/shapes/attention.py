"""Attention of the standard, and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.domains import MS, PREVIEW
from costlint.costmodel.shapes.arguments import check_rank, integer
from costlint.costmodel.shapes.broadcasting import show
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import exact_div


@shape_rule("Attention")
def attention(call: Call) -> Sequence[Out]:
    """Y = softmax(Q K^T) V; Q (B, Hq, S, D), K (B, Hkv, L, D), V (B, Hkv, L, Dv), or packed.

    Packed is (B, S, Hq * D) and so on, with the head counts as attributes; Y comes as Q does.
    Further outputs: present key and value (B, Hkv, P + L, D), and Q K^T (B, Hq, S, P + L).
    """
    packed = len(call.shape(0)) == 3
    q = heads_apart(call, 0, integer(call, "q_num_heads", 0))
    k = heads_apart(call, 1, integer(call, "kv_num_heads", 0))
    v = heads_apart(call, 2, integer(call, "kv_num_heads", 0))
    batch, heads, length, _ = q
    past = call.shape(4)[2] if call.tensor(4) is not None and len(call.shape(4)) == 4 else 0
    whole = past + k[2]
    y = (batch, length, heads * v[3]) if packed else (batch, heads, length, v[3])
    outs = (
        Out(shape=y),
        Out(shape=(batch, k[1], whole, k[3])),
        Out(shape=(batch, v[1], whole, v[3])),
        Out(shape=(batch, heads, length, whole)),
    )
    return outs[: call.outputs]


def heads_apart(call: Call, index: int, heads: int) -> tuple[Dim, Dim, Dim, Dim]:
    """(B, H, S, D) of an input that is so already, or packed as (B, S, H * D)."""
    x = call.shape(index)
    if len(x) == 4:
        return x[0], x[1], x[2], x[3]
    if len(x) != 3:
        raise call.refuse(f"input {index} is {show(x)}: 3 or 4 dimensions are needed")
    if heads < 1:
        raise call.refuse(f"the number of heads is {heads}, it must be at least 1")
    return x[0], heads, x[1], head_size(call, x[2], heads)


def head_size(call: Call, width: Dim, heads: int) -> Dim:
    """`width` shared out among `heads`."""
    size = exact_div(width, heads)
    if size is None:
        raise call.refuse(f"a width of {width} does not divide into {heads} heads")
    return size


@shape_rule("RotaryEmbedding")
@shape_rule("RotaryEmbedding", "GemmaRotaryEmbedding", domain=MS)
def rotary_embedding(call: Call) -> Sequence[Out]:
    """Y (...) = X (...) with pairs of features turned by an angle."""
    return (Out(shape=call.shape(0)),) * call.outputs


@shape_rule("LinearAttention")
def linear_attention(call: Call) -> Sequence[Out]:
    """Y (B, T, Hq * Dv), state (B, Hkv, Dk, Dv) of Q (B, T, Hq * Dk), K and V with Hkv heads."""
    for index in range(3):
        check_rank(call, index, 3)
    heads, kv_heads = integer(call, "q_num_heads", 0), integer(call, "kv_num_heads", 0)
    if heads < 1 or kv_heads < 1:
        raise call.refuse("q_num_heads and kv_num_heads must be at least 1")
    q, k, v = call.shape(0), call.shape(1), call.shape(2)
    key, value = head_size(call, k[2], kv_heads), head_size(call, v[2], kv_heads)
    state: Shape = (q[0], kv_heads, key, value)
    state_type = None if (past := call.tensor(3)) is None else past.dtype
    outs = (Out(shape=(*q[:2], heads * value)), Out(shape=state, dtype=state_type))
    return outs[: call.outputs]


@shape_rule("CausalConvWithState")
def causal_conv(call: Call) -> Sequence[Out]:
    """Y (B, C, L), state (B, C, k - 1) of X (B, C, L) and a depthwise filter (C, 1, k)."""
    check_rank(call, 0, 3)
    check_rank(call, 1, 3)
    x, w = call.shape(0), call.shape(1)
    if type(w[2]) is int and w[2] < 1:
        raise call.refuse(f"the filter of {w[2]} is empty")
    return (Out(shape=x), Out(shape=(*x[:2], w[2] - 1)))[: call.outputs]


@shape_rule("FlexAttention", domain=PREVIEW)
def flex_attention(call: Call) -> Sequence[Out]:
    """Y (B, Hq, S, Dv) = softmax(Q K^T) V with the graph's own changes in between."""
    check_rank(call, 0, 4)
    check_rank(call, 2, 4)
    return (Out(shape=(*call.shape(0)[:3], call.shape(2)[3])),)
