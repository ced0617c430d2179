"""The domain com.microsoft, float operators: what onnxruntime fuses and ships models with."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.domains import CHANNELS_LAST, FINN, MS, NHWC, QONNX
from costlint.costmodel.shapes.arguments import check_rank, dtype, integer, positive
from costlint.costmodel.shapes.broadcasting import show
from costlint.costmodel.shapes.conv import conv_shape
from costlint.costmodel.shapes.matmul import product_shape
from costlint.costmodel.shapes.pool import pool_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import floor_div


@shape_rule("Conv", domain=(NHWC, CHANNELS_LAST))
@shape_rule("NhwcConv", "NhwcFusedConv", domain=MS)
def nhwc_conv(call: Call) -> Sequence[Out]:
    """Y (N, ..., M) = X (N, ..., C) * W (M, C/g, ...) or W (M, ..., C/g)."""
    return (Out(shape=nhwc_conv_shape(call, call.shape(0), call.shape(1))),)


def nhwc_conv_shape(call: Call, x: Shape, w: Shape) -> Shape:
    """(N, ..., M) of X (N, ..., C); whether the weight has its channels last shows by its dims."""
    if len(x) < 3 or len(w) != len(x):
        raise call.refuse(f"the input {show(x)} and the weight {show(w)} do not go together")
    first, last = (w[axis] * integer(call, "group", 1) == x[-1] for axis in (1, -1))
    plain = (w[0], w[-1], *w[1:-1]) if last and not first else w
    n, m, *spatial = conv_shape(call, (x[0], x[-1], *x[1:-1]), plain)
    return (n, *spatial, m)


@shape_rule("NhwcMaxPool", domain=MS)
@shape_rule("MaxPool", domain=CHANNELS_LAST)
@shape_rule("MaxPoolNHWC", domain=(QONNX, FINN))
def nhwc_max_pool(call: Call) -> Sequence[Out]:
    """Y (N, ..., C) = pooled X (N, ..., C)."""
    return (Out(shape=nhwc_pool_shape(call)),)


def nhwc_pool_shape(call: Call) -> Shape:
    """(N, ..., C) of the first input under the window of the attributes."""
    x = call.shape(0)
    check_rank(call, 0, 3)
    n, c, *spatial = pool_shape(call, (x[0], x[-1], *x[1:-1]))
    return (n, *spatial, c)


@shape_rule("FusedMatMul", "TransposeMatMul", "FusedMatMulActivation", domain=MS)
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


@shape_rule("MatMulNBits", "MatMulBnb4", domain=MS)
def matmul_n_bits(call: Call) -> Sequence[Out]:
    """Y (..., N) = A (..., K) @ B, whose packed weight only says its size by attribute N."""
    check_rank(call, 0, 1)
    n, a, k = positive(call, "N"), call.shape(0), call.attributes.get("K")
    if type(k) is int and type(a[-1]) is int and a[-1] != k:
        raise call.refuse(f"the input has {a[-1]} columns, attribute K is {k}")
    return (Out(shape=(*a[:-1], n)),)


@shape_rule("BiasSplitGelu", domain=MS)
def bias_split_gelu(call: Call) -> Sequence[Out]:
    """Y (N, S, D/2) = one half of X (N, S, D) times gelu of the other."""
    check_rank(call, 0, 1)
    x = call.shape(0)
    return (Out(shape=(*x[:-1], floor_div(x[-1], 2))),)


@shape_rule("SkipLayerNormalization", "SkipSimplifiedLayerNormalization", "SkipGroupNorm",
            domain=MS)  # fmt: skip
def skip_normalization(call: Call) -> Sequence[Out]:
    """Y (B, S, H) = normalised (input + skip); mean, deviation (B, S, 1); the sum (B, S, H)."""
    check_rank(call, 0, 1)
    x = call.shape(0)
    if call.op_type == "SkipGroupNorm":
        return (Out(shape=x), Out(shape=x))[: call.outputs]
    statistics = Out(shape=(*x[:-1], 1), dtype="float32")
    return (Out(shape=x), statistics, statistics, Out(shape=x))[: call.outputs]


@shape_rule("EmbedLayerNormalization", "QEmbedLayerNormalization", domain=MS)
def embed_layer_normalization(call: Call) -> Sequence[Out]:
    """Y (B, S, H), mask (B) int32, sum (B, S, H) of ids (B, S) and embeddings (V, H).

    Embeddings in 8 bits have the sum's type in their scale.
    """
    check_rank(call, 2, 2)
    check_rank(call, 0, 1)
    ids, table = call.shape(0), call.shape(2)
    kind = dtype(call, 8 if call.op_type.startswith("Q") else 2)
    y = Out(shape=(*ids, table[1]), dtype=kind)
    return (y, Out(shape=ids[:1], dtype="int32"), y)[: call.outputs]


@shape_rule("CDist", domain=MS)
def cdist(call: Call) -> Sequence[Out]:
    """Y (M, N) = distances between rows of A (M, K) and B (N, K)."""
    check_rank(call, 0, 1)
    check_rank(call, 1, 1)
    return (Out(shape=(call.shape(0)[0], call.shape(1)[0])),)
