"""Operators of other exporters: QONNX, Brevitas and FINN, in any number of bits; images as files.

Specification: https://github.com/fastmachinelearning/qonnx/tree/main/docs/qonnx-custom-ops
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from costlint.costmodel.formulas.arguments import dim, number
from costlint.costmodel.formulas.conv import conv_macs
from costlint.costmodel.formulas.matmul import product_macs
from costlint.costmodel.formulas.microsoft.shared import standard
from costlint.costmodel.formulas.plain_convolution import channels_first
from costlint.costmodel.formulas.registry import Body, OpClass, Traffic, formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op

QUANTISERS: Final = ("qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general")
RECENT: Final = ("qonnx.custom_op.general", "onnx.brevitas")
GENERAL: Final = ("qonnx.custom_op.general", "finn.custom_op.general")
CHANNELS_LAST: Final = "qonnx.custom_op.channels_last"


def _in(
    domains: tuple[str, ...], *op_types: str, op_class: OpClass, traffic: Traffic | None = None
) -> Callable[[Body], Body]:
    """Register one formula in several domains that share an operator."""

    def register(body: Body) -> Body:
        for domain in domains:
            formula(*op_types, op_class=op_class, traffic=traffic, domain=domain)(body)
        return body

    return register


@_in(QUANTISERS, "Quant", op_class="data")
@_in(RECENT, "IntQuant", op_class="data")
def quant(op: Op) -> Work:
    """Y (...) = X (...) in so many bits and back to floats, by scale and zero point.

    other_flop = 7 for each element: divide, add, two compares, round, subtract, multiply.
    """
    return Work(other_flop=7 * op.y.elements)


@_in(RECENT, "FloatQuant", op_class="data")
def float_quant(op: Op) -> Work:
    """Y (...) = X (...) in a float of few bits and back, by its scale.

    other_flop = 10 for each element: divide; absolute, logarithm, round and compare for the
    exponent; power, divide and round for the mantissa; compare; multiply.
    """
    return Work(other_flop=10 * op.y.elements, special=2 * op.y.elements)


@_in(QUANTISERS, "BipolarQuant", op_class="data")
def bipolar_quant(op: Op) -> Work:
    """Y (...) = scale where X (...) is positive, else -scale.

    other_flop = 2 for each element: compare, multiply.
    """
    return Work(other_flop=2 * op.y.elements)


@_in(QUANTISERS, "Trunc", op_class="data")
def trunc(op: Op) -> Work:
    """Y (...) = X (...) without its lowest bits.

    other_flop = 7 for each element: divide, add, round, divide, round, subtract, multiply.
    """
    return Work(other_flop=7 * op.y.elements)


@_in(GENERAL, "MultiThreshold", op_class="elementwise")
def multi_threshold(op: Op) -> Work:
    """Y (N, C, ...) = scale * how many of the n thresholds (C, n) X (N, C, ...) reaches + bias.

    other_flop = 2 * n for each element (compare, add), a multiply and an add more with a scale and
    a bias that change something.
    """
    scaled = number(op, "out_scale", 1.0) != 1.0 or number(op, "out_bias", 0.0) != 0.0
    each = 2 * dim(op, op.w, -1) + 2 * scaled
    return Work(other_flop=each * op.y.elements)


@_in(GENERAL, "XnorPopcountMatMul", op_class="conv", traffic="contraction")
def xnor_popcount_matmul(op: Op) -> Work:
    """Y (..., M, N) = how many bits of A (..., M, K) and B (K, N) agree.

    macs = ... * M * N * K, of one bit each.
    """
    return Work(macs=product_macs(op))


@_in(GENERAL, "Im2Col", op_class="shuffle")
def im2col(_op: Op) -> Work:
    """Y (N, out, filter * C) = the window of X (N, in, C) at each place, side by side.

    other_flop = 0; X is read and Y written once.
    """
    return Work()


@_in(GENERAL, "QuantAvgPool2d", op_class="other", traffic="pooling")
def quant_avg_pool(op: Op) -> Work:
    """Y (N, C, out) = mean of each window (k, k) of X (N, C, in), rounded down.

    other_flop = k * k for each output: adds and a shift.
    """
    k = int(number(op, "kernel", 1))
    return Work(other_flop=k * k * op.y.elements)


@_in(GENERAL, "MaxPoolNHWC", op_class="other", traffic="pooling")
@_in((CHANNELS_LAST,), "MaxPool", op_class="other", traffic="pooling")
def max_pool(op: Op) -> Work:
    """Y (N, out, C) = largest of each window of X (N, in, C).

    other_flop = N * C * out * (filter - 1) compares.
    """
    x, y = channels_first(op.x), channels_first(op.y)
    return Work(other_flop=standard(op, "MaxPool", x, y=y).other_flop)


@_in((CHANNELS_LAST,), "Conv", op_class="conv", traffic="convolution")
def conv(op: Op) -> Work:
    """Y (N, out, M) = X (N, in, C) * W (M, C/g, filter).

    macs = N * M * out * C/g * filter; other_flop = N * M * out with a bias: one add.
    """
    biased = op.input(2) is not None
    return Work(macs=conv_macs(op.y, op.w), other_flop=biased * op.y.elements)


@_in((CHANNELS_LAST,), "BatchNormalization", op_class="elementwise")
def batch_normalization(op: Op) -> Work:
    """Y (N, in, C) = X (N, in, C) * a + b, a and b from scale, bias, mean, variance (C).

    other_flop = 2 for each element: multiply, add.
    """
    return Work(other_flop=2 * op.x.elements)


@formula("DecodeImage", "EncodeImage", op_class="data", domain="com.microsoft.extensions")
def image_file(_op: Op) -> Work:
    """Y (H, W, C) uint8 = the image in a file X (n) of bytes, or the other way round.

    other_flop = 0: only the data says how much a decoder does. X is read and Y written once.
    """
    return Work()
