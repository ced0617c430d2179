"""Operators of QONNX and FINN, in any number of bits; their quantisers stand in `quantized`.

Specification: https://github.com/fastmachinelearning/qonnx/tree/main/docs/qonnx-custom-ops
"""

from __future__ import annotations

from typing import Final

from costlint.costmodel.formulas.arguments import dim, number
from costlint.costmodel.formulas.matmul import product_macs
from costlint.costmodel.formulas.pointwise import moved
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import FINN, QONNX
from costlint.costmodel.ir.graph import Op

_GENERAL: Final = (QONNX, FINN)


@formula("MultiThreshold", op_class="elementwise", domain=_GENERAL)
def multi_threshold(op: Op) -> Work:
    """Y (N, C, ...) = scale * how many of the n thresholds (C, n) X (N, C, ...) reaches + bias.

    other_flop = 2 * n for each element (compare, add), a multiply and an add more with a scale and
    a bias that change something.
    """
    scaled = number(op, "out_scale", 1.0) != 1.0 or number(op, "out_bias", 0.0) != 0.0
    each = 2 * dim(op, op.w, -1) + 2 * scaled
    return Work(other_flop=each * op.y.elements)


@formula("XnorPopcountMatMul", op_class="conv", traffic="contraction", domain=_GENERAL)
def xnor_popcount_matmul(op: Op) -> Work:
    """Y (..., M, N) = how many bits of A (..., M, K) and B (K, N) agree.

    macs = ... * M * N * K, of one bit each.
    """
    return Work(macs=product_macs(op))


moved("Im2Col", "Y (N, out, filter * C) = the window of X (N, in, C) at each place, side by side",
      "X is read and Y written once", domain=_GENERAL)  # fmt: skip


@formula("QuantAvgPool2d", op_class="other", traffic="pooling", domain=_GENERAL)
def quant_avg_pool(op: Op) -> Work:
    """Y (N, C, out) = mean of each window (k, k) of X (N, C, in), rounded down.

    other_flop = k * k for each output: adds and a shift.
    """
    k = int(number(op, "kernel", 1))
    return Work(other_flop=k * k * op.y.elements)
