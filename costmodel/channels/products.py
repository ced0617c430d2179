"""Widths through convolutions, products, normalisations and element-wise ops."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.channels.flow import Axes, Flow, flow_rule, same_axes
from costlint.costmodel.channels.widths import Axis, scaled
from costlint.costmodel.formulas import bias_of, weight_of
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor


@flow_rule("Conv", "FusedConv", "ConvInteger", "QLinearConv")
def conv(flow: Flow, op: Op) -> Sequence[Axes]:
    """Y = Conv(X [N, C, ...], W [M, C/g, ...], B [M])."""
    x, weight, bias = op.x, weight_of(op), bias_of(op)
    if weight is None or not weight.is_parameter or weight.rank < 3 or x.rank != weight.rank:
        return flow.refuse(op)
    groups = op.groups
    c_in, c_out = x.known_shape[1], weight.known_shape[0]
    out, inner, *_ = flow.of(weight)
    source = flow.of(x)[1]
    if groups == 1:
        flow.tie(source, inner, op)
    elif groups == c_in and c_out % c_in == 0:
        flow.tie(scaled(source, c_out // c_in), out, op)
    else:
        flow.tie(flow.widths.divided(source, groups, _grouped(op)), inner, op)
        flow.widths.divided(out, groups, _grouped(op))
    each_channel = (bias, *op.inputs[4:6]) if op.op_type == "QLinearConv" else (bias,)
    for tensor in each_channel:  # a scale and a zero point may be of the whole weight
        if tensor is not None and tensor.shape == (c_out,):
            flow.tie(out, flow.of(tensor)[0], op)
    if groups != c_in or source is None or groups == 1:
        flow.made(op, out)
    extra = op.input(3) if op.op_type == "FusedConv" else None
    if extra is not None:
        flow.tie(out, flow.of(extra)[1], op)
    return ((None, out, *flow.of(x)[2:]),)


def _grouped(op: Op) -> str:
    return f"the groups of {op.name!r} cut it unevenly"


@flow_rule("ConvTranspose")
def conv_transpose(flow: Flow, op: Op) -> Sequence[Axes]:
    """Y = ConvTranspose(X [N, C, ...], W [C, M/g, ...], B [M])."""
    inner, out, *_ = flow.of(op.w)
    groups = op.groups
    flow.tie(flow.of(op.x)[1], inner, op)
    if groups > 1:
        if op.w.known_shape[1] == 1:  # depthwise
            out = inner
        else:
            flow.widths.divided(inner, groups, _grouped(op))
            out = scaled(out, groups)
    bias = op.input(2)
    if bias is not None:
        flow.tie(out, flow.of(bias)[0], op)
    if groups == 1:
        flow.made(op, out)
    return ((None, out, *flow.of(op.x)[2:]),)


@flow_rule("Gemm", "FusedGemm")
def gemm(flow: Flow, op: Op) -> Sequence[Axes]:
    """Y [M, N] = A [M, K] * B [K, N] + C, each possibly transposed."""
    a, b = flow.of(op.x), flow.of(op.w)
    rows, inner = a[::-1] if op.attributes.get("transA") else a
    depth, columns = b[::-1] if op.attributes.get("transB") else b
    flow.tie(inner, depth, op)
    if op.w.is_parameter:
        flow.made(op, columns)
    bias = op.input(2)
    if bias is not None and bias.known_shape and bias.known_shape[-1] != 1:
        flow.tie(columns, flow.of(bias)[-1], op)
    return ((rows, columns),)


@flow_rule("MatMul", "MatMulInteger", "FusedMatMul")
def matmul(flow: Flow, op: Op) -> Sequence[Axes]:
    """Y [..., m, n] = A [..., m, k] * B [..., k, n]."""
    a, b = flow.of(op.x), flow.of(op.w)
    if len(a) < 2 or len(b) < 2 or any(op.attributes.values()):
        return flow.refuse(op)
    flow.tie(a[-1], b[-2], op)
    if op.w.is_parameter:
        flow.made(op, b[-1])
    lead = _broadcast(flow, op, [(op.x, a[:-2], 2), (op.w, b[:-2], 2)], op.y.rank - 2)
    return ((*lead, a[-2], b[-1]),)


@flow_rule(
    "BatchNormalization", "InstanceNormalization", "LpNormalization", "GroupNormalization", "PRelu",
    "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization",
    "SkipLayerNormalization",
)  # fmt: skip
def normalization(flow: Flow, op: Op) -> Sequence[Axes]:
    """Parameters of one dimension lie along the channels: axis 1, or the last one."""
    axes = flow.of(op.x)
    place = -1 if "Layer" in op.op_type or "RMS" in op.op_type else 1
    for tensor in op.inputs[1:]:
        if tensor is None or not tensor.shape:
            continue
        if not tensor.is_parameter:
            for one, other in zip(axes, flow.of(tensor), strict=False):
                flow.tie(one, other, op)
            continue
        own = flow.of(tensor)
        along = axes[len(axes) - len(own) :] if len(own) > 1 and place == -1 else axes[place:][:1]
        for one, other, size in zip(along, own, tensor.shape, strict=False):
            if size != 1:
                flow.tie(one, other, op)
    return (axes, *[(None,) * t.rank for t in op.outputs[1:] if t is not None and t.shape])


@flow_rule(
    "Add", "Sub", "Mul", "Div", "Pow", "Sum", "Max", "Min", "Mean", "Mod", "Where", "Equal", "Less",
    "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor", "BitShift",
    "QuickGelu", "BiasGelu",
)  # fmt: skip
def broadcasting(flow: Flow, op: Op) -> Sequence[Axes]:
    """Axes aligned from the right are the same width; a size of 1 is repeated."""
    operands = [(t, flow.of(t), 0) for t in op.inputs if t is not None and t.shape is not None]
    return (_broadcast(flow, op, operands, op.y.rank),)


def _broadcast(
    flow: Flow, op: Op, operands: list[tuple[Tensor, Axes, int]], rank: int
) -> tuple[Axis, ...]:
    found: list[Axis] = []
    for place in range(rank, 0, -1):
        kept: Axis = None
        is_set = False
        size = op.y.known_shape[len(op.y.known_shape) - place - operands[0][2]]
        for tensor, axes, skipped in operands:
            if place > len(axes):
                continue
            axis = axes[-place]
            if tensor.known_shape[len(tensor.known_shape) - skipped - place] != size:
                flow.widths.freeze(axis, f"{op.op_type} {op.name!r} repeats it")
            elif not is_set:
                kept, is_set = axis, True
            else:
                flow.tie(kept, axis, op)
        found.append(kept)
    return tuple(found)


@flow_rule("Einsum")
def einsum(flow: Flow, op: Op) -> Sequence[Axes]:
    """Axes with the same letter are the same width."""
    left, arrow, right = str(op.attributes["equation"]).replace(" ", "").partition("->")
    if not arrow or "." in left:
        return flow.refuse(op)
    letters: dict[str, Axis] = {}
    for tensor, term in zip(op.inputs, left.split(","), strict=True):
        for axis, letter in zip(flow.of(tensor), term, strict=True):
            flow.tie(letters.setdefault(letter, axis), axis, op)
    return (tuple(letters[letter] for letter in right),)


@flow_rule("Gather", "Embedding")
def gather(flow: Flow, op: Op) -> Sequence[Axes]:
    """The gathered axis gives way to the axes of the indices."""
    source = flow.of(op.x)
    axis = int(op.attributes.get("axis", 0)) % op.x.rank
    flow.widths.freeze(source[axis], f"Gather {op.name!r} picks from it by number")
    rest = source[axis + 1 :]
    if op.x.is_parameter and rest:
        flow.made(op, rest[-1])
    return ((*source[:axis], *(None,) * op.w.rank, *rest),)


@flow_rule(
    "AveragePool", "MaxPool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "Pad", "Resize",
    "Upsample", "LRN", "DequantizeLinear", "QuantizeLinear", "Softmax", "LogSoftmax", "Clip",
    "CumSum", "Dropout", "DynamicQuantizeLinear",
)  # fmt: skip
def keeping(flow: Flow, op: Op) -> Sequence[Axes]:
    """The first input's axes, where their size stays."""
    axes = same_axes(flow, op)
    return tuple([axes if t is not None and t.shape == op.y.shape else () for t in op.outputs])
