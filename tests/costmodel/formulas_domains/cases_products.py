"""Matrix products of onnxruntime: K is 30 or 64."""

from __future__ import annotations

from tests.costmodel.formulas_domains.making import Cases, i8, i32, ms, u8
from tests.costmodel.strategies import weight

SIGMOID, SILU, SWIGLU = 3, 4, 10

PRODUCTS: Cases = {
    "FusedMatMul": (
        lambda n: ms("FusedMatMul", (n, 30, 10), (n, 5, 30), transA=1, transB=1, alpha=0.5),
        lambda n: (n * 10 * 5 * 30, n * 10 * 5),
    ),
    "TransposeMatMul": (
        lambda n: ms("TransposeMatMul", (n, 10, 30), (5, 30), transB=1),
        lambda n: (n * 10 * 5 * 30, 0),
    ),
    "FusedMatMulActivation": (
        lambda n: ms("FusedMatMulActivation", (n, 10, 30), (30, 5), activation="Tanh"),
        lambda n: (n * 10 * 5 * 30, n * 10 * 5),
    ),
    "FusedGemm": (
        lambda n: ms(
            "FusedGemm", (n, 30), weight(30, 5), weight(5), activation="Sigmoid", alpha=0.5
        ),
        lambda n: (n * 30 * 5, n * 5 * (1 + 1 + SIGMOID)),
    ),
    "GemmFloat8": (
        lambda n: ms("GemmFloat8", (n, 30), weight(30, 5), None, (), (), (), activation="GELU"),
        lambda n: (n * 30 * 5, n * 5 * (3 + 5)),
    ),
    "GemmFastGelu": (
        lambda n: ms("GemmFastGelu", (n, 30), weight(30, 5), weight(5)),
        lambda n: (n * 30 * 5, n * 5 * (1 + 9)),
    ),
    "RouterGateUpProj": (
        lambda n: ms("RouterGateUpProj", (n, 7, 30), weight(30, 8 + 2 * 6), outputs=2,
                     router_size=8),
        lambda n: (n * 7 * 30 * (8 + 2 * 6), n * 7 * 6 * SWIGLU),
    ),
    "GatedRelativePositionBias": (
        lambda n: ms(
            "GatedRelativePositionBias", (n, 7, 4 * 8), weight(32), weight(1, 4, 7, 7),
            weight(8, 10), weight(10), weight(1, 4, 1, 1), num_heads=4,
        ),
        lambda n: (
            n * 7 * 4 * 8 * 10, n * 7 * 4 * 8 + n * 7 * 4 * (2 * 10 + 2 * 3 + 3) + n * 4 * 7 * 7
        ),
    ),
    "HyperConnectionPreMix": (
        lambda n: ms("HyperConnectionPreMix", (n, 4, 8), (n, 4), reduction_scale=0.5),
        lambda n: (n * 4 * 8, n * 8),
    ),
    "HyperConnectionPostMix": (
        lambda n: ms("HyperConnectionPostMix", (n, 4, 8), (n, 8), (n, 4), (n, 4, 4)),
        lambda n: (n * 4 * 8 * (4 + 1), 0),
    ),
    "HyperConnectionLowRankMix": (
        lambda n: ms(
            "HyperConnectionLowRankMix", (n, 4 * 8), weight(32), weight(32, 5), weight(5, 32),
            weight(32, 4), outputs=3, num_branches=4,
        ),
        lambda n: (
            n * 32 * (2 * 5 + 4 + 1), n * ((4 + 3) * 32 + 4 * 4 + 8 + (3 + 2) * (5 + 4))
        ),
    ),
    "MatMulNBits": (
        lambda n: ms("MatMulNBits", (n, 7, 64), u8(10, 2, 16), weight(10, 2), K=64, N=10),
        lambda n: (n * 7 * 64 * 10, 2 * 64 * 10),
    ),
    "MatMulBnb4": (
        lambda n: ms("MatMulBnb4", (n, 64), u8(320), weight(10), K=64, N=10),
        lambda n: (n * 64 * 10, 64 * 10),
    ),
    "MatMulPacked": (
        lambda n: ms("MatMulPacked", (n, 64), u8(10, 36), (), K=64, N=10, activation_type="relu2"),
        lambda n: (n * 64 * 10, 64 * 10 + n * 10 * (1 + 2)),
    ),
    "MatMulFpQ4": (
        lambda n: ms("MatMulFpQ4", (n, 64), u8(360), [64, 10]),
        lambda n: (n * 64 * 10, 2 * 64 * 10),
    ),
    "MatMulBlockQuantizedFp4Weight": (
        lambda n: ms("MatMulBlockQuantizedFp4Weight", (n, 64), u8(10, 32), u8(10, 4), ()),
        lambda n: (n * 64 * 10, 64 * 10),
    ),
    "MatMulBlockQuantizedFp8Weight": (
        lambda n: ms(
            "MatMulBlockQuantizedFp8Weight", (n, 64), weight(10, 64), weight(10, 1), (), weight(10)
        ),
        lambda n: (n * 64 * 10, 64 * 10 + 5 * n * 64 + n * 10),
    ),
    "MatMulNBitsMlp": (
        lambda n: ms(
            "MatMulNBitsMlp", (n, 7, 64), None, weight(64), u8(10, 2, 16), weight(10, 2),
            weight(10), u8(10, 2, 16), weight(10, 2), None, K=64, N=10, activation="silu",
        ),
        lambda n: (
            2 * n * 7 * 64 * 10,
            4 * 64 * 10 + (4 * n * 7 * 64 + 4 * n * 7) + n * 7 * 10 * (SILU + 1 + 1),
        ),
    ),
    "MatMulNBitsQkv": (
        lambda n: ms(
            "MatMulNBitsQkv", (n, 64), (n, 64), weight(64), u8(10, 2, 16), weight(10, 2), None,
            u8(6, 2, 16), weight(6, 2), None, u8(6, 2, 16), weight(6, 2), weight(6), outputs=4,
            K=64, Nq=10, Nkv=6,
        ),
        lambda n: (
            n * 64 * (10 + 2 * 6), 2 * 64 * 22 + n * 64 + (4 * n * 64 + 4 * n) + n * 6
        ),
    ),
    "MatMulNBitsQLoRA": (
        lambda n: ms(
            "MatMulNBitsQLoRA", (n, 64), u8(10, 2, 16), weight(10, 2), u8(3, 2, 16), weight(3, 2),
            u8(10, 1, 16), weight(10, 1), K=64, N=10,
        ),
        lambda n: (
            n * (64 * 10 + 64 * 3 + 3 * 10), 2 * (64 * 10 + 64 * 3 + 3 * 10) + n * 10
        ),
    ),
    "MatMulInteger16": (
        lambda n: ms("MatMulInteger16", i32(n, 10, 30), i32(30, 5)),
        lambda n: (n * 10 * 30 * 5, 0),
    ),
    "MatMulIntegerToFloat": (
        lambda n: ms(
            "MatMulIntegerToFloat", u8(n, 10, 30), i8(30, 5), (), (), u8(), i8(), weight(5)
        ),
        lambda n: (n * 10 * 30 * 5, n * 10 * 5 * 2 + n * 10 * 30 + 30 * 5),
    ),
    "DynamicQuantizeMatMul": (
        lambda n: ms("DynamicQuantizeMatMul", (n, 10, 30), i8(30, 5), (), i8(), weight(5)),
        lambda n: (n * 10 * 30 * 5, n * 10 * 30 * 7 + n * 10 * 5 * 2),
    ),
    "QGemm": (
        lambda n: ms(
            "QGemm", u8(n, 30), (), u8(), i8(5, 30), (), i8(), i32(5), (), u8(), transB=1
        ),
        lambda n: (n * 30 * 5, n * 5 * (5 + 1)),
    ),
    "QOrderedMatMul": (
        lambda n: ms("QOrderedMatMul", i8(n, 10, 30), (), i8(30, 5), (), (), weight(5)),
        lambda n: (n * 10 * 30 * 5, n * 10 * 5 * (5 + 1)),
    ),
}  # fmt: skip
