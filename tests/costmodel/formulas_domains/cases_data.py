"""Operators of onnxruntime that move, look up and transform data."""

from __future__ import annotations

from tests.costmodel.formulas_domains.making import Cases, X, i32, i64, ms, plain, u8
from tests.costmodel.strategies import typed, weight

DATA: Cases = {
    **plain("Trilu", 0, upper=1),
    **plain("SampleOp", 0),
    **plain("QuantizeWithOrder", 4, (), order_input=1, order_output=2),
    **plain("DequantizeWithOrder", 1, (), to=1),
    "ReduceSumInteger": (
        lambda n: ms("ReduceSumInteger", u8(n, 6, 8), axes=(1, 2)), lambda n: (0, n * X)
    ),
    **plain("QuantizeLinear", 5, ()),
    **plain("MurmurHash3", 6),
    **plain("IsAllFinite", 1),
    "DequantizeLinear": (
        lambda n: ms("DequantizeLinear", u8(n, 6, 8), (), u8()), lambda n: (0, n * X * 2)
    ),
    "Pad": (lambda n: ms("Pad", (n, 6), [0, 1, 0, 2]), lambda _: (0, 0)),
    "UnfoldTensor": (lambda n: ms("UnfoldTensor", (n, 9), size=3), lambda _: (0, 0)),
    "RemovePadding": (
        lambda n: ms("RemovePadding", (n, 6, 8), i32(n), outputs=4), lambda _: (0, 0)
    ),
    "RestorePadding": (
        lambda n: ms("RestorePadding", (n, 8), i32(3, 6)), lambda _: (0, 0)
    ),
    "Range": (lambda n: ms("Range", (), (), (), shapes=[(n,)]), lambda _: (0, 0)),
    "GatherND": (lambda n: ms("GatherND", (8, 9, 5), i64(n, 2)), lambda _: (0, 0)),
    "TorchEmbedding": (lambda n: ms("TorchEmbedding", weight(99, 8), i64(n, 6)), lambda _: (0, 0)),
    "GatherBlockQuantized": (
        lambda n: ms(
            "GatherBlockQuantized", u8(99, 32), i64(n, 6), weight(99, 2), u8(99, 1), block_size=32
        ),
        lambda n: (0, 2 * n * 6 * 64),
    ),
    "GatherPacked": (
        lambda n: ms("GatherPacked", u8(99, 36), i64(n, 6), K=64), lambda n: (0, n * 6 * 64)
    ),
    "QLinearConcat": (
        lambda n: ms(
            "QLinearConcat", (), u8(), u8(n, 2, 8), (), u8(), u8(n, 4, 8), (), u8(), axis=1
        ),
        lambda n: (0, n * X * 7),
    ),
    "QLinearReduceMean": (
        lambda n: ms(
            "QLinearReduceMean", u8(n, 6, 8), (), u8(), (), u8(), axes=(1, 2), keepdims=0
        ),
        lambda n: (0, 3 * n * X + 6 * n),
    ),
    "GridSample": (
        lambda n: ms("GridSample", (n, 3, 8, 8), (n, 5, 6, 2), mode="bilinear"),
        lambda n: (0, n * 3 * 5 * 6 * 7 + n * 5 * 6 * 2 * 4),
    ),
    "CropAndResize": (
        lambda n: ms("CropAndResize", (1, 3, 8, 8), (n, 4), i32(n), [5, 6]),
        lambda n: (0, n * 3 * 5 * 6 * 7),
    ),
    "Rfft": (
        lambda n: ms("Rfft", (n, 6, 64), signal_ndim=1), lambda n: (0, n * 6 * 5 * 64 * 6)
    ),
    "Irfft": (
        lambda n: ms("Irfft", (n, 6, 33, 2), signal_ndim=1), lambda n: (0, n * 6 * 5 * 64 * 6)
    ),
    "Inverse": (lambda n: ms("Inverse", (n, 4, 4)), lambda n: (0, n * 2 * 4 * 4 * 4)),
    "CDist": (
        lambda n: ms("CDist", (n, 8), (5, 8), metric="euclidean"),
        lambda n: (0, n * 5 * (3 * 8 + 1)),
    ),
    "DynamicTimeWarping": (
        lambda n: ms("DynamicTimeWarping", (n, 9)), lambda n: (0, 3 * n * 9)
    ),
    "Unique": (
        lambda n: ms("Unique", (n,), shapes=[(n,), (n,), (n,)]),
        lambda n: (0, n * (n - 1).bit_length()),
    ),
    "RelativePositionBias": (
        lambda n: ms("RelativePositionBias", weight(32, 4), [6], [8], shapes=[(1, 4, n, 8)]),
        lambda n: (0, 6 * n * 8),
    ),
    "NGramRepeatBlock": (
        lambda n: ms("NGramRepeatBlock", i64(n, 6), (n, 99), ngram_size=3),
        lambda n: (0, n * 6 * 3),
    ),
    "NGramHashMapping": (
        lambda n: ms(
            "NGramHashMapping", i64(n, 6), i64(3), i64(8), None, i64(8), outputs=2,
            max_ngram_size=3, n_head_per_ngram=4,
        ),
        lambda n: (0, n * 6 * 3 + n * 6 * 8 * 2),
    ),
    "VarlenNGramHashMapping": (
        lambda n: ms(
            "VarlenNGramHashMapping", i64(n), i64(3), i64(8), i32(3), outputs=2,
            max_ngram_size=3, n_head_per_ngram=4,
        ),
        lambda n: (0, n * 3 + n * 8),
    ),
    "BifurcationDetector": (
        lambda n: ms("BifurcationDetector", i64(n), i64(4), i64(), outputs=2),
        lambda n: (0, n * 3),
    ),
    "SpeculativePrefixCommit": (
        lambda n: ms(
            "SpeculativePrefixCommit", i64(n, 8), i64(n, 8), i64(4), i64(16), i64(2), outputs=3
        ),
        lambda n: (0, n * 8),
    ),
    "Tokenizer": (
        lambda n: ms("Tokenizer", typed((n,), "string"), shapes=[(n, 5)]), lambda _: (0, 0)
    ),
}  # fmt: skip
