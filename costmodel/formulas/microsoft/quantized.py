"""Quantised operators of onnxruntime: floats inside, 8 bits outside.

Per element 2 to turn a number into a float (subtract, multiply) and 5 to quantise one (divide,
round, add, two compares), as DequantizeLinear and QuantizeLinear cost.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has, integer
from costlint.costmodel.formulas.conv import REQUANTIZE
from costlint.costmodel.formulas.matmul import product_macs
from costlint.costmodel.formulas.microsoft.shared import shape
from costlint.costmodel.formulas.quantized import DEQUANTIZE, QUANTIZE
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


@formula("MatMulIntegerToFloat", op_class="conv", traffic="product", domain=MS, bias=6)
def matmul_integer_to_float(op: Op) -> Work:
    """Y (..., M, N) = A (..., M, K) @ B (K, N) in 8 bits, times their scales, + bias (N).

    macs = ... * M * N * K; other_flop = one multiply for each output, one add with a bias, one
    subtract for each element of A and of B that has a zero point.
    """
    zero_points = has(op, 4) * op.x.elements + has(op, 5) * op.w.elements
    return Work(macs=product_macs(op), other_flop=(1 + has(op, 6)) * op.y.elements + zero_points)


@formula("DynamicQuantizeMatMul", op_class="conv", traffic="product", domain=MS, bias=4)
def dynamic_quantize_matmul(op: Op) -> Work:
    """Y (..., M, N) = A (..., M, K), quantised by its own range, @ B (K, N) in 8 bits, + bias (N).

    macs = ... * M * N * K; other_flop = 7 for each element of A (two compares; divide, round, add,
    two compares), one multiply for each output, one add with a bias. A is read twice.
    """
    a = op.x.elements
    flop = (2 + QUANTIZE) * a + (1 + has(op, 4)) * op.y.elements
    return Work(macs=product_macs(op), other_flop=flop, read=(2 * a,))


@formula("QGemm", op_class="conv", traffic="product", domain=MS, weight=3, bias=6)
def qgemm(op: Op) -> Work:
    """Y (M, N) = alpha * A (M, K) @ B (K, N) + C (N) in 8 bits; A and B may come transposed.

    macs = M * N * K; other_flop = 5 for each output (multiply, round, add the zero point, two
    compares), or one multiply where it stays a float; one add with C.
    """
    k = shape(op, 0, 2)[0 if integer(op, "transA", 0) else 1]
    each = (REQUANTIZE if has(op, 8) else 1) + has(op, 6)
    return Work(macs=op.y.elements * k, other_flop=each * op.y.elements)


@formula("QOrderedMatMul", op_class="conv", traffic="product", domain=MS, weight=2, bias=5)
def qordered_matmul(op: Op) -> Work:
    """Y (..., M, N) = A (..., M, K) @ B (K, N) + bias (N) + C (..., M, N), all in 8 bits.

    macs = ... * M * N * K; other_flop = 5 for each output (multiply, round, add, two compares),
    one add with a bias, two with C (multiply, add).
    """
    each = REQUANTIZE + has(op, 5) + 2 * has(op, 6)
    return Work(macs=product_macs(op), other_flop=each * op.y.elements)


@formula("QLinearReduceMean", op_class="other", traffic="reduction", domain=MS)
def qlinear_reduce_mean(op: Op) -> Work:
    """Y (...) = mean of X (...) over some axes, both with a scale and a zero point.

    other_flop = 3 for each element of X (subtract, multiply, add), 6 for each of Y (divide;
    divide, round, add, two compares).
    """
    return Work(other_flop=(DEQUANTIZE + 1) * op.x.elements + (1 + QUANTIZE) * op.y.elements)


@formula("ReduceSumInteger", op_class="other", traffic="reduction", domain=MS)
def reduce_sum_integer(op: Op) -> Work:
    """Y (...) = sums of X (...) over some axes.

    other_flop = one add for each element of X.
    """
    return Work(other_flop=op.x.elements)
