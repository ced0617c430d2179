"""Dimensions: exact ints, sympy expressions over positive integers, or numpy arrays in a sweep.

What a formula needs beyond plain `+ - * //` stands here, so that it runs on all three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Dim: TypeAlias = Any
"""int, sympy.Expr or numpy.ndarray; not a Protocol because sympy's operators are untyped."""

Shape: TypeAlias = tuple[Dim, ...]


def symbol(name: str) -> Dim:
    """The one place that makes a symbol: a positive integer of that name."""
    import sympy

    return sympy.Symbol(name, integer=True, positive=True)


def product(dims: Iterable[Dim]) -> Dim:
    """Product of `dims`; 1 when there are none."""
    total: Dim = 1
    for dim in dims:
        total = total * dim
    return total


def ceil_div(a: Dim, b: Dim) -> Dim:
    """`a / b` rounded up."""
    return -(-a // b)


def filled(size: Dim, step: Dim) -> Dim:
    """`size` rounded up to a multiple of `step`."""
    return ceil_div(size, step) * step


def maximum(a: Dim, b: Dim) -> Dim:
    """The larger one, element by element for arrays."""
    if isinstance(a, int | float) and isinstance(b, int | float):
        return max(a, b)
    if _is_array(a) or _is_array(b):
        import numpy as np

        return np.maximum(a, b)
    for one, other in ((a, b), (b, a)):
        if hasattr(one, "at_least"):  # a traced dimension: `space.trace`
            return one.at_least(other)
    import sympy

    return sympy.Max(a, b)


def minimum(a: Dim, b: Dim) -> Dim:
    """The smaller one, element by element for arrays."""
    return -maximum(-a, -b)


def _is_array(dim: Dim) -> bool:
    return hasattr(dim, "__array_priority__") and hasattr(dim, "dtype")


def is_below(a: Dim, b: Dim) -> bool:
    """Whether `a < b`; no where a symbol leaves it open. A traced dimension goes both ways."""
    if (type(a) is int and type(b) is int) or hasattr(a, "at_least") or hasattr(b, "at_least"):
        return bool(a < b)
    return not _is_array(a) and bool((a < b) == True)  # noqa: E712 - a relation may stay open


def is_one(dim: object) -> bool:
    """Whether `dim` is the number one; no where a symbol leaves it open."""
    return type(dim) is int and dim == 1


def is_static(shape: Shape | None) -> bool:
    """Whether every dimension is a plain int."""
    return shape is not None and all(type(dim) is int for dim in shape)


def free_symbols(dims: Iterable[Dim]) -> frozenset[str]:
    """Names of the symbols in `dims`."""
    return frozenset(s.name for dim in dims if type(dim) is not int for s in dim.free_symbols)


def substitute(dim: Dim, values: Mapping[str, Dim]) -> Dim:
    """`dim` with symbols replaced by name; an int when nothing symbolic is left."""
    if type(dim) is int:
        return dim
    import sympy

    given = {s: sympy.sympify(values[s.name]) for s in dim.free_symbols if s.name in values}
    bound = dim.xreplace(given)  # in one pass: `subs` takes one for each symbol
    return simplest(bound)


def simplest(dim: Dim) -> Dim:
    """`dim` as a plain int where it is one, so that static code never meets sympy numbers."""
    if type(dim) is int:
        return dim
    return int(dim) if getattr(dim, "is_Integer", False) else dim
