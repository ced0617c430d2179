"""Layouts of onnxruntime: channels last inside a network, or in blocks of eight or sixteen."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import integer
from costlint.costmodel.formulas.microsoft.shared import activation, standard
from costlint.costmodel.formulas.plain_convolution import channels_first
from costlint.costmodel.formulas.pointwise import moved
from costlint.costmodel.formulas.quantized import DEQUANTIZE, QUANTIZE
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import CHANNELS_LAST, FINN, MS, NCHWC, NHWC, QONNX
from costlint.costmodel.ir.graph import Op


@formula("MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "GlobalLpPool",
         op_class="other", traffic="pooling", domain=NHWC)  # fmt: skip
@formula("InstanceNormalization", "LRN", op_class="other", traffic="normalization", domain=NHWC)
@formula("NhwcMaxPool", op_class="other", traffic="pooling", domain=MS)
@formula("MaxPool", op_class="other", traffic="pooling", domain=CHANNELS_LAST)
@formula("MaxPoolNHWC", op_class="other", traffic="pooling", domain=(QONNX, FINN))
def pool_channels_last(op: Op) -> Work:
    """Y (N, out, C) = the operator of the standard on X (N, in, C), and an activation.

    other_flop as there, and the activation for each output.
    """
    x, y = channels_first(op.x), channels_first(op.y)
    name = op.op_type.removeprefix("Nhwc").removesuffix("NHWC")
    work = standard(op, name, x, *op.inputs[1:], y=y)
    fused = activation(op)
    return Work(
        other_flop=work.other_flop + fused.flop * y.elements,
        special=work.special + fused.special * y.elements,
    )


@formula("BatchNormalization", op_class="elementwise", domain=(NHWC, CHANNELS_LAST))
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


moved("ReorderInput ReorderOutput",
      "Y (N, C, in) = X (N, C, in), its channels into blocks or out of them",
      "every element is read and written once", op_class="data", domain=NCHWC)  # fmt: skip
