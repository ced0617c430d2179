"""Convolutions of onnxruntime: fused, channels last, blocked, quantised, causal.

Letters as in `conv`. Where a layout has its channels last the products are the same.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has, integer
from costlint.costmodel.formulas.conv import REQUANTIZE, conv_macs
from costlint.costmodel.formulas.microsoft.shared import activation, reads, shape
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import CHANNELS_LAST, MS, NCHWC, NHWC
from costlint.costmodel.ir.graph import Op


@formula(
    "FusedConv", "NhwcConv", "NhwcFusedConv", op_class="conv", traffic="convolution", domain=MS
)
@formula("Conv", op_class="conv", traffic="convolution", domain=(NCHWC, NHWC, CHANNELS_LAST))
def conv(op: Op) -> Work:
    """Y (N, M, out) = activation(X (N, C, in) * W (M, C/g, filter) + B (M) + Z (N, M, out)).

    macs = N * M * out * C/g * filter; other_flop, for each output = an add with a bias, an add
    with Z, and the activation. Channels last: X (N, in, C), Y (N, out, M).
    """
    fused, y = activation(op), op.y.elements
    each = has(op, 2, 3) + fused.flop
    return Work(macs=conv_macs(op.y, op.w), other_flop=each * y, special=fused.special * y)


@formula("ConvTransposeWithDynamicPads", op_class="conv", traffic="convolution", domain=MS, bias=3)
@formula("ConvTranspose", op_class="conv", traffic="convolution", domain=NHWC)
def conv_transpose(op: Op) -> Work:
    """Y (N, M, out) = X (N, C, in) spread by W (C, M/g, filter), + B (M).

    macs = N * C * in * M/g * filter, whatever the pads cut off; other_flop = N * M * out with a
    bias: one add. Channels last: X (N, in, C), Y (N, out, M).
    """
    bias = has(op, 3 if op.domain == MS else 2) * op.y.elements
    return Work(macs=op.x.elements * product(shape(op, 1)[1:]), other_flop=bias)


@formula("QLinearConvTranspose", op_class="conv", traffic="convolution", domain=NHWC,
         weight=3, bias=8)  # fmt: skip
def qlinear_conv_transpose(op: Op) -> Work:
    """Y (N, out, M) = X (N, in, C) spread by W (C, M/g, filter), + B (M), scales, zero points.

    macs = N * C * in * M/g * filter; other_flop = 5 * N * M * out (multiply by the scales,
    round, add the zero point, two compares to saturate), and one add with a bias.
    """
    each = REQUANTIZE + has(op, 8)
    macs = op.x.elements * product(shape(op, 3)[1:])
    return Work(macs=macs, other_flop=each * op.y.elements)


@formula("CausalConvWithState", op_class="conv", traffic="contraction", domain=MS)
def causal_conv(op: Op) -> Work:
    """Y (B, C, ..., L) = X (B, C, ..., L) after its state (B, C, k - 1) * W (C, 1, ..., k) + B (C).

    macs = B * C * L * k; other_flop, for each output = an add with a bias, and the activation.
    """
    fused, y = activation(op), op.y.elements
    each = has(op, 2) + fused.flop
    return Work(macs=conv_macs(op.y, op.w), other_flop=each * y, special=fused.special * y)


@formula("VarlenCausalConvWithState", op_class="conv", traffic="contraction", domain=MS)
def varlen_causal_conv(op: Op) -> Work:
    """Y (T, C) = X (T, C) of packed tokens, after states (B, C, k - 1), * W (C, 1, k) + B (C).

    macs = T * C * k; other_flop, for each output = an add with a bias, the activation, and 3
    with dynamic deltas of two taps (two multiplies, add).
    """
    dynamic = 3 if has(op, 6) else 0
    fused, y = activation(op), op.y.elements
    each = has(op, 3) + dynamic + fused.flop
    return Work(macs=conv_macs(op.y, op.w), other_flop=each * y, special=fused.special * y)


@formula("WordConvEmbedding", op_class="conv", traffic="contraction", domain=MS)
def word_conv_embedding(op: Op) -> Work:
    """Y (w, M) = largest of tanh(characters (w, L, E) * W (M, 1, k, E) + B (M)) of each word.

    macs = w * (L - k + 1) * M * k * E; other_flop = 3 for each position (add, tanh,
    compare), special = 1.
    Of the table (V, E) one row is read for each of w * L characters.
    """
    ids, w = shape(op, 0), shape(op, 1)
    at: Dim = product(ids[:-1]) * (ids[-1] - integer(op, "conv_window_size", 1) + 1) * w[0]
    rows = product(ids) * shape(op, 3)[-1]
    return Work(macs=at * product(w[1:]), other_flop=3 * at, special=at, read=reads(op, {3: rows}))
