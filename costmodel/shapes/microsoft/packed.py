"""The domain com.microsoft, attention over packed tokens, over pages and over chosen keys."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import check_rank, dtype, integer, integers, positive, text
from costlint.costmodel.shapes.attention import head_size
from costlint.costmodel.shapes.registry import Call, Out, shape_rule


@shape_rule("PackedAttention", domain=MS)
def packed_attention(call: Call) -> Sequence[Out]:
    """Y (T, Hv) of X (T, I), weights (I, Hq + Hk + Hv)."""
    check_rank(call, 0, 2)
    check_rank(call, 1, 2)
    sizes = integers(call, "qkv_hidden_sizes")
    split = sizes is not None and len(sizes) == 3
    width = sizes[2] if split and sizes else head_size(call, call.shape(1)[1], 3)
    return (Out(shape=(call.shape(0)[0], width)),)


@shape_rule("PackedMultiHeadAttention", domain=MS)
def packed_multi_head_attention(call: Call) -> Sequence[Out]:
    """Y (T, H * Dv) of a query (T, H * D), or of all three in one (T, H, 3, D)."""
    q = call.shape(0)
    if len(q) == 4:
        return (Out(shape=(q[0], q[1] * q[3])),)
    last = 2 if call.tensor(2) is not None else 0
    check_rank(call, 0, 1)
    check_rank(call, last, 1)
    return (Out(shape=(q[0], call.shape(last)[-1])),)


@shape_rule("DecoderAttention", domain=MS)
def decoder_attention(call: Call) -> Sequence[Out]:
    """Y (S, B, I), caches (B, H, P + L, D) of a query (S, B, I) and a key (L, B, I)."""
    check_rank(call, 0, 3)
    check_rank(call, 1, 3)
    x, heads = call.shape(0), positive(call, "num_heads")
    past = call.shape(6)[2] if call.tensor(6) is not None and len(call.shape(6)) == 4 else 0
    size = head_size(call, x[2], heads)
    cache = Out(shape=(x[1], heads, past + call.shape(1)[0], size))
    return (Out(shape=x), cache, cache)[: call.outputs]


@shape_rule("DecoderMaskedSelfAttention", domain=MS)
def decoder_masked_self_attention(call: Call) -> Sequence[Out]:
    """Y (B, 1, H * D), present (2, B, H, P + 1, D) of X (B, 1, I), weights (I, 3 * H * D)."""
    check_rank(call, 0, 3)
    check_rank(call, 1, 2)
    x, width = call.shape(0), head_size(call, call.shape(1)[1], 3)
    present: Shape | None = None
    if call.tensor(4) is not None and len(call.shape(4)) == 5:
        past = call.shape(4)
        new = 0 if integer(call, "past_present_share_buffer", 0) else x[1]
        present = (*past[:3], past[3] + new, past[4])
    return (Out(shape=(*x[:2], width)), Out(shape=present))[: call.outputs]


@shape_rule("QOrderedAttention", domain=MS)
def qordered_attention(call: Call) -> Sequence[Out]:
    """Y (B, S, Hv) of X (B, S, I) in 8 bits, the weight of the values (I, Hv)."""
    check_rank(call, 0, 3)
    check_rank(call, 7, 2)
    return (Out(shape=(*call.shape(0)[:2], call.shape(7)[1])),)


@shape_rule("PagedAttention", "SparsePagedAttention", domain=MS)
def paged_attention(call: Call) -> Sequence[Out]:
    """Y (T, H * Dv) and both caches as they came, of a query (T, H * D) or of all three in one."""
    check_rank(call, 0, 2)
    x, heads = call.shape(0), positive(call, "num_heads")
    width: Dim = x[1]
    if call.tensor(1) is None:
        width = heads * head_size(call, width, heads + 2 * positive(call, "kv_num_heads"))
    if integer(call, "v_head_size", 0) > 0:
        width = heads * integer(call, "v_head_size", 0)
    return (Out(shape=(x[0], width)), *_kept(call, 3, 4))[: call.outputs]


def _kept(call: Call, *places: int) -> Sequence[Out]:
    """Outputs that have the shapes and types of these inputs."""
    found = (call.tensor(place) for place in places)
    return [Out(shape=None) if t is None else Out(shape=t.shape, dtype=t.dtype) for t in found]


@shape_rule("DynamicSparseAttention", domain=MS)
def dynamic_sparse_attention(call: Call) -> Sequence[Out]:
    """Y (B, S, H * D), both caches as they came, status (1) of a query (B, S, H * D)."""
    check_rank(call, 0, 3)
    x, heads = call.shape(0), positive(call, "num_heads")
    width: Dim = x[2]
    if call.tensor(1) is None:
        width = heads * head_size(call, width, heads + 2 * positive(call, "kv_num_heads"))
    kind = "bfloat16" if integer(call, "output_bf16", 0) else None
    y = Out(shape=(*x[:2], width), dtype=kind)
    return (y, *_kept(call, 3, 4), Out(shape=(1,), dtype="int32"))[: call.outputs]


def _capacity(call: Call) -> Dim:
    """How many keys an indexer chooses for each query."""
    if text(call, "policy_mode", "qsa") == "csa":
        return positive(call, "index_topk")
    return positive(call, "token_budget") + positive(call, "compress_ratio") - 1


@shape_rule("SparseAttentionIndexer", domain=MS)
def sparse_attention_indexer(call: Call) -> Sequence[Out]:
    """Indices (B, S, n) int32, keys (B, P + S, D) or as they came, buffer (2, B, b, 2 * D)."""
    check_rank(call, 0, 3)
    check_rank(call, 7, 3)
    x, past = call.shape(0), call.shape(7)
    csa = text(call, "policy_mode", "qsa") == "csa"
    whole = past[1] if call.tensor(12) is not None else past[1] + x[1]
    if csa and call.tensor(12) is None:
        whole = call.unknown("keys", whole)
    buffer = call.tensor(13)
    length = call.unknown("buffer", 2 * positive(call, "compress_ratio") - 1)
    kept = (
        None
        if buffer is None or not buffer.shape
        else (*buffer.shape[:2], length, *buffer.shape[3:])
    )
    outs = (
        Out(shape=(*x[:2], _capacity(call)), dtype="int32"),
        Out(shape=(past[0], whole, past[2]), dtype=dtype(call, 7)),
        Out(shape=kept),
    )
    return outs[: call.outputs]


@shape_rule("PackedSparseAttentionIndexer", domain=MS)
def packed_sparse_attention_indexer(call: Call) -> Sequence[Out]:
    """Indices (T, n) int32, counts (T), states as they came, updates (B, c, D), two statuses."""
    check_rank(call, 0, 2)
    check_rank(call, 12, 3)
    tokens, state = call.shape(0)[0], call.shape(12)
    width = integer(call, "max_output_entries", 0) or _capacity(call)
    status = Out(shape=(tokens,), dtype="int32")
    outs = (
        Out(shape=(tokens, width), dtype="int32"),
        status,
        *_kept(call, 12, 13, 14, 15),
        Out(shape=(state[0], integer(call, "state_update_capacity", 0), state[2])),
        status,
        Out(shape=(state[0],), dtype="int32"),
    )
    return outs[: call.outputs]


@shape_rule("PackedSparseAttentionIndexerMerge", domain=MS)
def indexer_merge(call: Call) -> Sequence[Out]:
    """Indices (N, n) int32, counts (N), status (N) for rows (N)."""
    rows = call.shape(2)
    counts = Out(shape=rows, dtype="int32")
    width = positive(call, "max_output_entries")
    return (Out(shape=(*rows, width), dtype="int32"), counts, counts)[: call.outputs]
