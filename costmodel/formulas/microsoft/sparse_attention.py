"""Attention over pages and over chosen keys, and the choice of these.

T tokens of all sequences, H heads of D, Hkv of keys. How long a sequence is only the data says: the
room that its pages or its cache have is taken. special as in `microsoft_attention`.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has, integer, tensor, text
from costlint.costmodel.formulas.microsoft.attention import per_score, rotation, special_per_score
from costlint.costmodel.formulas.microsoft.shared import (
    reads,
    required,
    rms_norm,
    shape,
    share,
    y_shape,
)
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, ceil_div, minimum, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


@formula("PagedAttention", op_class="conv", traffic="contraction", domain=MS)
def paged_attention(op: Op) -> Work:
    """Y (T, H * Dv) = attention of Q (T, H * D) to the keys of its sequence in pages.

    macs = T * L * H * (D + Dv), L the pages of a sequence in the table (B, pages) times their size,
    or the local window; other_flop = 6 for each score of T * H * L (multiply by the scale, softmax
    of 5), 3 with a soft cap, 3 for each rotated element of Q and K. Of the caches
    (pages, size, Hkv, D) what the table can name is read, and what is new is written.
    """
    heads, kv_heads = required(op, "num_heads"), required(op, "kv_num_heads")
    tokens, values = y_shape(op, 2)
    batch, pages = shape(op, 7, 2)
    cache = shape(op, 3, 4)
    whole = pages * cache[1]
    length = _windowed(op, whole)
    size = shape(op, 0, 2)[1] // (heads if has(op, 1) else heads + 2 * kv_heads)
    slots = minimum(batch * whole, cache[0] * cache[1]) * product(cache[2:])
    new = tokens * product(cache[2:])
    scores = tokens * heads * length
    return Work(
        macs=tokens * length * (heads * size + values),
        other_flop=per_score(op) * scores + rotation(op, tokens * (heads + kv_heads) * size),
        special=special_per_score(op) * scores,
        read=reads(op, {3: slots, 4: slots}),
        written=(None, *(new for _ in op.outputs[1:])),
    )


def _windowed(op: Op, length: Dim) -> Dim:
    window = integer(op, "local_window_size", -1)
    return length if window < 1 else minimum(length, window)


@formula("SparseAttention", op_class="conv", traffic="contraction", domain=MS)
def sparse_attention(op: Op) -> Work:
    """Y (B, S, H * D) = attention of Q (B, S, H * D) to the keys in n blocks of b by b scores.

    macs = 2 * B * H * D * min(S * L, n * b * b), n from the block columns (layouts, n) and L from
    the cache (B, Hkv, L, D); other_flop = 6 for each of these scores (multiply by the scale,
    softmax of 5), 3 for each rotated element of Q and K.
    """
    batch, steps, width = y_shape(op, 3)
    heads, kv_heads = required(op, "num_heads"), required(op, "kv_num_heads")
    block = required(op, "sparse_block_size")
    scores = minimum(steps * shape(op, 3, 4)[2], shape(op, 6, 2)[1] * block * block)
    turned = batch * steps * (width // heads) * (heads + kv_heads)
    return Work(
        macs=2 * batch * width * scores,
        other_flop=per_score(op) * batch * heads * scores + rotation(op, turned),
        special=special_per_score(op) * batch * heads * scores,
    )


@formula(
    "DynamicSparseAttention",
    "SparsePagedAttention",
    op_class="conv",
    traffic="contraction",
    domain=MS,
)
def selected_attention(op: Op) -> Work:
    """Y (T, H * D) = attention of Q (T, H * D) to the keys that selected (T, n) names.

    macs = 2 * T * n * H * D, the local window added to n where both are joined; other_flop = 6 for
    each score of T * H * n (multiply by the scale, softmax of 5), 3 with a soft cap, 3 for each
    rotated element of Q and K. Of a cache at most T * n * Hkv * D elements are read; of a paged
    one only what is new is written.
    """
    paged = op.op_type == "SparsePagedAttention"
    tokens, keys = shape(op, 9 if paged else 7, 2)
    if text(op, "attention_mode", "selected_only") == "local_plus_selected":
        keys = keys + integer(op, "local_window_size", 0)
    heads, kv_heads = required(op, "num_heads"), required(op, "kv_num_heads")
    width = y_shape(op)[-1]
    new = tokens * kv_heads * (width // heads)
    caches = [i for i in ((3, 4, 11, 12) if paged else (3, 4, 5, 6)) if has(op, i)]
    read = {i: minimum(tensor(op, i).elements, new * keys) for i in caches}
    return Work(
        macs=2 * tokens * keys * width,
        other_flop=per_score(op) * tokens * heads * keys + rotation(op, tokens * width + new),
        special=special_per_score(op) * tokens * heads * keys,
        read=reads(op, read),
        written=(None, *(new for _ in op.outputs[1:3])) if paged else None,
    )


@formula(
    "SparseAttentionIndexer",
    "PackedSparseAttentionIndexer",
    op_class="conv",
    traffic="contraction",
    domain=MS,
)
def sparse_attention_indexer(op: Op) -> Work:
    """Indices (T, ...) = the best of n compressed keys (n, D) for each query (T, H * D).

    macs = T * n * H * D; other_flop, for each token = n * (2 * H + 1) (compare and add over the
    heads, compare to choose), 7 for each element of Q and K (norm of 4, rotation of 3) and 4 for
    each row of them, and one add, or 4 with gates, for each pooled element of D.
    """
    size = shape(op, 2, 1)[0]
    query = shape(op, 0)
    width = query[-1] if has(op, 1) else query[-1] - size
    tokens = product(query[:-1])
    entries = _entries(op)
    heads = share(op, width, size)
    rows = tokens * (heads + 1)
    pooled = tokens * size * (4 if text(op, "policy_mode", "qsa") == "csa" else 1)
    prepared = rms_norm(rows * size, rows) + 3 * rows * size
    return Work(
        macs=tokens * width * entries,
        other_flop=tokens * entries * (2 * heads + 1) + prepared + pooled,
    )


def _entries(op: Op) -> Dim:
    """How many compressed keys there are at most."""
    if op.op_type == "PackedSparseAttentionIndexer":
        return required(op, "state_capacity")
    ratio = required(op, "compress_ratio")
    past, new = shape(op, 7, 3)[1], shape(op, 0, 3)[1]
    if text(op, "policy_mode", "qsa") == "csa":
        return past + ceil_div(new, ratio)
    return ceil_div(past if has(op, 12) else past + new, ratio)


@formula("PackedSparseAttentionIndexerMerge", op_class="other", traffic="movement", domain=MS)
def indexer_merge(op: Op) -> Work:
    """Indices (T, n) = the union of two selections for each of T queries.

    other_flop = T * n: one compare each.
    """
    return Work(other_flop=op.y.elements)
