"""Element-wise operators and normalisations of onnxruntime, on n tensors of (6, 8)."""

from __future__ import annotations

from tests.costmodel.formulas_domains.making import Cases, X, i8, i32, i64, ms, plain, u8
from tests.costmodel.strategies import typed, weight


def _quantised(op_type: str, each: int) -> Cases:
    return {
        op_type: (
            lambda n: ms(op_type, u8(n, 6, 8), (), u8(), (), u8()),
            lambda n: (0, n * X * (2 + each + 5)),
        )
    }


ELEMENTWISE: Cases = {
    **plain("Gelu", 5),
    **plain("BiasGelu", 6, (8,)),
    **plain("FastGelu", 10, (8,)),
    **plain("QuickGelu", 5, alpha=1.702),
    **plain("ScaledSiLU", 5),
    "BiasSplitGelu": (
        lambda n: ms("BiasSplitGelu", (n, 6, 16), weight(16)), lambda n: (0, n * X * (2 + 5 + 1))
    ),
    "SwiGLU": (lambda n: ms("SwiGLU", (n, 6, 16)), lambda n: (0, n * X * 10)),
    "BiasAdd": (
        lambda n: ms("BiasAdd", (n, 6, 8), weight(8), (n, 6, 8)), lambda n: (0, n * X * 2)
    ),
    "BiasDropout": (
        lambda n: ms("BiasDropout", (n, 6, 8), weight(8), (n, 6, 8)), lambda n: (0, n * X * 2)
    ),
    "BitmaskBiasDropout": (
        lambda n: ms("BitmaskBiasDropout", (n, 6, 8), weight(8)), lambda n: (0, n * X)
    ),
    "GatedAdd": (
        lambda n: ms("GatedAdd", (n, 6, 8), (n, 6, 8), (n, 6, 1)), lambda n: (0, n * X * 2)
    ),
    "ComplexMul": (
        lambda n: ms("ComplexMul", (n, 6, 2), (n, 6, 2)), lambda n: (0, n * 6 * 6)
    ),
    "ComplexMulConj": (
        lambda n: ms("ComplexMulConj", (n, 6, 2), (n, 6, 2)), lambda n: (0, n * 6 * 6)
    ),
    "MulInteger": (
        lambda n: ms("MulInteger", u8(n, 6, 8), u8(), u8(n, 6, 8)), lambda n: (0, n * X * 2)
    ),
    "RotaryEmbedding": (
        lambda n: ms(
            "RotaryEmbedding", (n, 7, 32), i64(n, 7), weight(99, 3), weight(99, 3), num_heads=4,
            rotary_embedding_dim=6,
        ),
        lambda n: (0, 3 * n * 7 * 4 * 6),
    ),
    "MRotaryEmbedding": (
        lambda n: ms("MRotaryEmbedding", (n, 4, 7, 8), i64(3, 7, 7), weight(99, 4), weight(99, 4)),
        lambda n: (0, 3 * n * 7 * 32),
    ),
    "GemmaRotaryEmbedding": (
        lambda n: ms("GemmaRotaryEmbedding", (n, 7, 8), *[(n, 4, 7, 8)] * 4, outputs=2),
        lambda n: (0, n * 7 * 8 * 2 + 2 * n * 4 * 7 * 8 * 3),
    ),
    "QLinearAdd": (
        lambda n: ms("QLinearAdd", u8(n, 6, 8), (), u8(), u8(n, 6, 8), (), u8(), (), u8()),
        lambda n: (0, n * X * (2 + 2 + 1 + 5)),
    ),
    "QLinearMul": (
        lambda n: ms("QLinearMul", u8(n, 6, 8), (), u8(), u8(n, 6, 1), (), u8(), (), u8()),
        lambda n: (0, n * X * (2 + 2 + 1 + 5)),
    ),
    **_quantised("QLinearSigmoid", 3),
    **_quantised("QLinearLeakyRelu", 2),
    **_quantised("QLinearSoftmax", 5),
    **_quantised("QOrderedGelu", 5),
    "QLinearWhere": (
        lambda n: ms(
            "QLinearWhere", typed((n, 6, 8), "bool"), u8(n, 6, 8), (), u8(), u8(n, 6, 8), (), u8(),
            (), u8(),
        ),
        lambda n: (0, n * X * 7),
    ),
}  # fmt: skip

NORMALISATIONS: Cases = {
    "SkipLayerNormalization": (
        lambda n: ms(
            "SkipLayerNormalization", (n, 6, 8), (n, 6, 8), weight(8), weight(8), weight(8)
        ),
        lambda n: (0, n * X * (7 + 2) + 5 * n * 6),
    ),
    "SkipSimplifiedLayerNormalization": (
        lambda n: ms("SkipSimplifiedLayerNormalization", (n, 6, 8), (n, 6, 8), weight(8)),
        lambda n: (0, n * X * (4 + 1) + 4 * n * 6),
    ),
    "SimplifiedLayerNormalization": (
        lambda n: ms("SimplifiedLayerNormalization", (n, 6, 8), weight(8)),
        lambda n: (0, n * X * 4 + 4 * n * 6),
    ),
    "EmbedLayerNormalization": (
        lambda n: ms(
            "EmbedLayerNormalization", i32(n, 6), i32(n, 6), weight(99, 8), weight(12, 8),
            weight(2, 8), weight(8), weight(8), outputs=2,
        ),
        lambda n: (0, n * X * (2 + 7) + 5 * n * 6),
    ),
    "QEmbedLayerNormalization": (
        lambda n: ms(
            "QEmbedLayerNormalization", i32(n, 6), None, u8(99, 8), u8(12, 8), None, u8(8), u8(8),
            None, weight(), outputs=2,
        ),
        lambda n: (0, n * X * (1 + 7 + 2 * 2) + 5 * n * 6),
    ),
    "GroupNorm": (
        lambda n: ms("GroupNorm", (n, 5, 5, 8), weight(8), weight(8), groups=4, activation=1),
        lambda n: (0, n * 200 * (7 + 4) + 5 * n * 4),
    ),
    "SkipGroupNorm": (
        lambda n: ms(
            "SkipGroupNorm", (n, 5, 5, 8), weight(8), weight(8), (n, 5, 5, 8), weight(8), groups=4,
            outputs=2,
        ),
        lambda n: (0, n * 200 * (7 + 2) + 5 * n * 4),
    ),
    "BranchwiseRMSNorm": (
        lambda n: ms("BranchwiseRMSNorm", (n, 6 * 8), weight(6, 8), num_branches=6),
        lambda n: (0, n * X * 4 + 4 * n * 6),
    ),
    "GatedRMSNorm": (
        lambda n: ms("GatedRMSNorm", (n, 6 * 8), weight(8), (n, 6 * 8)),
        lambda n: (0, n * X * (4 + 4 + 1) + 4 * n * 6),
    ),
    "RMSNormRotary": (
        lambda n: ms(
            "RMSNormRotary", (n, 7, 6, 10), weight(8), i64(n, 7), weight(99, 2), weight(99, 2),
            rotary_embedding_dim=4, input_width=8,
        ),
        lambda n: (0, n * 7 * X * 4 + 4 * n * 7 * 6 + 3 * n * 7 * 6 * 4),
    ),
    "EngramGate": (
        lambda n: ms(
            "EngramGate", (n, 7, 6, 8), (n, 7, 6, 8), (n, 7, 8), weight(6, 8), weight(6, 8),
            weight(6, 8), outputs=2,
        ),
        lambda n: (0, n * 7 * X * (3 * 4 + 3) + n * 7 * 6 * (3 * 4 + 8)),
    ),
    "BiasSoftmax": (
        lambda n: ms("BiasSoftmax", (n, 6, 8), (n, 1, 8), axis=2), lambda n: (0, n * X * 6)
    ),
    "QOrderedLayerNormalization": (
        lambda n: ms("QOrderedLayerNormalization", i8(n, 6, 8), (), weight(8), weight(8), ()),
        lambda n: (0, n * X * (1 + 7 + 5) + 5 * n * 6),
    ),
}  # fmt: skip
