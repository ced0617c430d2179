"""How small known tensors are held and checked: object arrays of Python numbers or symbols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from math import prod
from typing import Any, Final

import numpy as np

from costlint.costmodel.ir.dims import Shape, is_static, simplest
from costlint.costmodel.ir.dtypes import BITS, is_float
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes.registry import (
    Call,
    Out,
    ShapeRule,
    ValueRule,
    value_rule,
)
from costlint.costmodel.shapes.symbolic import is_short

MAX_ELEMENTS: Final = 4096
"""Shape arithmetic is a handful of numbers; what is larger is data."""

# What numpy and Python raise on values that contradict each other, and on inputs that are absent.
_CONTRADICTIONS: Final = (
    ArithmeticError, AttributeError, IndexError, TypeError, ValueError, UnknownShapeError,
)  # fmt: skip
_INT64: Final = range(-(1 << 63), 1 << 63)
_UINT64: Final = range(1 << 64)
_NUMPY_FLOATS: Final = frozenset({"float16", "float32", "float64"})


def small_array(items: Sequence[Any], shape: Sequence[int]) -> Any:
    """An object array of `shape` that holds `items` in order."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array.reshape(shape)


def evaluates(*op_types: str) -> Callable[[ValueRule], ValueRule]:
    """Register the decorated function as value rule of `op_types`, made safe.

    It is not called for large inputs. Values that contradict each other, results that are large,
    that a 64-bit integer cannot hold or that grow without end give None.
    """

    def register(rule: ValueRule) -> ValueRule:
        @wraps(rule)
        def guarded(call: Call) -> Any:
            if call.tensor(0) is None:
                return None
            if any(t is not None and t.value.size > MAX_ELEMENTS for t in call.inputs):
                return None
            try:
                with np.errstate(all="ignore"):
                    found = rule(call)
            except _CONTRADICTIONS:
                return None
            first = call.tensor(0)
            integers = _UINT64 if first is not None and first.dtype == "uint64" else _INT64
            if isinstance(found, list):
                arrays = [_plain(array, integers) for array in found]
                return None if any(array is None for array in arrays) else arrays
            return _plain(found, integers)

        value_rule(*op_types)(guarded)
        return rule

    return register


def _plain(array: Any, integers: range) -> Any:
    """`array` with Python numbers, ints where possible; None where one is out of bounds."""
    if array is None:
        return None
    array = np.asarray(array, dtype=object)
    if array.size > MAX_ELEMENTS:
        return None
    items = []
    for item in array.reshape(-1):
        if isinstance(item, np.generic):
            item = item.item()  # noqa: PLW2901
        if type(item) not in (bool, float, str):
            item = simplest(item)  # noqa: PLW2901
            if type(item) is int:
                if item not in integers:
                    return None
            elif not hasattr(item, "free_symbols") or not is_short(item):
                return None
        items.append(item)
    return small_array(items, array.shape)


def mapped(function: Callable[..., Any], *arrays: Any, texts: bool = False) -> Any:
    """`function` of each element of the broadcast `arrays`; None where one of them has none.

    Elements that are no numbers give None, unless the function takes `texts`.
    """
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    if prod(shape) > MAX_ELEMENTS:
        return None
    columns = [np.broadcast_to(array, shape).reshape(-1) for array in arrays]
    if not texts and any(isinstance(item, str) for column in columns for item in column):
        return None
    items = [function(*row) for row in zip(*columns, strict=True)]
    return None if any(item is None for item in items) else small_array(items, shape)


def stored(call: Call, array: Any, dtype: str | None = None) -> Any:
    """`array` as `dtype` (that of the first input) keeps it: floats rounded, integers wrapped.

    None for floats of a width that numpy does not have.
    """
    first = call.tensor(0)
    kind = dtype or (first.dtype if first is not None else "float32")
    if array is None:
        return None
    if not is_float(kind):
        items = [wrapped(simplest(item), kind) for item in array.reshape(-1)]
        return small_array(items, array.shape)
    if kind not in _NUMPY_FLOATS:
        return None
    to = np.dtype(kind).type
    items = [float(to(item)) if type(item) is float else item for item in array.reshape(-1)]
    return small_array(items, array.shape)


def wrapped(item: Any, dtype: str) -> Any:
    """An integer as two's complement keeps it in `dtype`; anything else as it is."""
    bits = BITS.get(dtype, 0)
    if type(item) is not int or bits < 8 or "int" not in dtype:
        return item
    low = 0 if dtype[0] == "u" else -(1 << bits - 1)
    return (item - low) % (1 << bits) + low


def small_shape(call: Call, rule: ShapeRule) -> Shape | None:
    """The shape that `rule` gives, where it is known and small enough to be evaluated."""
    outs: Sequence[Out] = rule(call)
    shape = outs[0].shape
    return shape if shape is not None and is_static(shape) and prod(shape) <= MAX_ELEMENTS else None


def index_array(array: Any) -> Any:
    """`array` as numpy integers; a TypeError where there is none or an element is no number."""
    if array is None or any(type(item) is not int for item in array.reshape(-1)):
        raise TypeError("an index is not a number")
    return array.astype(np.int64)
