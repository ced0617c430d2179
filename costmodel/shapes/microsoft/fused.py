"""The domain com.microsoft, float operators: what onnxruntime fuses and ships models with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.shapes.arguments import check_rank, dtype, integer
from costlint.costmodel.shapes.broadcasting import broadcast, show
from costlint.costmodel.shapes.conv import conv, conv_shape, conv_transpose
from costlint.costmodel.shapes.elementwise import nary, unary
from costlint.costmodel.shapes.gather import unique
from costlint.costmodel.shapes.generate import pad, trilu
from costlint.costmodel.shapes.matmul import gemm, product_shape
from costlint.costmodel.shapes.pool import pool_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import floor_div

_MS: Final = "com.microsoft"
_SAME: Final = (
    "BiasDropout", "BiasGelu", "BiasSoftmax", "BitmaskBiasDropout", "FastGelu", "Gelu", "GroupNorm",
    "Inverse", "MoE", "QMoE", "QuickGelu", "QuantizeBFP", "SparseAttention",
)  # fmt: skip

shape_rule(*_SAME, domain=_MS)(unary)
shape_rule("BiasAdd", domain=_MS)(nary)
shape_rule("FusedConv", domain=_MS)(conv)
shape_rule("ConvTransposeWithDynamicPads", domain=_MS)(conv_transpose)
shape_rule("FusedGemm", "GemmFastGelu", "GemmFloat8", domain=_MS)(gemm)
shape_rule("Pad", domain=_MS)(pad)
shape_rule("Trilu", domain=_MS)(trilu)
shape_rule("Unique", domain=_MS)(unique)


@shape_rule("NhwcConv", "NhwcFusedConv", domain=_MS)
def nhwc_conv(call: Call) -> Sequence[Out]:
    """Y (N, ..., M) = X (N, ..., C) * W (M, C/g, ...) or W (M, ..., C/g)."""
    return (Out(shape=nhwc_conv_shape(call, call.shape(0), call.shape(1))),)


def nhwc_conv_shape(call: Call, x: Shape, w: Shape) -> Shape:
    """(N, ..., M) of X (N, ..., C); whether the weight has its channels last shows by its dims."""
    if len(x) < 3 or len(w) != len(x):
        raise call.refuse(f"the input {show(x)} and the weight {show(w)} do not go together")
    first = w[1] * integer(call, "group", 1) == x[-1]
    plain = w if first else (w[0], w[-1], *w[1:-1])
    n, m, *spatial = conv_shape(call, (x[0], x[-1], *x[1:-1]), plain)
    return (n, *spatial, m)


@shape_rule("NhwcMaxPool", domain=_MS)
def nhwc_max_pool(call: Call) -> Sequence[Out]:
    """Y (N, ..., C) = pooled X (N, ..., C)."""
    return (Out(shape=nhwc_pool_shape(call)),)


def nhwc_pool_shape(call: Call) -> Shape:
    """(N, ..., C) of the first input under the window of the attributes."""
    x = call.shape(0)
    check_rank(call, 0, 3)
    n, c, *spatial = pool_shape(call, (x[0], x[-1], *x[1:-1]))
    return (n, *spatial, c)


@shape_rule("FusedMatMul", "TransposeMatMul", "FusedMatMulActivation", domain=_MS)
def fused_matmul(call: Call) -> Sequence[Out]:
    """Y (..., M, N) = A @ B, either side transposed, its batch axes too if asked."""
    a = _turned(call, call.shape(0), "A")
    b = _turned(call, call.shape(1), "B")
    return (Out(shape=product_shape(call, a, b)),)


def _turned(call: Call, x: Shape, side: str) -> Shape:
    """The shape of a factor of FusedMatMul after its transpositions.

    The transposition of the batch puts axis 0 before the last: (b, ..., m, k) to (..., m, b, k).
    """
    if integer(call, f"transBatch{side}", 0) and len(x) > 2:
        x = (*x[1:-1], x[0], x[-1])
    if integer(call, f"trans{side}", 0) and len(x) > 1:
        x = (*x[:-2], x[-1], x[-2])
    return x


@shape_rule("MatMulNBits", "MatMulBnb4", domain=_MS)
def matmul_n_bits(call: Call) -> Sequence[Out]:
    """Y (..., N) = A (..., K) @ B, whose packed weight only says its size by attribute N."""
    check_rank(call, 0, 1)
    n = integer(call, "N", 0)
    if n < 1:
        raise call.refuse(f"attribute N is {n}, it must be at least 1")
    a, k = call.shape(0), call.attributes.get("K")
    if type(k) is int and type(a[-1]) is int and a[-1] != k:
        raise call.refuse(f"the input has {a[-1]} columns, attribute K is {k}")
    return (Out(shape=(*a[:-1], n)),)


@shape_rule("BiasSplitGelu", domain=_MS)
def bias_split_gelu(call: Call) -> Sequence[Out]:
    """Y (N, S, D/2) = one half of X (N, S, D) times gelu of the other."""
    check_rank(call, 0, 1)
    x = call.shape(0)
    return (Out(shape=(*x[:-1], floor_div(x[-1], 2))),)


@shape_rule("SkipLayerNormalization", "SkipSimplifiedLayerNormalization", domain=_MS)
@shape_rule("SkipGroupNorm", domain=_MS)
def skip_normalization(call: Call) -> Sequence[Out]:
    """Y (B, S, H) = normalised (input + skip); mean, deviation (B, S, 1); the sum (B, S, H)."""
    check_rank(call, 0, 1)
    x = call.shape(0)
    if call.op_type == "SkipGroupNorm":
        return (Out(shape=x), Out(shape=x))[: call.outputs]
    statistics = Out(shape=(*x[:-1], 1), dtype="float32")
    return (Out(shape=x), statistics, statistics, Out(shape=x))[: call.outputs]


@shape_rule("EmbedLayerNormalization", domain=_MS)
def embed_layer_normalization(call: Call) -> Sequence[Out]:
    """Y (B, S, H), mask (B) int32, sum (B, S, H) of ids (B, S) and embeddings (V, H)."""
    check_rank(call, 2, 2)
    ids, table = call.shape(0), call.shape(2)
    y = Out(shape=(*ids, table[1]), dtype=dtype(call, 2))
    return (y, Out(shape=ids[:1], dtype="int32"), y)[: call.outputs]


@shape_rule("CDist", domain=_MS)
def cdist(call: Call) -> Sequence[Out]:
    """Y (M, N) = distances between rows of A (M, K) and B (N, K)."""
    check_rank(call, 0, 1)
    check_rank(call, 1, 1)
    return (Out(shape=(call.shape(0)[0], call.shape(1)[0])),)


@shape_rule("ComplexMul", "ComplexMulConj", domain=_MS)
def complex_mul(call: Call) -> Sequence[Out]:
    """Y (..., 2) = A (..., 2) * B (..., 2)."""
    return (Out(shape=broadcast(call, [call.shape(0), call.shape(1)])),)
