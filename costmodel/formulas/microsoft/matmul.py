"""Matrix products of onnxruntime in floats: transposed, fused with what is around them."""

from __future__ import annotations

from dataclasses import replace

from costlint.costmodel.formulas.arguments import has, integer, number
from costlint.costmodel.formulas.matmul import gemm, product_macs
from costlint.costmodel.formulas.microsoft.shared import (
    GELU_TANH,
    SIGMOID,
    SWIGLU,
    activation,
    required,
    shape,
)
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


@formula(
    "FusedMatMul",
    "TransposeMatMul",
    "FusedMatMulActivation",
    op_class="conv",
    traffic="product",
    domain=MS,
)
def fused_matmul(op: Op) -> Work:
    """Y (..., M, N) = activation(alpha * A (..., M, K) @ B (..., K, N)), either side transposed.

    macs = ... * M * N * K; other_flop, for each output = a multiply with an alpha that is not 1,
    and the activation. `transBatchA` has A as (K, ..., M) and the like.
    """
    a = shape(op, 0)
    transposed = integer(op, "transA", 0) and len(a) > 1
    turned = integer(op, "transBatchA", 0) and len(a) > 2
    k = a[-1] if not transposed else a[0] if turned else a[-2]
    fused, y = activation(op), op.y.elements
    each = int(number(op, "alpha", 1.0) != 1.0) + fused.flop
    return Work(macs=y * k, other_flop=each * y, special=fused.special * y)


@formula("FusedGemm", "GemmFloat8", op_class="conv", traffic="product", domain=MS)
def fused_gemm(op: Op) -> Work:
    """Y (M, N) = activation(alpha * A (M, K) @ B (K, N) + beta * C), A and B maybe transposed.

    macs = M * N * K; other_flop as Gemm, and for each output the activation and a multiply for
    each scale of 8-bit floats.
    """
    plain, fused, y = gemm(op), activation(op), op.y.elements
    each = has(op, 3, 4, 5) + fused.flop
    return replace(plain, other_flop=plain.other_flop + each * y, special=fused.special * y)


@formula("GemmFastGelu", op_class="conv", traffic="product", domain=MS)
def gemm_fast_gelu(op: Op) -> Work:
    """Y (..., N) = gelu(X (..., K) @ W (K, N) + B (N)).

    macs = ... * K * N; other_flop = 9 for each output (gelu by tanh; special = 1), and one add
    with a bias.
    """
    each = GELU_TANH + has(op, 2)
    return Work(macs=product_macs(op), other_flop=each * op.y.elements, special=op.y.elements)


@formula("RouterGateUpProj", op_class="conv", traffic="product", domain=MS)
def router_gate_up(op: Op) -> Work:
    """Router (..., r), activated (..., n) = swiglu of the rest, of X (..., K) @ W (K, r + 2n).

    macs = ... * K * (r + 2n); other_flop = 10 for each of ... * n (three clamps, multiply,
    sigmoid of 3, multiply, add, multiply); special = 1.
    """
    tokens = product(shape(op, 0)[:-1])
    k, columns = shape(op, 1, 2)
    inner = (columns - required(op, "router_size")) // 2
    gated = tokens * inner
    return Work(macs=tokens * k * columns, other_flop=SWIGLU * gated, special=gated)


@formula("GatedRelativePositionBias", op_class="conv", traffic="contraction", domain=MS)
def gated_relative_position_bias(op: Op) -> Work:
    """Y (B, H, S, S) = bias (1, H, S, S) times a gate from query (B, S, H * d) @ W (d, D).

    macs = B * S * H * d * D; other_flop = an add for each query element, 2 * D (bias, sum) and 9
    (two sigmoids of 3, multiply, subtract, multiply-add) for each head, a multiply for each output.
    """
    query: Dim = product(shape(op, 0))
    size, width = shape(op, 3, 2)
    heads = query // size
    each_head = 2 * width + 2 * SIGMOID + 3
    return Work(macs=query * width, other_flop=query + heads * each_head + op.y.elements)


@formula("HyperConnectionPreMix", op_class="conv", traffic="contraction", domain=MS)
def hyper_connection_pre_mix(op: Op) -> Work:
    """Y (..., H) = scale * the sum over C of X (..., C, H) * gates.

    macs = ... * C * H; other_flop = a multiply for each output with a scale that is not 1.
    """
    scaled = number(op, "reduction_scale", 1.0) != 1.0
    return Work(macs=op.x.elements, other_flop=int(scaled) * op.y.elements)


@formula("HyperConnectionPostMix", op_class="conv", traffic="contraction", domain=MS)
def hyper_connection_post_mix(op: Op) -> Work:
    """Y (..., C, H) = mix (..., C, C) @ X (..., C, H) + gates (..., C) * block (..., H).

    macs = ... * C * H * (C + 1), without the mix ... * C * H.
    """
    mixed = shape(op, 3)[-1] if has(op, 3) else 0
    return Work(macs=op.x.elements * (mixed + 1))


@formula("HyperConnectionLowRankMix", op_class="conv", traffic="contraction", domain=MS)
def hyper_connection_low_rank_mix(op: Op) -> Work:
    """Y (..., H) = gated sum of streams (..., C, H) under gates of rank R; next gates (..., C).

    macs, for each token = C * H * (2 * R + C + 1), and C * H with the block before. other_flop,
    for each token = a norm of 4 * C * H + 4 * C, 3 * C * H for the gates, H for the scale, 5 * R
    for the scaled silu, 5 * C for the next gates; special = C * H + R + C.
    """
    branches = required(op, "num_branches")
    tokens = product(shape(op, 0)[:-1])
    width, rank = shape(op, 2, 2)
    each = (4 + SIGMOID) * width + 4 * branches + width // branches
    each = each + (SIGMOID + 2) * (rank + branches)
    macs = width * (2 * rank + branches + 1 + has(op, 5))
    special = width + rank + branches
    return Work(macs=tokens * macs, other_flop=tokens * each, special=tokens * special)
