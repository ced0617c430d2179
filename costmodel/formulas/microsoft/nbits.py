"""Matrix products whose weight is packed in a few bits.

The weight is turned into floats on the way: a multiply by its scale for each, a subtract where it
has a zero point. Its traffic is that of the packed bytes. T stands for all rows of A (..., K).
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has
from costlint.costmodel.formulas.matmul import product_macs
from costlint.costmodel.formulas.microsoft.shared import (
    activation,
    required,
    rms_norm,
    shape,
    y_shape,
)
from costlint.costmodel.formulas.quantized import DEQUANTIZE, QUANTIZE
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, Shape, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


@formula("MatMulNBits", op_class="conv", traffic="contraction", domain=MS)
def matmul_nbits(op: Op) -> Work:
    """Y (T, N) = A (T, K) @ B (K, N) + bias (N), B packed as (N, blocks, bytes).

    macs = T * K * N; other_flop = 2 * K * N (subtract, multiply), and T * N with a bias.
    """
    k, n = required(op, "K"), required(op, "N")
    tokens = _rows(op)
    return Work(macs=tokens * k * n, other_flop=DEQUANTIZE * k * n + has(op, 5) * tokens * n)


def _rows(op: Op) -> Dim:
    return product(shape(op, 0)[:-1])


@formula("MatMulBnb4", op_class="conv", traffic="contraction", domain=MS)
def matmul_bnb4(op: Op) -> Work:
    """Y (T, N) = A (T, K) @ B (K, N), B packed as 4-bit floats in blocks with one scale each.

    macs = T * K * N; other_flop = K * N (multiply).
    """
    k, n = required(op, "K"), required(op, "N")
    return Work(macs=_rows(op) * k * n, other_flop=k * n)


@formula("MatMulPacked", op_class="conv", traffic="contraction", domain=MS)
def matmul_packed(op: Op) -> Work:
    """Y (T, N) = activation(scale * A (T, K) @ B (K, N)), B packed as (N, bytes).

    macs = T * K * N; other_flop = K * N (multiply), and for each output a multiply with a global
    scale, and the activation.
    """
    k, n = required(op, "K"), required(op, "N")
    fused, y = activation(op, "activation_type"), op.y.elements
    each = has(op, 2) + fused.flop
    return Work(macs=_rows(op) * k * n, other_flop=k * n + each * y, special=fused.special * y)


@formula("MatMulFpQ4", op_class="conv", traffic="contraction", domain=MS)
def matmul_fpq4(op: Op) -> Work:
    """Y (T, N) = A (T, K) @ B (K, N), B a blob of 4-bit blocks.

    macs = T * K * N; other_flop = 2 * K * N (subtract, multiply).
    """
    weights = shape(op, 0)[-1] * y_shape(op)[-1]
    return Work(macs=product_macs(op), other_flop=DEQUANTIZE * weights)


@formula("MatMulBlockQuantizedFp4Weight", op_class="conv", traffic="contraction", domain=MS)
def matmul_fp4(op: Op) -> Work:
    """Y (T, N) = A (T, K) @ B (K, N) + bias (N), B packed as (N, K / 2).

    macs = T * K * N; other_flop = K * N (multiply), and T * N with a bias.
    """
    k, n = shape(op, 0)[-1], shape(op, 1, 2)[0]
    return Work(macs=_rows(op) * k * n, other_flop=k * n + has(op, 5) * op.y.elements)


@formula("MatMulBlockQuantizedFp8Weight", op_class="conv", traffic="contraction", domain=MS)
def matmul_fp8(op: Op) -> Work:
    """Y (T, N) = A (T, K) @ B (N, K)^T + bias (N), B in 8-bit floats.

    macs = T * K * N; other_flop = K * N (multiply), T * N with a bias, and 5 * T * K to quantise
    A where it has a scale.
    """
    k, n = shape(op, 0)[-1], shape(op, 1, 2)[0]
    quantised = has(op, 3) * QUANTIZE * op.x.elements
    return Work(macs=_rows(op) * k * n, other_flop=k * n + quantised + has(op, 4) * op.y.elements)


@formula("MatMulNBitsMlp", op_class="conv", traffic="contraction", domain=MS)
def matmul_nbits_mlp(op: Op) -> Work:
    """Y (T, N) = activation(A (T, K) @ gate (K, N)) * (A @ up (K, N)), A normalised before.

    macs = 2 * T * K * N; other_flop = 4 * K * N (subtract, multiply, for both weights), T * K with
    a skip, 4 * T * K + 4 * T with a norm, and for each output the activation, a multiply, and an
    add for each bias.
    """
    k, n = required(op, "K"), required(op, "N")
    fused, y = activation(op), op.y.elements
    each = fused.flop + 1 + has(op, 5, 8)
    return Work(
        macs=2 * _rows(op) * k * n,
        other_flop=2 * DEQUANTIZE * k * n + _normalised(op) + each * y,
        special=fused.special * y,
    )


def _normalised(op: Op) -> Dim:
    """A + skip (input 1), then by its root mean square where a scale (input 2) is given."""
    a = op.x.elements
    return has(op, 1) * a + has(op, 2) * rms_norm(a, _rows(op))


@formula("MatMulNBitsQkv", op_class="conv", traffic="contraction", domain=MS)
def matmul_nbits_qkv(op: Op) -> Work:
    """Q (T, n), K and V (T, m) = A (T, K) @ three weights, A normalised before.

    macs = T * K * (n + 2 * m); other_flop = 2 * K * (n + 2 * m) (subtract, multiply), T * K with a
    skip, 4 * T * K + 4 * T for the norm, and an add for each output with a bias.
    """
    k, n, m = required(op, "K"), required(op, "Nq"), required(op, "Nkv")
    columns = n + 2 * m
    tokens = _rows(op)
    bias = tokens * (n * has(op, 5) + m * has(op, 8, 11))
    return Work(
        macs=tokens * k * columns,
        other_flop=DEQUANTIZE * k * columns + _normalised(op) + bias,
    )


@formula("MatMulNBitsQLoRA", op_class="conv", traffic="contraction", domain=MS)
def matmul_nbits_qlora(op: Op) -> Work:
    """Y (T, N) = X (T, K) @ W (K, N) + X @ down (K, R) @ up (R, N), all three packed.

    macs = T * (K * N + R * (K + N)); other_flop = 2 * (K * N + R * (K + N)) (subtract, multiply)
    and T * N for the sum. Without adapters R is 0 and there is no sum.
    """
    k, n = required(op, "K"), required(op, "N")
    down, up = shape(op, 3), shape(op, 5)
    adapted = _filled(down) and _filled(up)
    weights = k * n + (down[0] * (k + n) if adapted else 0)
    summed = op.y.elements if adapted else 0
    return Work(macs=_rows(op) * weights, other_flop=DEQUANTIZE * weights + summed)


def _filled(dims: Shape) -> bool:
    return all(type(dim) is not int or dim > 0 for dim in dims)
