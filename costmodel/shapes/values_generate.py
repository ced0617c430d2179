"""Evaluation of generators, reductions and searches on small known tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, Final

import numpy as np

from costlint.costmodel.ir.dims import product
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.shapes import generate, scalars
from costlint.costmodel.shapes.arguments import axis_attribute, dtype, integer, one_axis
from costlint.costmodel.shapes.evaluation import (
    MAX_ELEMENTS,
    evaluates,
    index_array,
    mapped,
    small_array,
    small_shape,
    stored,
)
from costlint.costmodel.shapes.reduce import reduced_axes
from costlint.costmodel.shapes.registry import Call

_REDUCTIONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "ReduceMax": scalars.greatest,
    "ReduceMean": scalars.add,
    "ReduceMin": scalars.least,
    "ReduceProd": scalars.multiply,
    "ReduceSum": scalars.add,
}
_ORDERLESS: Final = frozenset({"ReduceMax", "ReduceMin"})
_EMPTY: Final[Mapping[str, int]] = {"ReduceProd": 1, "ReduceSum": 0}


@evaluates("Range")
def range_(call: Call) -> Any:
    """Y = start, start + delta, ..."""
    length = generate.range_length(call)
    if type(length) is not int or length > MAX_ELEMENTS:
        return None
    start, delta = call.ints(0), call.ints(2)
    if start is None or delta is None:
        return None
    if type(start[0]) is float:  # runtimes add step by step, with the error that this collects
        kind = np.dtype(dtype(call, 0)).type
        steps = np.full(length, kind(delta[0]))
        steps[:1] = start[0]
        return np.cumsum(steps, dtype=kind).astype(object)
    items = [scalars.add(start[0], scalars.multiply(delta[0], i)) for i in range(length)]
    return stored(call, small_array(items, (length,)))


@evaluates("ConstantOfShape")
def constant_of_shape(call: Call) -> Any:
    """Y = one value everywhere."""
    shape = small_shape(call, generate.constant_of_shape)
    if shape is None:
        return None
    given = call.attributes.get("value")
    if given is None:
        return small_array([0.0] * product(shape), shape)
    if given.value is None:
        return None
    return small_array([given.value.reshape(-1)[0]] * product(shape), shape)


@evaluates("EyeLike")
def eye_like(call: Call) -> Any:
    """Y = ones on a diagonal."""
    shape = small_shape(call, generate.eye_like)
    k = integer(call, "k", 0)
    if shape is None or len(shape) != 2 or abs(k) > MAX_ELEMENTS:
        return None
    one = 1.0 if is_float(generate.eye_like(call)[0].dtype or dtype(call, 0)) else 1
    return np.eye(*shape, k=k, dtype=type(one)).astype(object)


@evaluates("OneHot")
def one_hot(call: Call) -> Any:
    """Y = `on` at each index, `off` elsewhere."""
    shape = small_shape(call, generate.one_hot)
    if shape is None:
        return None
    indices = index_array(call.value(0))
    off, on = call.value(2).reshape(-1)
    axis = one_axis(call, integer(call, "axis", -1), len(shape))
    places = np.arange(shape[axis]).reshape([-1 if i == axis else 1 for i in range(len(shape))])
    hits = np.expand_dims(np.mod(indices, shape[axis]), axis) == places
    valid = np.expand_dims((indices < shape[axis]) & (indices >= -shape[axis]), axis)
    return np.where(hits & valid, on, off).astype(object)


@evaluates(*_REDUCTIONS)
def reduction(call: Call) -> Any:
    """Y = X summed up over axes (or multiplied, or the largest, ...)."""
    x = call.value(0)
    axes = sorted(reduced_axes(call, x.ndim))
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    count = product(x.shape[axis] for axis in axes)
    rows = x.transpose(*kept, *axes).reshape(product(x.shape[a] for a in kept), count)
    start = [_EMPTY[call.op_type]] if call.op_type in _EMPTY else []
    items = [reduce(_REDUCTIONS[call.op_type], row, *start) for row in rows.tolist()]
    orderless = call.op_type in _ORDERLESS or (count <= 2 and is_float(dtype(call, 0)))
    if not orderless and not all(map(_is_exact, [*items, *x.reshape(-1)])):
        return None
    keep = integer(call, "keepdims", 1) != 0
    shape = [1 if a in axes else n for a, n in enumerate(x.shape) if keep or a not in axes]
    found = stored(call, small_array(items, shape))
    if found is None or (not is_float(dtype(call, 0)) and found.reshape(-1).tolist() != items):
        return None  # sums that leave their type: runtimes stop at its limits, or do not
    return found if call.op_type != "ReduceMean" else _shared(call, found, count)


def _shared(call: Call, sums: Any, count: int) -> Any:
    divide = scalars.divide if is_float(dtype(call, 0)) else scalars.divide_integers
    return stored(call, mapped(lambda a: divide(a, count), sums))


def _is_exact(item: Any) -> bool:
    """Whether a sum with `item` is the same in any order: runtimes have one of their own."""
    limit = 1 << 24 if type(item) is float else scalars.EXACT_FLOAT64
    return not scalars.is_number(item) or (item == int(item) and abs(item) <= limit)


@evaluates("CumSum")
def cumulative_sum(call: Call) -> Any:
    """Y = running sums of X, maybe from the end, maybe without the element itself."""
    axes = call.ints(1) or [None]
    x = call.value(0)
    axis = one_axis(call, axes[0], x.ndim)
    backwards = integer(call, "reverse", 0) != 0
    found = np.flip(x, axis) if backwards else x
    sums = np.cumsum(found, axis=axis, dtype=object)
    if is_float(dtype(call, 0)) and not all(map(_is_exact, [*sums.reshape(-1), *x.reshape(-1)])):
        return None
    if integer(call, "exclusive", 0):
        sums = sums - found
    return stored(call, np.flip(sums, axis) if backwards else sums)


@evaluates("ArgMax", "ArgMin")
def arg_reduction(call: Call) -> Any:
    """Y = where along `axis` X is largest (smallest), the first or the last such place."""
    x = call.value(0)
    axis = axis_attribute(call, 0, x.ndim)
    find = np.argmax if call.op_type == "ArgMax" else np.argmin
    if integer(call, "select_last_index", 0):
        places = x.shape[axis] - 1 - find(np.flip(x, axis), axis=axis)
    else:
        places = find(x, axis=axis)
    return np.expand_dims(places, axis) if integer(call, "keepdims", 1) else np.asarray(places)


@evaluates("NonZero")
def non_zero(call: Call) -> Any:
    """Y (r, n) = the places of elements that are not zero."""
    flags = [scalars.truth(item) for item in call.value(0).reshape(-1)]
    if None in flags:
        return None
    return np.array(np.nonzero(np.array(flags, dtype=bool).reshape(call.value(0).shape)))
