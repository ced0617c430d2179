"""Attention of onnxruntime: B = n, S = 6 queries, L keys, 4 heads of 8."""

from __future__ import annotations

from tests.costmodel.formulas_domains.making import Cases, i8, i32, ms, u8
from tests.costmodel.strategies import typed, weight

SCORE = 1 + 5
"""A score's scale and its softmax."""

ATTENTION: Cases = {
    "Attention": (
        lambda n: ms(
            "Attention", (n, 6, 20), weight(20, 96), weight(96), i32(n, 9), (2, n, 4, 3, 8),
            outputs=2, num_heads=4,
        ),
        lambda n: (
            n * 6 * 20 * 3 * 32 + 2 * n * 6 * 9 * 32, n * 6 * 96 + n * 4 * 6 * 9 * (SCORE + 1)
        ),
    ),
    "QAttention": (
        lambda n: ms(
            "QAttention", u8(n, 6, 20), i8(20, 96), weight(96), (), (), None, u8(), i8(),
            num_heads=4,
        ),
        lambda n: (
            n * 6 * 20 * 3 * 32 + 2 * n * 6 * 6 * 32, 2 * n * 6 * 96 + n * 4 * 6 * 6 * SCORE
        ),
    ),
    "DecoderMaskedSelfAttention": (
        lambda n: ms(
            "DecoderMaskedSelfAttention", (n, 1, 20), weight(20, 96), weight(96), None,
            (2, n, 4, 99, 8), None, [5], outputs=2, num_heads=4, past_present_share_buffer=1,
            do_rotary=1,
        ),
        lambda n: (
            n * 20 * 3 * 32 + 2 * n * 99 * 32, n * 96 + n * 4 * 99 * SCORE + 3 * n * 2 * 32
        ),
    ),
    "PackedAttention": (
        lambda n: ms(
            "PackedAttention", (n, 20), weight(20, 96), weight(96), i32(3, 6), i32(4), num_heads=4
        ),
        lambda n: (n * 20 * 96 + 2 * n * 6 * 32, n * 96 + n * 6 * 4 * SCORE),
    ),
    "MultiHeadAttention": (
        lambda n: ms(
            "MultiHeadAttention", (n, 6, 32), (n, 9, 32), (n, 9, 20), weight(84), num_heads=4
        ),
        lambda n: (
            n * 6 * 9 * (32 + 20), n * 4 * 6 * 9 * SCORE + n * (6 * 32 + 9 * (32 + 20))
        ),
    ),
    "DecoderMaskedMultiHeadAttention": (
        lambda n: ms(
            "DecoderMaskedMultiHeadAttention", (n, 1, 32), (n, 1, 32), (n, 1, 32), None, None,
            (n, 4, 8, 8), (n, 4, 8, 8), num_heads=4,
        ),
        lambda n: (2 * n * 9 * 32, n * 4 * 9 * SCORE),
    ),
    "PackedMultiHeadAttention": (
        lambda n: ms(
            "PackedMultiHeadAttention", (n, 4, 3, 8), None, None, None, i32(3, 6), i32(4),
            num_heads=4,
        ),
        lambda n: (2 * n * 6 * 32, n * 6 * 4 * SCORE),
    ),
    "GroupQueryAttention": (
        lambda n: ms(
            "GroupQueryAttention", (n, 6, 32), (n, 6, 16), (n, 6, 16), (n, 2, 3, 8), (n, 2, 3, 8),
            i32(n), (), outputs=3, num_heads=4, kv_num_heads=2, do_rotary=1, softcap=30.0,
        ),
        lambda n: (
            2 * n * 6 * 9 * 32, n * 4 * 6 * 9 * (SCORE + 3) + 3 * n * 6 * (32 + 16)
        ),
    ),
    "DecoderAttention": (
        lambda n: ms(
            "DecoderAttention", (6, n, 32), (9, n, 32), weight(32, 32), weight(32, 64), weight(96),
            typed((n, 9), "bool"), num_heads=4,
        ),
        lambda n: (
            n * 32 * 32 * (6 + 2 * 9) + 2 * n * 6 * 9 * 32,
            n * 32 * (6 + 2 * 9) + n * 4 * 6 * 9 * (SCORE + 1),
        ),
    ),
    "LongformerAttention": (
        lambda n: ms(
            "LongformerAttention", (n, 16, 32), weight(32, 96), weight(96), (n, 16),
            weight(32, 96), weight(96), i32(n, 16), num_heads=4, window=2,
        ),
        lambda n: (
            n * 16 * 2 * 32 * 96 + 2 * n * 16 * 5 * 32, 6 * n * 16 * 32 + n * 16 * 5 * 4 * 7
        ),
    ),
    "QOrderedLongformerAttention": (
        lambda n: ms(
            "QOrderedLongformerAttention", i8(n, 16, 32), (), i8(32, 96), (), weight(96), (), (),
            (n, 16), i8(32, 96), (), weight(96), (), i32(n, 16), (), num_heads=4, window=2,
        ),
        lambda n: (
            n * 16 * 2 * 32 * 96 + 2 * n * 16 * 5 * 32, 6 * n * 16 * 32 + n * 16 * 5 * 4 * 7
        ),
    ),
    "QOrderedAttention": (
        lambda n: ms(
            "QOrderedAttention", i8(n, 6, 20), (), (), (), (), i8(20, 32), i8(20, 32), i8(20, 32),
            num_heads=4,
        ),
        lambda n: (
            3 * n * 6 * 20 * 32 + 2 * n * 6 * 6 * 32, 6 * n * 6 * 96 + n * 4 * 6 * 6 * 16
        ),
    ),
    "PagedAttention": (
        lambda n: ms(
            "PagedAttention", (n, 32), (n, 16), (n, 16), (40, 16, 2, 8), (40, 16, 2, 8), i32(3),
            i32(2), i32(2, 5), outputs=3, num_heads=4, kv_num_heads=2,
        ),
        lambda n: (2 * n * 5 * 16 * 32, n * 4 * 5 * 16 * SCORE),
    ),
    "SparseAttention": (
        lambda n: ms(
            "SparseAttention", (n, 64, 32), (n, 64, 16), (n, 64, 16), (n, 2, 64, 8),
            (n, 2, 64, 8), i32(1, 5), i32(1, 10), i32(1), i32(n), num_heads=4, kv_num_heads=2,
            sparse_block_size=16,
        ),
        lambda n: (2 * n * 32 * 10 * 16 * 16, n * 4 * 10 * 16 * 16 * SCORE),
    ),
    "DynamicSparseAttention": (
        lambda n: ms(
            "DynamicSparseAttention", (3, 6, 32), (3, 6, 16), (3, 6, 16), (3, 2, 99, 8),
            (3, 2, 99, 8), None, None, i32(n, 11), i32(n), outputs=3, num_heads=4, kv_num_heads=2,
        ),
        lambda n: (2 * n * 11 * 32, n * 4 * 11 * SCORE),
    ),
    "SparsePagedAttention": (
        lambda n: ms(
            "SparsePagedAttention", (n, 32), (n, 16), (n, 16), (40, 16, 2, 8), (40, 16, 2, 8),
            i32(3), i32(2), i32(2, 5), None, i32(n, 11), i32(n), outputs=3, num_heads=4,
            kv_num_heads=2, attention_mode="local_plus_selected", local_window_size=4,
        ),
        lambda n: (2 * n * 15 * 32, n * 4 * 15 * SCORE),
    ),
    "SparseAttentionIndexer": (
        lambda n: ms(
            "SparseAttentionIndexer", (n, 6, 32), (n, 6, 8), weight(8), weight(8), weight(99, 4),
            weight(99, 4), None, (n, 10, 8), outputs=2, policy_mode="qsa", compress_ratio=4,
            token_budget=8,
        ),
        lambda n: (
            n * 6 * 32 * 4, n * 6 * 4 * (2 * 4 + 1) + n * 6 * (5 * 8 * 7 + 5 * 4) + n * 6 * 8
        ),
    ),
    "PackedSparseAttentionIndexer": (
        lambda n: ms(
            "PackedSparseAttentionIndexer", (n, 32), (n, 16), weight(8), weight(8), weight(99, 4),
            weight(99, 4), i32(3), i32(2), (n, 16), weight(4, 16), (n, 4), i32(n), (2, 20, 8),
            (2, 7, 16), (2, 7, 16), i32(2, 2), outputs=2, policy_mode="csa", compress_ratio=4,
            index_topk=5, state_capacity=20,
        ),
        lambda n: (
            n * 32 * 20, n * 20 * (2 * 4 + 1) + n * (5 * 8 * 7 + 5 * 4) + n * 8 * 4
        ),
    ),
    "PackedSparseAttentionIndexerMerge": (
        lambda n: ms(
            "PackedSparseAttentionIndexerMerge", i32(3, 5), i32(3), i32(n), outputs=3,
            max_output_entries=9,
        ),
        lambda n: (0, n * 9),
    ),
}  # fmt: skip
