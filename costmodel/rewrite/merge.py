"""Merges convolutions without an activation between them into one, with their weights.

Parallel ones over one tensor that only a sum reads add up (as RepVGG does, Ding et al., CVPR 2021,
arXiv 2101.03697); dense ones in a row multiply.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx

from costlint.costmodel.rewrite.stored import Stored


def merge_sum(stored: Stored, node: onnx.NodeProto) -> str | None:
    """Merge convolutions that the sum `node` adds up; '' where it was done, else None.

    A tensor that is no such convolution may be one side of a further sum; it stays in a sum behind.
    """
    if node.op_type not in {"Add", "Sum"} or len(node.input) != 2:
        return None
    left, right = (stored.maker(name) for name in node.input)
    if left is not None and right is not None and _can_add(stored, left, right):
        return _add(stored, node, left, right)
    for inner, other in ((left, right), (right, left)):
        if inner is None or other is None or not _is_inner_sum(stored, inner):
            continue
        for conv in map(stored.maker, inner.input):
            if conv is not None and _can_add(stored, conv, other):
                return _add_across(stored, node, inner, (conv, other))
    return None


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
    bias, behind = _bias(stored, first, one), _bias(stored, node, other)
    is_padded = any(_ints(node, "pads") or ()) or _text(node, "auto_pad") not in {"", "NOTSET"}
    if bias is None or behind is None or (is_padded and np.any(bias)):
        return None  # a bias before a padded filter reaches the border, too
    weight = np.einsum("omhw,mi->oihw", other.astype(float), one[:, :, 0, 0].astype(float))
    if weight.size > one.size + other.size:
        return None
    shift = np.einsum("omhw,m->o", other.astype(float), bias) + behind
    stored.replace_weights(node, weight.astype(other.dtype), shift.astype(other.dtype))
    return stored.take_in(node, first)


def _can_add(stored: Stored, one: onnx.NodeProto, other: onnx.NodeProto) -> bool:
    """Whether two convolutions read one tensor in the same way, and only a sum reads them."""
    if one is other:
        return False
    if one.op_type != "Conv" or other.op_type != "Conv" or one.input[0] != other.input[0]:
        return False
    a, b = _weights(stored, one), _weights(stored, other)
    if a is None or b is None:
        return False
    return (
        a[0].shape == b[0].shape
        and _attributes(one) == _attributes(other)
        and all(stored.readers(conv.output[0]) == 1 for conv in (one, other))
    )


def _is_inner_sum(stored: Stored, node: onnx.NodeProto) -> bool:
    if node.op_type not in {"Add", "Sum"} or len(node.input) != 2:
        return False
    return stored.readers(node.output[0]) == 1


def _add(stored: Stored, node: onnx.NodeProto, one: onnx.NodeProto, other: onnx.NodeProto) -> str:
    """Give `one` the weights of both, and take `other` and the sum out."""
    _take_weights(stored, one, other)
    stored.reads[other.output[0]] -= 1
    stored.remove(other)
    return stored.bypass(node, one.output[0])


def _add_across(
    stored: Stored,
    node: onnx.NodeProto,
    inner: onnx.NodeProto,
    convs: tuple[onnx.NodeProto, onnx.NodeProto],
) -> str:
    """(conv + rest) + other: the convolution takes the other in, the inner sum stays."""
    conv, other = convs
    _take_weights(stored, conv, other)
    stored.reads[other.output[0]] -= 1
    stored.remove(other)
    return stored.bypass(node, inner.output[0])


def _take_weights(stored: Stored, one: onnx.NodeProto, other: onnx.NodeProto) -> None:
    a, b = _weights(stored, one), _weights(stored, other)
    if a is not None and b is not None:
        dtype = a[0].dtype
        weight = a[0].astype(float) + b[0].astype(float)
        stored.replace_weights(one, weight.astype(dtype), (a[1] + b[1]).astype(dtype))


def _weights(stored: Stored, conv: onnx.NodeProto) -> tuple[np.ndarray, np.ndarray] | None:
    """Weight and bias of a convolution, None where they are not stored."""
    weight = stored.array(conv.input[1])
    bias = None if weight is None else _bias(stored, conv, weight)
    return None if weight is None or bias is None else (weight, bias)


def _bias(stored: Stored, conv: onnx.NodeProto, weight: np.ndarray) -> np.ndarray | None:
    """The bias in double precision, zeros where there is none, None where it is not stored."""
    if len(conv.input) < 3 or not conv.input[2]:
        return np.zeros(weight.shape[0])
    found = stored.array(conv.input[2])
    return None if found is None else found.astype(float)


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


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
