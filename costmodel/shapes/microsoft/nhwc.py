"""The domain com.ms.internal.nhwc: standard operators with their channels last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.domains import NHWC
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes import pool
from costlint.costmodel.shapes.arguments import dtype
from costlint.costmodel.shapes.microsoft.fused import nhwc_conv_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule, shape_rule_for
from costlint.costmodel.shapes.resize import resize as standard_resize

_IMAGES: Final = (
    "AveragePool", "BatchNormalization", "ConvTranspose", "DepthToSpace", "GlobalAveragePool",
    "GlobalLpPool", "GlobalMaxPool", "InstanceNormalization", "LRN", "LpPool", "MaxPool",
    "SpaceToDepth",
)  # fmt: skip


@shape_rule(*_IMAGES, domain=NHWC)
def channels_last(call: Call) -> Sequence[Out]:
    """Y (N, ..., C) = the operator of the standard on X (N, ..., C)."""
    return _standard(call, call.op_type, 0)


def _standard(call: Call, op_type: str, *images: int) -> Sequence[Out]:
    """The rule of the standard operator, with these inputs' and all outputs' channels last."""
    rule = shape_rule_for("", op_type)
    if rule is None:
        raise call.refuse(f"there is no rule for {op_type}")
    inputs = [_first(t) if i in images else t for i, t in enumerate(call.inputs)]
    outs = rule(replace(call, inputs=tuple(inputs)))
    return [replace(out, shape=_last(out.shape)) for out in outs]


def _first(tensor: Tensor | None) -> Tensor | None:
    if tensor is None or tensor.shape is None or len(tensor.shape) < 3:
        return tensor
    n, *spatial, c = tensor.shape
    return replace(tensor, shape=(n, c, *spatial))


def _last(shape: Shape | None) -> Shape | None:
    return shape if shape is None or len(shape) < 3 else (shape[0], *shape[2:], shape[1])


@shape_rule("MaxUnpool", domain=NHWC)
def max_unpool(call: Call) -> Sequence[Out]:
    """Y (N, ..., C) = X (N, ..., C) put back; a shape that is given is in this order already."""
    if call.tensor(2) is None:
        return _standard(call, "MaxUnpool", 0, 1)
    return pool.max_unpool(call)


@shape_rule("Resize", domain=NHWC)
def resize(call: Call) -> Sequence[Out]:
    """Y (N, ..., C) = X (N, ..., C) at another size; scales are in this order already."""
    return standard_resize(replace(call, version=max(call.version, 11)))


@shape_rule("GridSample", domain=NHWC)
def grid_sample(call: Call) -> Sequence[Out]:
    """Y (N, h, w, C) = X (N, H, W, C) at the places of the grid (N, h, w, 2)."""
    return _standard(call, "GridSample", 0)


@shape_rule("QLinearConv", domain=NHWC)
def qlinear_conv(call: Call) -> Sequence[Out]:
    """Y (N, ..., M) = X (N, ..., C) * W in 8 bits."""
    shape = nhwc_conv_shape(call, call.shape(0), call.shape(3))
    return (Out(shape=shape, dtype=dtype(call, 7, dtype(call, 0))),)


@shape_rule("QLinearConvTranspose", domain=NHWC)
def qlinear_conv_transpose(call: Call) -> Sequence[Out]:
    """Y (N, ..., M) = X (N, ..., C) spread by W (C, M/g, ...) in 8 bits."""
    plain = replace(call, inputs=(call.tensor(0), call.tensor(3)))
    kind = dtype(call, 7, dtype(call, 0))
    return [replace(out, dtype=kind) for out in _standard(plain, "ConvTranspose", 0)]


@shape_rule("QLinearAveragePool", domain=NHWC)
def qlinear_average_pool(call: Call) -> Sequence[Out]:
    """Y (N, ..., C) = pooled X (N, ..., C) in 8 bits."""
    return _standard(call, "AveragePool", 0)
