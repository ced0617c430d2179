"""Attention of onnxruntime over packed tokens, over neighbours, in 8 bits, and with its caches.

Letters as in `microsoft_attention`; special = 1 for each score.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has
from costlint.costmodel.formulas.microsoft.attention import all_keys, per_score
from costlint.costmodel.formulas.microsoft.shared import required, shape, y_shape
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


@formula("PackedAttention", op_class="conv", traffic="contraction", domain=MS)
def packed_attention(op: Op) -> Work:
    """Y (T, H * Dv) = attention of X (T, I) @ W (I, H * (2 * D + Dv)) + bias, T packed tokens.

    macs = T * I * H * (2 * D + Dv) + T * S * H * (D + Dv), as if every sequence were S long, which
    the offsets (B, S) say; other_flop = an add for each projected element, 6 for each score of
    T * H * S (multiply by the scale, softmax of 5), and an add with a bias.
    """
    inner, columns = shape(op, 1, 2)
    tokens, values = y_shape(op, 2)
    length = shape(op, 3, 2)[1]
    queries = (columns - values) // 2
    scores = tokens * length * required(op, "num_heads")
    return Work(
        macs=tokens * (inner * columns + length * (queries + values)),
        other_flop=tokens * columns + per_score(op, 5) * scores,
        special=scores,
    )


@formula("PackedMultiHeadAttention", op_class="conv", traffic="contraction", domain=MS)
def packed_multi_head_attention(op: Op) -> Work:
    """Y (T, H * Dv) = softmax(Q (T, H * D) K (T, H * D)^T) V (T, H * Dv) of T packed tokens.

    macs = T * S * H * (D + Dv), as if every sequence were S long, which the offsets (B, S) say;
    other_flop = 6 for each score of T * H * S (multiply by the scale, softmax of 5), an add with a
    bias of the scores, and an add for each element of Q, K and V with theirs.
    """
    q, heads = shape(op, 0, 2, 4), required(op, "num_heads")
    width = heads * q[3] if len(q) == 4 else q[1]
    values = y_shape(op)[-1]
    length = shape(op, 4, 2)[1]
    biased = has(op, 3) * q[0] * (2 * width + values)
    scores = q[0] * length * heads
    return Work(
        macs=q[0] * length * (width + values),
        other_flop=per_score(op, 6) * scores + biased,
        special=scores,
    )


@formula("DecoderAttention", op_class="conv", traffic="contraction", domain=MS)
def decoder_attention(op: Op) -> Work:
    """Y (S, B, I) = attention of Q = X (S, B, I) @ W (I, I), K, V = key (L, B, I) @ W (I, 2 * I).

    macs = B * I * I * (S + 2 * L) + 2 * B * S * L * I, the cache (B, H, P, D) added to the second
    L; other_flop = an add for each projected element, 6 for each score of B * H * S * L (multiply
    by the scale, softmax of 5), and an add with a mask.
    """
    (steps, batch, width), new = shape(op, 0, 3), shape(op, 1, 3)[0]
    length = all_keys(op, 6, new, shared=False)
    projected = steps * product(shape(op, 2, 2)) + new * product(shape(op, 3, 2))
    scores = batch * steps * length * required(op, "num_heads")
    return Work(
        macs=batch * (projected + 2 * steps * length * width),
        other_flop=batch * (steps + 2 * new) * width + per_score(op, 5) * scores,
        special=scores,
    )


@formula(
    "LongformerAttention",
    "QOrderedLongformerAttention",
    op_class="conv",
    traffic="contraction",
    domain=MS,
)
def longformer_attention(op: Op) -> Work:
    """Y (B, S, I) = attention of X (B, S, I) to w neighbours on each side, with two projections.

    macs = 2 * B * S * I * 3 * I + 2 * B * S * (2 * w + 1) * I; other_flop = an add for each
    projected element, 7 for each score of B * H * S * (2 * w + 1) (multiply by the scale, add the
    mask, softmax of 5). The data says which tokens attend globally: their products are left out.
    """
    batch, steps, width = shape(op, 0, 3)
    row = 2 * required(op, "window") + 1
    near, everywhere = (2, 8) if op.op_type.startswith("Q") else (1, 4)
    weights = product(shape(op, near, 2)) + product(shape(op, everywhere, 2))
    tokens = batch * steps
    scores = tokens * row * required(op, "num_heads")
    return Work(
        macs=tokens * (weights + 2 * row * width),
        other_flop=6 * tokens * width + (per_score(op) + 1) * scores,
        special=scores,
    )


@formula("QOrderedAttention", op_class="conv", traffic="contraction", domain=MS)
def qordered_attention(op: Op) -> Work:
    """Y (B, S, H * D) = attention of X (B, S, I) @ Wq, Wk, Wv (I, H * D), in 8 bits.

    macs = 3 * B * S * I * H * D + 2 * B * S * L * H * D; other_flop = 6 for each projected element
    (add the bias; multiply, round, add, two compares), 6 for each score of B * H * S * L (multiply
    by the scale, softmax of 5), 10 more to bring scores and their softmax back to 8 bits, an add
    with a mask and one with a bias.
    """
    batch, steps, inner = shape(op, 0, 3)
    queries, keys, values = (shape(op, place, 2)[1] for place in (5, 6, 7))
    length = all_keys(op, 18, steps, shared=False)
    columns = queries + keys + values
    tokens = batch * steps
    scores = tokens * length * required(op, "num_heads")
    return Work(
        macs=tokens * (inner * columns + length * (queries + values)),
        other_flop=6 * tokens * columns + (per_score(op, 17, 19) + 10) * scores,
        special=scores,
    )
