"""Quantised operators of onnxruntime: floats inside, 8 bits outside.

Per element 2 to turn a number into a float (subtract, multiply) and 5 to quantise one (divide,
round, add, two compares), as DequantizeLinear and QuantizeLinear cost.
"""

from __future__ import annotations

from typing import Final

from costlint.costmodel.formulas.arguments import has, integer
from costlint.costmodel.formulas.attention import SOFTMAX
from costlint.costmodel.formulas.conv import REQUANTIZE
from costlint.costmodel.formulas.matmul import product_macs
from costlint.costmodel.formulas.microsoft.shared import DEQUANTIZE, GELU, MS, SIGMOID, shape
from costlint.costmodel.formulas.pointwise import Steps
from costlint.costmodel.formulas.quantized import QUANTIZE
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op

_AROUND: Final = DEQUANTIZE + QUANTIZE


@formula("MatMulInteger16", op_class="conv", traffic="product", domain=MS)
def matmul_integer16(op: Op) -> Work:
    """Y (..., M, N) int32 = A (..., M, K) @ B (K, N) in 16 bits.

    macs = ... * M * N * K.
    """
    return Work(macs=product_macs(op))


@formula("MatMulIntegerToFloat", op_class="conv", traffic="product", domain=MS)
def matmul_integer_to_float(op: Op) -> Work:
    """Y (..., M, N) = A (..., M, K) @ B (K, N) in 8 bits, times their scales, + bias (N).

    macs = ... * M * N * K; other_flop = one multiply for each output, one add with a bias, one
    subtract for each element of A and of B that has a zero point.
    """
    zero_points = has(op, 4) * op.x.elements + has(op, 5) * op.w.elements
    return Work(macs=product_macs(op), other_flop=(1 + has(op, 6)) * op.y.elements + zero_points)


@formula("DynamicQuantizeMatMul", op_class="conv", traffic="product", domain=MS)
def dynamic_quantize_matmul(op: Op) -> Work:
    """Y (..., M, N) = A (..., M, K), quantised by its own range, @ B (K, N) in 8 bits, + bias (N).

    macs = ... * M * N * K; other_flop = 7 for each element of A (two compares; divide, round, add,
    two compares), one multiply for each output, one add with a bias. A is read twice.
    """
    a = op.x.elements
    flop = (2 + QUANTIZE) * a + (1 + has(op, 4)) * op.y.elements
    return Work(macs=product_macs(op), other_flop=flop, read=(2 * a,))


@formula("QGemm", op_class="conv", traffic="contraction", domain=MS)
def qgemm(op: Op) -> Work:
    """Y (M, N) = alpha * A (M, K) @ B (K, N) + C (N) in 8 bits; A and B may come transposed.

    macs = M * N * K; other_flop = 5 for each output (multiply, round, add the zero point, two
    compares), or one multiply where it stays a float; one add with C.
    """
    k = shape(op, 0, 2)[0 if integer(op, "transA", 0) else 1]
    each = (REQUANTIZE if has(op, 8) else 1) + has(op, 6)
    return Work(macs=op.y.elements * k, other_flop=each * op.y.elements)


@formula("QOrderedMatMul", op_class="conv", traffic="contraction", domain=MS)
def qordered_matmul(op: Op) -> Work:
    """Y (..., M, N) = A (..., M, K) @ B (K, N) + bias (N) + C (..., M, N), all in 8 bits.

    macs = ... * M * N * K; other_flop = 5 for each output (multiply, round, add, two compares),
    one add with a bias, two with C (multiply, add).
    """
    each = REQUANTIZE + has(op, 5) + 2 * has(op, 6)
    return Work(macs=product_macs(op), other_flop=each * op.y.elements)


@formula("QLinearAdd", "QLinearMul", op_class="elementwise", domain=MS)
def qlinear_binary(op: Op) -> Work:
    """Y (...) = A (...) + B (...), or A * B, each with a scale and a zero point.

    other_flop = 10 for each element: subtract and multiply for A and for B; add or multiply;
    divide, round, add, two compares.
    """
    return Work(other_flop=(2 * DEQUANTIZE + 1 + QUANTIZE) * op.y.elements)


_POINTWISE: Final = {
    "QLinearSigmoid": Steps(SIGMOID, 1),
    "QLinearLeakyRelu": Steps(2),
    "QOrderedGelu": Steps(GELU, 1),
}


@formula(*_POINTWISE, op_class="elementwise", traffic="activation", domain=MS)
def qlinear_unary(op: Op) -> Work:
    """Y (...) = f(X (...)), both with a scale and a zero point.

    other_flop = 7 for each element (subtract, multiply; divide, round, add, two compares), and
    the function: sigmoid 3, leaky relu 2, gelu 5; special = 1 for sigmoid and gelu.
    """
    each, y = _POINTWISE[op.op_type], op.y.elements
    return Work(other_flop=(_AROUND + each.flop) * y, special=each.special * y)


@formula("QLinearSoftmax", op_class="other", traffic="softmax", domain=MS)
def qlinear_softmax(op: Op) -> Work:
    """Y (...) = softmax of X (...) along an axis, both with a scale and a zero point.

    other_flop = 12 for each element: subtract, multiply; softmax of 5; divide, round, add, two
    compares; special = 1.
    """
    return Work(other_flop=(_AROUND + SOFTMAX) * op.x.elements, special=op.x.elements)


@formula("QLinearWhere", op_class="elementwise", domain=MS)
def qlinear_where(op: Op) -> Work:
    """Y (...) = A (...) where C (...) holds, else B (...), each with a scale and a zero point.

    other_flop = 7 for each element: subtract, multiply; divide, round, add, two compares.
    """
    return Work(other_flop=_AROUND * op.y.elements)


@formula("QLinearConcat", op_class="shuffle", domain=MS)
def qlinear_concat(op: Op) -> Work:
    """Y (...) = inputs side by side along an axis, each with a scale and a zero point.

    other_flop = 7 for each element: subtract, multiply; divide, round, add, two compares.
    """
    return Work(other_flop=_AROUND * op.y.elements)


@formula("QLinearReduceMean", op_class="other", traffic="reduction", domain=MS)
def qlinear_reduce_mean(op: Op) -> Work:
    """Y (...) = mean of X (...) over some axes, both with a scale and a zero point.

    other_flop = 3 for each element of X (subtract, multiply, add), 6 for each of Y (divide;
    divide, round, add, two compares).
    """
    return Work(other_flop=(DEQUANTIZE + 1) * op.x.elements + (1 + QUANTIZE) * op.y.elements)


@formula("QuantizeLinear", op_class="data", domain=MS)
def quantize(op: Op) -> Work:
    """Y (...) = X (...) / scale + zero point, rounded and saturated.

    other_flop = 5 for each element: divide, round, add, two compares.
    """
    return Work(other_flop=QUANTIZE * op.x.elements)


@formula("DequantizeLinear", op_class="data", domain=MS)
def dequantize(op: Op) -> Work:
    """Y (...) = (X (...) - zero point) * scale.

    other_flop = 1 for each element (multiply), 2 with a zero point (subtract).
    """
    return Work(other_flop=(1 + has(op, 2)) * op.x.elements)


@formula("QuantizeWithOrder", op_class="data", domain=MS)
def quantize_with_order(op: Op) -> Work:
    """Y (...) = X (...) / scale in 8 bits, its elements in another order.

    other_flop = 4 for each element: divide, round, two compares.
    """
    return Work(other_flop=4 * op.x.elements)


@formula("DequantizeWithOrder", op_class="data", domain=MS)
def dequantize_with_order(op: Op) -> Work:
    """Y (...) = X (...) * scale in floats, its elements in another order.

    other_flop = 1 for each element: multiply.
    """
    return Work(other_flop=op.x.elements)


@formula("ReduceSumInteger", op_class="other", traffic="reduction", domain=MS)
def reduce_sum_integer(op: Op) -> Work:
    """Y (...) = sums of X (...) over some axes.

    other_flop = one add for each element of X.
    """
    return Work(other_flop=op.x.elements)
