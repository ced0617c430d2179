"""Convolutions, pools and experts of onnxruntime: n images of 9 x 9, n tokens of 16."""

from __future__ import annotations

from tests.costmodel.formulas_domains.making import Cases, i8, i32, i64, ms, u8
from tests.costmodel.strategies import weight

SILU, SWIGLU = 4, 10

CONVOLUTIONS: Cases = {
    "FusedConv": (
        lambda n: ms(
            "FusedConv", (n, 6, 9, 9), weight(4, 3, 3, 3), weight(4), group=2, activation="Relu"
        ),
        lambda n: (n * 4 * 7 * 7 * 3 * 3 * 3, n * 4 * 7 * 7 * (1 + 1)),
    ),
    "NhwcConv": (
        lambda n: ms("NhwcConv", (n, 9, 9, 6), weight(4, 3, 3, 6)),
        lambda n: (n * 7 * 7 * 4 * 6 * 3 * 3, 0),
    ),
    "NhwcFusedConv": (
        lambda n: ms(
            "NhwcFusedConv", (n, 9, 9, 6), weight(4, 6, 3, 3), weight(4), (n, 7, 7, 4),
            activation="HardSigmoid",
        ),
        lambda n: (n * 7 * 7 * 4 * 6 * 3 * 3, n * 7 * 7 * 4 * (1 + 1 + 4)),
    ),
    "ConvTransposeWithDynamicPads": (
        lambda n: ms("ConvTransposeWithDynamicPads", (n, 6, 9, 9), weight(6, 4, 2, 2)),
        lambda n: (n * 6 * 9 * 9 * 4 * 2 * 2, 0),
    ),
    "QLinearConv": (
        lambda n: ms(
            "QLinearConv", u8(n, 9, 9, 3), (), u8(), i8(4, 3, 3, 3), (), i8(), (), u8(),
            weight(4, dtype="int32"), channels_last=1,
        ),
        lambda n: (n * 7 * 7 * 4 * 3 * 3 * 3, n * 7 * 7 * 4 * (5 + 1)),
    ),
    "CausalConvWithState": (
        lambda n: ms(
            "CausalConvWithState", (n, 6, 9), weight(6, 1, 4), weight(6), (n, 6, 3), outputs=2,
            activation="silu",
        ),
        lambda n: (n * 6 * 9 * 4, n * 6 * 9 * (1 + SILU)),
    ),
    "VarlenCausalConvWithState": (
        lambda n: ms(
            "VarlenCausalConvWithState", (n, 6), weight(6, 1, 4), i32(3), None, (2, 6, 3),
            outputs=2,
        ),
        lambda n: (n * 6 * 4, 0),
    ),
    "WordConvEmbedding": (
        lambda n: ms(
            "WordConvEmbedding", i32(n, 12), weight(5, 1, 3, 8), weight(5), weight(99, 8),
            conv_window_size=3,
        ),
        lambda n: (n * (12 - 3 + 1) * 5 * 3 * 8, n * 10 * 5 * 3),
    ),
}  # fmt: skip

POOLS: Cases = {
    "QLinearAveragePool": (
        lambda n: ms(
            "QLinearAveragePool", u8(n, 8, 8, 3), (), u8(), (), u8(), kernel_shape=(3, 2),
            channels_last=1,
        ),
        lambda n: (0, n * 6 * 7 * 3 * 3 * 2 + 2 * n * 8 * 8 * 3 + 5 * n * 6 * 7 * 3),
    ),
    "QLinearGlobalAveragePool": (
        lambda n: ms("QLinearGlobalAveragePool", u8(n, 3, 8, 8), (), u8(), (), u8()),
        lambda n: (0, n * 3 * 8 * 8 + 2 * n * 3 * 8 * 8 + 5 * n * 3),
    ),
    "NhwcMaxPool": (
        lambda n: ms("NhwcMaxPool", u8(n, 8, 8, 3), kernel_shape=(3, 2)),
        lambda n: (0, n * 6 * 7 * 3 * (3 * 2 - 1)),
    ),
    "MaxpoolWithMask": (
        lambda n: ms("MaxpoolWithMask", (n, 3, 8, 8), i64(n, 3, 8, 8), kernel_shape=(3, 2)),
        lambda n: (0, n * 3 * 6 * 7 * (3 * 2 - 1)),
    ),
}  # fmt: skip

EXPERTS: Cases = {
    "MoE": (
        lambda n: ms(
            "MoE", (n, 16), (n, 4), weight(4, 24, 16), weight(4, 24), weight(4, 16, 24), k=2
        ),
        lambda n: (
            n * 2 * (2 * 16 * 24),
            n * 4 * 6 + n * 2 * 24 * 1 + n * 2 * 16 * 2 + n * 2 * 24,
        ),
    ),
    "QMoE": (
        lambda n: ms(
            "QMoE", (n, 16), (n, 4), u8(4, 48, 8), weight(4, 48), None, u8(4, 16, 12),
            weight(4, 16), k=4, activation_type="swiglu", swiglu_fusion=1,
        ),
        lambda n: (
            n * 4 * (48 * 16 + 16 * 24),
            n * 4 * 6 + n * 4 * 24 * SWIGLU + n * 4 * 16 * 2 + 2 * 4 * (48 * 16 + 16 * 24),
        ),
    ),
    "MoEPacked": (
        lambda n: ms(
            "MoEPacked", (n, 16), (n, 4), u8(4, 24, 9), u8(4, 24, 9), u8(4, 16, 13), k=4,
            activation_type="swiglu",
        ),
        lambda n: (
            n * 4 * 3 * 16 * 24,
            n * 4 * 6 + n * 4 * 24 * SWIGLU + n * 4 * 16 * 2 + 4 * 3 * 16 * 24,
        ),
    ),
    "MoEGroupRouter": (
        lambda n: ms("MoEGroupRouter", (n, 16), weight(8), weight(8, 16)),
        lambda n: (n * 8 * 16, n * 8 * 7),
    ),
}  # fmt: skip
