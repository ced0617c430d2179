"""Products of matrices: plain, with a bias, quantised."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import dim, has, integer, number, tensor
from costlint.costmodel.formulas.conv import REQUANTIZE
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


def product_macs(op: Op) -> Dim:
    """... * M * N * K, from Y (..., M, N) and A (..., M, K)."""
    return op.y.elements * dim(op, op.x, -1)


@formula("MatMul", op_class="conv", traffic="product")
def matmul(op: Op) -> Work:
    """Y (..., M, N) = A (..., M, K) @ B (..., K, N), as numpy does it.

    macs = ... * M * N * K.
    """
    return Work(macs=product_macs(op))


@formula("Gemm", op_class="conv", traffic="product")
def gemm(op: Op) -> Work:
    """Y (M, N) = alpha * A (M, K) @ B (K, N) + beta * C; A and B may come transposed.

    macs = M * N * K; other_flop = M * N each for an alpha that is not 1 (multiply) and for C
    (add), and one multiply for each element of C with a beta that is not 1.
    """
    k = dim(op, op.x, 0 if integer(op, "transA", 0) else 1)
    mn = op.y.elements
    flop: Dim = 0
    if number(op, "alpha", 1.0) != 1.0:
        flop = flop + mn
    c = op.input(2)
    if c is not None:
        flop = flop + mn
        if number(op, "beta", 1.0) != 1.0:
            flop = flop + c.elements
    return Work(macs=mn * k, other_flop=flop)


@formula("MatMulInteger", op_class="conv", traffic="product")
def matmul_integer(op: Op) -> Work:
    """Y (..., M, N) int32 = A (..., M, K) @ B (..., K, N), both less their zero points.

    macs = ... * M * N * K; other_flop = one subtract for each element of A and of B that has a
    zero point.
    """
    zero_points = has(op, 2) * op.x.elements + has(op, 3) * op.w.elements
    return Work(macs=product_macs(op), other_flop=zero_points)


@formula("MatMulInteger16", op_class="conv", traffic="product", domain=MS)
def matmul_integer16(op: Op) -> Work:
    """Y (..., M, N) int32 = A (..., M, K) @ B (K, N) in 16 bits.

    macs = ... * M * N * K.
    """
    return Work(macs=product_macs(op))


@formula("QLinearMatMul", op_class="conv", traffic="product", weight=3, bias=8)
def qlinear_matmul(op: Op) -> Work:
    """Y (..., M, N) = A (..., M, K) @ B (..., K, N), each with a scale and a zero point.

    Inputs: A, its scale and zero point, B and its two, those of Y. macs = ... * M * N * K;
    other_flop = 5 * ... * M * N (multiply, round, add the zero point, two compares).
    """
    tensor(op, 3)
    return Work(macs=product_macs(op), other_flop=REQUANTIZE * op.y.elements)


@formula("Det", op_class="other", traffic="reduction")
def det(op: Op) -> Work:
    """Y (...) = determinants of X (..., M, M), by elimination without macs.

    other_flop, for each matrix = M * (M - 1) / 2 divides, (M - 1) * M * (2 * M - 1) / 3
    multiplies and subtracts, M - 1 multiplies along the diagonal.
    """
    m = dim(op, op.x, -1)
    each = m * (m - 1) // 2 + (m - 1) * m * (2 * m - 1) // 3 + m - 1
    return Work(other_flop=each * op.y.elements)
