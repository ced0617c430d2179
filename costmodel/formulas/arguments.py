"""What a formula reads of an op besides shapes: attributes of the right type, element steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor, UnknownShapeError

FIRST_ONLY: Final = (None, *(0,) * 8)
"""`Work.read` of an op whose further inputs only steer it: shapes, axes, sizes, counts."""


def integer(op: Op, name: str, default: int) -> int:
    """Integer attribute `name`; UnknownShapeError when it is of another type."""
    value = op.attributes.get(name, default)
    if isinstance(value, int):
        return value
    raise _mistyped(op, name, value, "an integer")


def number(op: Op, name: str, default: float) -> float:
    """Number attribute `name`; UnknownShapeError when it is of another type."""
    value = op.attributes.get(name, default)
    if isinstance(value, int | float):
        return value
    raise _mistyped(op, name, value, "a number")


def text(op: Op, name: str, default: str) -> str:
    """String attribute `name`; UnknownShapeError when it is of another type."""
    value = op.attributes.get(name, default)
    if isinstance(value, str):
        return value
    raise _mistyped(op, name, value, "a string")


def integers(op: Op, name: str) -> Sequence[int] | None:
    """Attribute `name` as integers, None where it is absent; UnknownShapeError for others."""
    value = op.attributes.get(name)
    if value is None:
        return None
    if isinstance(value, list | tuple) and all(
        isinstance(one, int) or hasattr(one, "free_symbols") for one in value
    ):
        return value
    raise _mistyped(op, name, value, "a list of integers")


def _mistyped(op: Op, name: str, value: object, what: str) -> UnknownShapeError:
    shown = f"{value!r:.40}"
    return UnknownShapeError(
        f"{op.identifier} (node {op.name!r}): attribute {name} is {shown}, not {what}"
    )


def tensor(op: Op, index: int) -> Tensor:
    """Input `index`; UnknownShapeError where it is absent."""
    found = op.input(index)
    if found is None:
        msg = f"{op.identifier} (node {op.name!r}) lacks input {index}"
        raise UnknownShapeError(msg)
    return found


def has(op: Op, *indices: int) -> int:
    """How many of these optional inputs are there: 1 or 0 for a single one."""
    return sum(op.input(index) is not None for index in indices)


def dim(op: Op, of: Tensor, axis: int) -> Dim:
    """Dimension `axis` of a tensor; UnknownShapeError where it has fewer."""
    shape = of.known_shape
    if -len(shape) <= axis < len(shape):
        return shape[axis]
    msg = f"{op.identifier} (node {op.name!r}): {of.name!r} has no axis {axis}"
    raise UnknownShapeError(msg)


def log2_ceil(a: Dim) -> Dim:
    """Least n with `2**n >= a`: steps of a halving, passes of a fast transform."""
    if isinstance(a, int):
        return max(a - 1, 0).bit_length()
    if hasattr(a, "dtype"):
        import numpy as np

        return np.ceil(np.log2(np.maximum(a, 1)))
    if hasattr(a, "log2_ceil"):  # a traced dimension: `space.trace`
        return a.log2_ceil()
    import sympy

    return sympy.ceiling(sympy.log(a, 2))
