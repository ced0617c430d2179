"""The domain com.microsoft, products with packed weights, several at once, and what routes them."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import check_rank, input_dims, integer, positive
from costlint.costmodel.shapes.matmul import product_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import exact_div


def _columns(call: Call, columns: Dim) -> Out:
    """Y (..., columns) of the first input (..., K)."""
    check_rank(call, 0, 1)
    return Out(shape=(*call.shape(0)[:-1], columns))


@shape_rule("MatMulPacked", "MatMulNBitsQLoRA", domain=MS)
def matmul_packed(call: Call) -> Sequence[Out]:
    """Y (..., N) = A (..., K) @ B, whose packed weight only says its size by attribute N."""
    return (_columns(call, positive(call, "N")),)


@shape_rule("MatMulBlockQuantizedFp4Weight", "MatMulBlockQuantizedFp8Weight", domain=MS)
def matmul_block_quantized(call: Call) -> Sequence[Out]:
    """Y (..., N) = A (..., K) @ B (N, K)^T or (N, K / 2)."""
    check_rank(call, 1, 2)
    return (_columns(call, call.shape(1)[0]),)


@shape_rule("MatMulFpQ4", domain=MS)
def matmul_fpq4(call: Call) -> Sequence[Out]:
    """Y (..., N) = A (..., K) @ B, a blob whose shape (K, N) comes as the third input."""
    dims = input_dims(call, 2)
    if dims is None or len(dims) != 2:
        raise call.refuse("the weight's shape must be two sizes")
    return (_columns(call, dims[1]),)


@shape_rule("MatMulNBitsMlp", domain=MS)
def matmul_nbits_mlp(call: Call) -> Sequence[Out]:
    """Y (..., N), sum (..., K) of A (..., K)."""
    return (_columns(call, positive(call, "N")), Out(shape=call.shape(0)))[: call.outputs]


@shape_rule("MatMulNBitsQkv", domain=MS)
def matmul_nbits_qkv(call: Call) -> Sequence[Out]:
    """Q (..., Nq), K and V (..., Nkv), sum (..., K) of A (..., K)."""
    keys = _columns(call, positive(call, "Nkv"))
    outs = (_columns(call, positive(call, "Nq")), keys, keys, Out(shape=call.shape(0)))
    return outs[: call.outputs]


@shape_rule("SparseToDenseMatMul", "QOrderedMatMul", domain=MS)
def matmul(call: Call) -> Sequence[Out]:
    """Y (..., M, N) = A (..., M, K) @ B (..., K, N); in 8 bits scales come between."""
    place = 2 if call.op_type == "QOrderedMatMul" else 1
    a, b = call.shape(0), call.shape(place)
    if integer(call, "transA", 0):
        a = (*a[:-2], *a[:-3:-1])
    if integer(call, "transB", 0):
        b = (*b[:-2], *b[:-3:-1])
    return (Out(shape=product_shape(call, a, b)),)


@shape_rule("RouterGateUpProj", domain=MS)
def router_gate_up(call: Call) -> Sequence[Out]:
    """Router (..., r), activated (..., n) of X (..., K) @ W (K, r + 2n)."""
    check_rank(call, 1, 2)
    router = positive(call, "router_size")
    inner = exact_div(call.shape(1)[1] - router, 2)
    if inner is None:
        raise call.refuse(f"{call.shape(1)[1]} columns are not {router} and two equal parts")
    return (_columns(call, router), _columns(call, inner))[: call.outputs]


@shape_rule("MoEGroupRouter", domain=MS)
def moe_group_router(call: Call) -> Sequence[Out]:
    """Three times (T, E) float32 of logits (..., E) or X (T, n), bias (E)."""
    check_rank(call, 0, 1)
    check_rank(call, 1, 1)
    scores = Out(shape=(product(call.shape(0)[:-1]), call.shape(1)[0]), dtype="float32")
    return (scores,) * min(call.outputs, 3)


@shape_rule("GatedRelativePositionBias", domain=MS)
def gated_relative_position_bias(call: Call) -> Sequence[Out]:
    """Y (B, H, S, S) of a query (B, S, H * d) or (T, H * d) and a bias (1, H, S, S)."""
    check_rank(call, 2, 4)
    query = call.shape(0)
    if len(query) != 3:
        check_rank(call, 6, 1)
    batch = query[0] if len(query) == 3 else call.shape(6)[0]
    return (Out(shape=(batch, *call.shape(2)[1:])),)


@shape_rule("HyperConnectionPreMix", domain=MS)
def hyper_connection_pre_mix(call: Call) -> Sequence[Out]:
    """Y (..., H) of X (..., C, H), or of (..., C * H) with `num_branches`."""
    check_rank(call, 0, 2)
    x, branches = call.shape(0), integer(call, "num_branches", 0)
    if not branches:
        return (Out(shape=(*x[:-2], x[-1])),)
    return (_columns(call, exact_div(x[-1], branches)),)


@shape_rule("HyperConnectionLowRankMix", domain=MS)
def hyper_connection_low_rank_mix(call: Call) -> Sequence[Out]:
    """Y (..., H), gates (..., C), streams (..., C * H) of streams (..., C * H)."""
    x, branches = call.shape(0), positive(call, "num_branches")
    check_rank(call, 0, 1)
    outs = (_columns(call, exact_div(x[-1], branches)), _columns(call, branches), Out(shape=x))
    return outs[: call.outputs]
