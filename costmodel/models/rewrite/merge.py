"""Multiplies dense convolutions in a row, with their weights."""

from __future__ import annotations

import numpy as np
import onnx

from costlint.costmodel.models.rewrite.stored import Stored


def merge_row(stored: Stored, node: onnx.NodeProto) -> str | None:
    """Multiply a 1x1 convolution into `node`, the dense convolution that alone reads it.

    Only where the product has no more weights than both: a thin neck is there to save them.
    """
    first = stored.maker(node.input[0]) if node.op_type == "Conv" else None
    if first is None or first.op_type != "Conv" or stored.readers(node.input[0]) != 1:
        return None
    one, other = (stored.array(conv.input[1]) for conv in (first, node))
    if one is None or other is None or not (_is_dense_1x1(first, one) and _groups(node) == 1):
        return None
    bias, behind = stored.bias(first, one), stored.bias(node, other)
    is_padded = any(_ints(node, "pads") or ()) or _text(node, "auto_pad") not in {"", "NOTSET"}
    if bias is None or behind is None or (is_padded and np.any(bias)):
        return None  # a bias before a padded filter reaches the border, too
    weight = np.einsum("omhw,mi->oihw", other.astype(float), one[:, :, 0, 0].astype(float))
    if weight.size > one.size + other.size:
        return None
    shift = np.einsum("omhw,m->o", other.astype(float), bias) + behind
    stored.replace_weights(node, weight.astype(other.dtype), shift.astype(other.dtype))
    return stored.take_in(node, first)


def _is_dense_1x1(conv: onnx.NodeProto, weight: np.ndarray) -> bool:
    plain = all(step == 1 for step in _ints(conv, "strides") or ())
    unpadded = not any(_ints(conv, "pads") or ())
    return (
        weight.ndim == 4
        and weight.shape[2:] == (1, 1)
        and plain
        and unpadded
        and (_groups(conv) == 1)
    )


def _groups(conv: onnx.NodeProto) -> int:
    return next((a.i for a in conv.attribute if a.name == "group"), 1)


def _ints(node: onnx.NodeProto, name: str) -> list[int] | None:
    return next((list(a.ints) for a in node.attribute if a.name == name), None)


def _text(node: onnx.NodeProto, name: str) -> str:
    return next((a.s.decode() for a in node.attribute if a.name == name), "")
