"""Convolutions: plain, transposed, deformable, causal, quantised.

N images, C and M channels in and out, g groups; `out` and `in` stand for all positions of an
output or input image, `filter` for the product of the filter's sizes. Padding is counted as if it
were data, as papers and runtimes do.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import dim, has, tensor, text
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import MS, NHWC
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor

REQUANTIZE = 5
"""Operations that bring a sum back to 8 bits: multiply, round, add zero point, two compares."""


def conv_macs(y: Tensor, w: Tensor) -> Dim:
    """N * M * out * C/g * filter, from Y (N, M, out) and W (M, C/g, filter)."""
    return y.elements * product(w.known_shape[1:])


@formula("Conv", op_class="conv", traffic="convolution")
def conv(op: Op) -> Work:
    """Y (N, M, out) = X (N, C, in) * W (M, C/g, filter) + B (M).

    macs = N * M * out * C/g * filter; other_flop = N * M * out with a bias: one add.
    """
    bias = has(op, 2) * op.y.elements
    return Work(macs=conv_macs(op.y, op.w), other_flop=bias)


@formula("ConvTranspose", op_class="conv", traffic="convolution")
def conv_transpose(op: Op) -> Work:
    """Y (N, M, out) = X (N, C, in) spread by W (C, M/g, filter), + B (M).

    macs = N * C * in * M/g * filter: every input element meets every weight of its channel;
    other_flop = N * M * out with a bias: one add.
    """
    bias = has(op, 2) * op.y.elements
    return Work(macs=op.x.elements * product(op.w.known_shape[1:]), other_flop=bias)


@formula("ConvInteger", op_class="conv", traffic="convolution", bias=4)
def conv_integer(op: Op) -> Work:
    """Y (N, M, out) int32 = X (N, C, in) * W (M, C/g, filter), both less their zero points.

    macs = N * M * out * C/g * filter; other_flop = one subtract for each element of X and of W
    that has a zero point.
    """
    zero_points = has(op, 2) * op.x.elements + has(op, 3) * op.w.elements
    return Work(macs=conv_macs(op.y, op.w), other_flop=zero_points)


@formula("QLinearConv", op_class="conv", traffic="convolution", domain=("", MS, NHWC),
         weight=3, bias=8)  # fmt: skip
def qlinear_conv(op: Op) -> Work:
    """Y (N, M, out) = X (N, C, in) * W (M, C/g, filter) + B (M), each with scale and zero point.

    macs = N * M * out * C/g * filter; other_flop = 5 * N * M * out (multiply by the scales,
    round, add the zero point, two compares to saturate), and one add with a bias.
    """
    each = REQUANTIZE + has(op, 8)
    return Work(macs=conv_macs(op.y, tensor(op, 3)), other_flop=each * op.y.elements)


@formula("DeformConv", op_class="conv", traffic="contraction")
def deform_conv(op: Op) -> Work:
    """Y (N, M, out) = X (N, C, H, W) * W (M, C/g, filter) at moved places, + B (M).

    macs = N * M * out * C/g * filter; other_flop = 7 * N * C * out * filter (four multiplies and
    three adds of a bilinear sample), one multiply more with a mask, and one add with a bias.
    """
    y, w = op.y, op.w
    samples = (
        product(op.x.known_shape[:2]) * product(y.known_shape[2:]) * product(w.known_shape[2:])
    )
    sampling = (7 + has(op, 4)) * samples
    return Work(macs=conv_macs(y, w), other_flop=sampling + has(op, 3) * y.elements)


@formula("CausalConvWithState", op_class="conv", traffic="contraction")
def causal_conv(op: Op) -> Work:
    """Y (B, C, L) = X (B, C, L) after its state (B, C, k - 1) * W (C, 1, k), + B (C).

    macs = B * C * L * k; other_flop = one add with a bias, four (exponential, add, divide,
    multiply; special = 1) with the activation SiLU.
    """
    activates = int(text(op, "activation", "none") != "none")
    each = has(op, 2) + 4 * activates
    y = op.y.elements
    return Work(macs=y * dim(op, op.w, -1), other_flop=each * y, special=activates * y)
