"""Layouts of onnxruntime: channels last inside a network, or in blocks of eight or sixteen."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import integer
from costlint.costmodel.formulas.microsoft.shared import (
    DEQUANTIZE,
    MS,
    NCHWC,
    NHWC,
    activation,
    standard,
)
from costlint.costmodel.formulas.plain_convolution import channels_first
from costlint.costmodel.formulas.quantized import QUANTIZE
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op


@formula("MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "GlobalLpPool",
         op_class="other", traffic="pooling", domain=NHWC)  # fmt: skip
@formula("InstanceNormalization", "LRN", op_class="other", traffic="normalization", domain=NHWC)
@formula("NhwcMaxPool", op_class="other", traffic="pooling", domain=MS)
def pool_channels_last(op: Op) -> Work:
    """Y (N, out, C) = the operator of the standard on X (N, in, C), and an activation.

    other_flop as there, and the activation for each output.
    """
    x, y = channels_first(op.x), channels_first(op.y)
    work = standard(op, op.op_type.removeprefix("Nhwc"), x, *op.inputs[1:], y=y)
    fused = activation(op)
    return Work(
        other_flop=work.other_flop + fused.flop * y.elements,
        special=work.special + fused.special * y.elements,
    )


@formula("BatchNormalization", op_class="elementwise", domain=NHWC)
def batch_normalization_channels_last(op: Op) -> Work:
    """Y (N, in, C) = X (N, in, C) * a + b, a and b from scale, bias, mean, variance (C).

    other_flop = 2 for each element (multiply, add), and the activation.
    """
    fused, x = activation(op), op.x.elements
    return Work(other_flop=(2 + fused.flop) * x, special=fused.special * x)


@formula("Resize", op_class="other", traffic="resizing", domain=NHWC)
@formula("GridSample", op_class="other", traffic="movement", domain=NHWC)
def sampled_channels_last(op: Op) -> Work:
    """Y (N, out, C) = the operator of the standard on X (N, in, C).

    other_flop as there.
    """
    x, y = channels_first(op.x), channels_first(op.y)
    work = standard(op, op.op_type, x, *op.inputs[1:], y=y)
    return Work(other_flop=work.other_flop, read=work.read)


@formula("DepthToSpace", "SpaceToDepth", op_class="shuffle", domain=NHWC)
def moved_channels_last(_op: Op) -> Work:
    """Y (N, out, C') = X (N, in, C) with channels and positions exchanged.

    other_flop = 0; every element is read and written once.
    """
    return Work()


@formula("MaxUnpool", op_class="other", traffic="movement", domain=NHWC)
def max_unpool_channels_last(_op: Op) -> Work:
    """Y (N, out, C) = X (N, in, C) put back where indices (N, in, C) say, 0 elsewhere.

    other_flop = 0: nothing is computed.
    """
    return Work(read=(None, None, 0))


@formula("QLinearAveragePool", "QLinearGlobalAveragePool", op_class="other", traffic="pooling",
         domain=MS)  # fmt: skip
@formula("QLinearAveragePool", op_class="other", traffic="pooling", domain=NHWC)
def qlinear_pool(op: Op) -> Work:
    """Y (N, C, out) = mean of each window of X (N, C, in), in 8 bits; or channels last.

    other_flop as the pooling of the standard, 2 for each element of X (subtract, multiply) and 5
    for each of Y (divide, round, add, two compares).
    """
    last = op.domain == NHWC or integer(op, "channels_last", 0) != 0
    x, y = (channels_first(op.x), channels_first(op.y)) if last else (op.x, op.y)
    pool = standard(op, op.op_type.removeprefix("QLinear"), x, y=y)
    return Work(other_flop=pool.other_flop + DEQUANTIZE * x.elements + QUANTIZE * y.elements)


@formula("MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", op_class="other",
         traffic="pooling", domain=NCHWC)  # fmt: skip
def pool_blocked(op: Op) -> Work:
    """Y (N, C, out) = the operator of the standard on X (N, C, in), channels in blocks.

    other_flop as there.
    """
    return standard(op, op.op_type, op.x, y=op.y)


@formula("ReorderInput", "ReorderOutput", op_class="data", domain=NCHWC)
def reorder(_op: Op) -> Work:
    """Y (N, C, in) = X (N, C, in), its channels into blocks or out of them.

    other_flop = 0; every element is read and written once.
    """
    return Work()


@formula("Upsample", op_class="other", traffic="resizing", domain=NCHWC)
def upsample(op: Op) -> Work:
    """Y (N, C, s * h, t * w) = X (N, C, h, w) at another size, channels in blocks.

    other_flop as Resize: 0 for nearest, for linear 7 for each output element of two axes.
    """
    return standard(op, "Resize", op.x, y=op.y)
