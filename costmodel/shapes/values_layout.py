"""Evaluation of operators that move or repeat the elements of small known tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from costlint.costmodel.shapes import generate, joining, reshape, slicing
from costlint.costmodel.shapes.arguments import axis_attribute, integer, integers, text
from costlint.costmodel.shapes.evaluation import (
    MAX_ELEMENTS,
    evaluates,
    index_array,
    small_shape,
)
from costlint.costmodel.shapes.registry import Call


@evaluates("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshaped(call: Call) -> Any:
    """Y = the elements of X in order under another shape."""
    rules = {
        "Reshape": reshape.reshape,
        "Flatten": reshape.flatten,
        "Squeeze": reshape.squeeze,
        "Unsqueeze": reshape.unsqueeze,
    }
    shape = small_shape(call, rules[call.op_type])
    return None if shape is None else call.value(0).reshape(shape)


@evaluates("Transpose")
def transpose(call: Call) -> Any:
    """Y = X with its axes in another order."""
    return np.transpose(call.value(0), integers(call, "perm"))


@evaluates("Concat")
def concat(call: Call) -> Any:
    """Y = the inputs one after another."""
    arrays = [t.value for t in call.inputs if t is not None]
    if sum(a.size for a in arrays) > MAX_ELEMENTS:
        return None
    return np.concatenate(arrays, axis=integer(call, "axis", 1))


@evaluates("Slice")
def slice_(call: Call) -> Any:
    """Y = X[start:end:step]."""
    x = call.value(0)
    for axis, start, end, step in slicing.slices(call, x.ndim):
        if not all(type(v) is int for v in (start, end, step)) or step == 0:
            return None
        x = x.take(slicing.positions(x.shape[axis], start, end, step), axis=axis)
    return x


@evaluates("Split")
def split(call: Call) -> Any:
    """Y_0, Y_1, ... = parts of X."""
    x = call.value(0)
    axis = axis_attribute(call, 0, x.ndim)
    sizes = joining.split_sizes(call, x.shape[axis])
    if not all(type(size) is int for size in sizes):
        return None
    ends = np.cumsum(np.array(sizes[:-1], dtype=np.int64))
    return list(np.split(x, ends, axis=axis))


@evaluates("Expand")
def expand(call: Call) -> Any:
    """Y = X broadcast to the target."""
    shape = small_shape(call, generate.expand)
    return None if shape is None else np.broadcast_to(call.value(0), shape)


@evaluates("Tile")
def tile(call: Call) -> Any:
    """Y = X repeated."""
    if small_shape(call, generate.tile) is None or call.version < 6:
        return None
    return np.tile(call.value(0), index_array(call.value(1)).tolist())


@evaluates("Pad")
def pad(call: Call) -> Any:
    """Y = X with a border."""
    if small_shape(call, generate.pad) is None or call.tensor(3) is not None:
        return None
    mode = text(call, "mode", "constant")
    given = call.ints(1)
    pads = given if given is not None else integers(call, "pads")
    x = call.value(0)
    if pads is None or mode not in ("constant", "reflect", "edge", "wrap"):
        return None
    for axis in range(x.ndim):  # what is cut off goes first
        cut = max(0, -pads[axis]), x.shape[axis] - max(0, -pads[axis + x.ndim])
        x = x.take(range(*cut), axis=axis)
    width = [(max(0, pads[axis]), max(0, pads[axis + x.ndim])) for axis in range(x.ndim)]
    if mode == "reflect" and any(max(w) >= n for w, n in zip(width, x.shape, strict=True)):
        return None
    if mode != "constant":
        return np.pad(x, width, mode=mode)  # type: ignore[call-overload]
    fill = call.ints(2)
    content = fill[0] if fill else call.attributes.get("value", 0)
    return np.pad(x, width, mode="constant", constant_values=content)


@evaluates("Trilu")
def trilu(call: Call) -> Any:
    """Y = one triangle of X."""
    given = call.ints(1)
    k = given[0] if given else 0
    if type(k) is not int or abs(k) > MAX_ELEMENTS:
        return None
    return (np.triu if integer(call, "upper", 1) else np.tril)(call.value(0), k)
