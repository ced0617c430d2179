"""Convolutions of every domain as one of the standard, which is what prices them."""

from __future__ import annotations

from dataclasses import replace

from costlint.costmodel.formulas.arguments import integer
from costlint.costmodel.formulas.registry import bias_of, weight_of
from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.domains import CHANNELS_LAST, NHWC
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor, UnknownShapeError


def plain_convolution(op: Op) -> Op:
    """`op` as Conv: Y (N, M, out) = X (N, C, in) * W (M, C/g, filter), + B (M) where it has one.

    A transposed convolution keeps its type and becomes the Conv of as many products: every input
    element meets every weight of its channel, so `out` is the positions of its input.
    """
    if not op.domain and op.op_type == "Conv":
        return op
    x, w, y = op.x, weight_of(op), op.y
    if w is None:
        msg = f"{op.identifier} (node {op.name!r}) lacks its weight"
        raise UnknownShapeError(msg)
    is_transposed = "ConvTranspose" in op.op_type
    if _is_channels_last(op):
        x, y = channels_first(x), channels_first(y)
        if not is_transposed and not _is_first(op, x.known_shape, w.known_shape):
            m, *filter_size, per_group = w.known_shape
            w = replace(w, shape=(m, per_group, *filter_size))
    if is_transposed:
        groups = op.attributes.get("group", 1)
        c, m, *filter_size = w.known_shape
        w = replace(w, shape=(m * groups, c // groups, *filter_size))
        y = replace(y, shape=(y.known_shape[0], m * groups, *x.known_shape[2:]))
    name = "ConvTranspose" if is_transposed else "Conv"
    inputs = (x, w, bias_of(op))
    return replace(op, domain="", op_type=name, inputs=inputs, outputs=(y,))


def channels_first(tensor: Tensor) -> Tensor:
    """(N, C, in) of a tensor (N, in, C)."""
    if tensor.shape is None or len(tensor.shape) < 3:
        return tensor
    n, *positions, channels = tensor.shape
    return replace(tensor, shape=(n, channels, *positions))


def _is_channels_last(op: Op) -> bool:
    is_named = op.domain in (NHWC, CHANNELS_LAST) or op.op_type.startswith("Nhwc")
    return is_named or integer(op, "channels_last", 0) != 0


def _is_first(op: Op, x: Shape, w: Shape) -> bool:
    """Whether a weight has its channels before its filter: that shows by its dims alone."""
    return bool(w[1] * op.attributes.get("group", 1) == x[1])
