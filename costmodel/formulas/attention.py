"""Attention of the standard, also as it is tried out, its linear form, and rotated positions.

B sequences, Hq and Hkv heads of queries and of keys, S queries and L keys (the past included), D
features of a query and Dv of a value.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import dim, has, integer, number, tensor, text
from costlint.costmodel.formulas.microsoft.shared import shape
from costlint.costmodel.formulas.pointwise import steps_of
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import PREVIEW
from costlint.costmodel.ir.graph import Op

SOFTMAX_STEPS = "compare subtract exponential add divide"
SOFTMAX = steps_of(SOFTMAX_STEPS).flop
"""Operations of a softmax for each element."""


@formula("Attention", op_class="conv", traffic="contraction")
def attention(op: Op) -> Work:
    """Y (B, Hq, S, Dv) = softmax(Q (B, Hq, S, D) K (B, Hkv, L, D)^T) V (B, Hkv, L, Dv).

    Packed inputs (B, S, Hq * D) cost the same. macs = B * Hq * S * L * (D + Dv); a causal mask is
    counted in full. other_flop, for each score of B * Hq * S * L = 6 (multiply by the scale; the
    softmax's compare, subtract, exponential, add, divide), one add with a mask or `is_causal`,
    three with a soft cap (divide, tanh, multiply); special = 1, 2 with a soft cap.
    """
    q, k = op.x, op.w
    heads = dim(op, q, 1) if q.rank == 4 else integer(op, "q_num_heads", 1)
    past = op.input(4)
    length = dim(op, k, -2) + (0 if past is None else dim(op, past, -2))
    scores = dim(op, q, 0) * heads * dim(op, q, -2) * length
    mask = has(op, 3) or integer(op, "is_causal", 0) != 0
    capped = number(op, "softcap", 0.0) != 0
    return Work(
        macs=(q.elements + op.y.elements) * length,
        other_flop=scores * (1 + SOFTMAX + mask + 3 * capped),
        special=scores * (1 + capped),
    )


@formula("RotaryEmbedding", op_class="elementwise")
def rotary_embedding(op: Op) -> Work:
    """Y (B, H, S, D) = X (B, H, S, D) with its first R features turned by an angle, two by two.

    X may come packed as (B, S, H * D). other_flop = 3 * B * H * S * R: two multiplies and an add
    for each feature turned. Of the caches (P, R / 2) the rows at the B * S positions are read.
    """
    x, cos, positions = op.x, op.w, op.input(3)
    turned = x.elements
    if integer(op, "rotary_embedding_dim", 0):
        heads = 1 if x.rank == 4 else integer(op, "num_heads", 1)
        turned = product(x.known_shape[:-1]) * heads * 2 * dim(op, cos, -1)
    rows_read = None if positions is None else positions.elements * dim(op, cos, -1)
    return Work(other_flop=3 * turned, read=(None, rows_read, rows_read, None))


@formula("LinearAttention", op_class="conv", traffic="contraction")
def linear_attention(op: Op) -> Work:
    """Y (B, T, Hq * Dv) = Q (B, T, Hq * D) on a state (B, Hkv, D, Dv) that K and V update.

    Step by step, as the specification writes it. macs = B * T * D * Dv * (Hq + Hkv), and Hkv more
    for the delta rules, which read the state with the key. other_flop = B * T * Hq * Dv (multiply
    by the scale); gated: B * T * Hkv * D * Dv multiplies, and one exponential (special) for each
    decay; delta: 2 * B * T * Hkv * Dv (subtract, multiply by beta).
    """
    q_heads, kv_heads = integer(op, "q_num_heads", 1), max(integer(op, "kv_num_heads", 1), 1)
    k, v = op.w, tensor(op, 2)
    steps = dim(op, op.x, 0) * dim(op, op.x, 1)
    state = dim(op, k, 2) * dim(op, v, 2) // (kv_heads * kv_heads)
    rule = text(op, "update_rule", "gated_delta")
    delta = rule.endswith("delta")
    flop: Dim = op.y.elements
    decays: Dim = 0
    if rule.startswith("gated"):
        decay = op.input(4)
        decays = 0 if decay is None else decay.elements
        flop = flop + steps * kv_heads * state + decays
    if delta:
        flop = flop + 2 * v.elements
    macs = steps * state * (q_heads + kv_heads * (2 if delta else 1))
    return Work(macs=macs, other_flop=flop, special=decays)


@formula("FlexAttention", op_class="conv", traffic="contraction", domain=PREVIEW)
def flex_attention(op: Op) -> Work:
    """Y (B, H, S, Dv) = softmax(Q (B, H, S, D) K (B, Hkv, L, D)^T) V (B, Hkv, L, Dv).

    macs = B * H * S * L * (D + Dv); other_flop = 6 for each score of B * H * S * L: multiply by
    the scale, softmax of 5; special = 1.
    """
    batch, heads, steps, size = shape(op, 0, 4)
    scores = batch * heads * steps * shape(op, 1, 4)[2]
    return Work(
        macs=scores * (size + shape(op, 2, 4)[3]),
        other_flop=(1 + SOFTMAX) * scores,
        special=scores,
    )
