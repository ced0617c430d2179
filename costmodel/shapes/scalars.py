"""Arithmetic on one element of a known tensor: a number or a symbol; None for "cannot say"."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from costlint.costmodel.ir.dims import simplest
from costlint.costmodel.shapes.symbolic import (
    floor_div,
    is_nonnegative,
    larger,
    rational,
    smaller,
)

EXACT_FLOAT64 = 1 << 53
"""Up to here every integer is a float64; runtimes compute some integer operators with those."""
_MAX_EXPONENT = 64


def is_number(a: Any) -> bool:
    """Whether `a` is a Python number and not a symbol."""
    return type(a) in (int, float, bool)


def aligned(a: Any, b: Any) -> tuple[Any, Any]:
    """Both with floats as fractions where the other one is symbolic, so that it stays exact."""
    if is_number(a) and is_number(b):
        return a, b
    import sympy

    return sympy.sympify(rational(a), strict=True), sympy.sympify(rational(b), strict=True)


def _exact(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: operation(*aligned(a, b))


add = _exact(operator.add)
subtract = _exact(operator.sub)
multiply = _exact(operator.mul)


def divide(a: Any, b: Any) -> Any:
    """`a / b` of floats."""
    a, b = aligned(a, b)
    return None if b == 0 else a / b


def divide_integers(a: Any, b: Any) -> Any:
    """`a / b` of integers, towards zero as C does it; symbolic sizes are not negative."""
    if b == 0:
        return None
    if type(a) is int and type(b) is int:
        return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return floor_div(a, b)


def modulo(a: Any, b: Any) -> Any:
    """`a mod b` with the sign of `b`."""
    if b == 0:
        return None
    a, b = aligned(a, b)
    return a % b


def c_modulo(a: Any, b: Any) -> Any:
    """`a mod b` with the sign of `a`, as C's fmod."""
    if b == 0 or not (is_number(a) and is_number(b)):
        return None
    found = math.fmod(a, b) if float in (type(a), type(b)) else abs(a) % abs(b)
    return -found if type(found) is int and a < 0 else found


def power(a: Any, b: Any) -> Any:
    """`a ** b`, for exponents that keep the result within bounds."""
    if not is_number(b) or abs(b) > _MAX_EXPONENT:
        return None
    if is_number(a) and type(a) is not float and (type(b) is float or b < 0):
        a = float(a)
    a, b = aligned(a, b)
    found = a**b
    return None if isinstance(found, complex) else found


def floor(a: Any) -> Any:
    """`a` rounded down."""
    if is_number(a):
        return type(a)(math.floor(a))
    numerator, denominator = a.as_numer_denom()
    return floor_div(numerator, simplest(denominator))


def ceil(a: Any) -> Any:
    """`a` rounded up."""
    if is_number(a):
        return type(a)(math.ceil(a))
    numerator, denominator = a.as_numer_denom()
    return floor_div(numerator + denominator - 1, simplest(denominator))


def absolute(a: Any) -> Any:
    """`|a|`."""
    if is_number(a):
        return abs(a)
    return a if is_nonnegative(a) else -a if is_nonnegative(-a) else None


def sign(a: Any) -> Any:
    """-1, 0 or 1."""
    if is_number(a):
        return type(a)((a > 0) - (a < 0))
    return 1 if is_nonnegative(a - 1) else None


def square_root(a: Any) -> Any:
    """The square root of `a`."""
    if is_number(a):
        return math.sqrt(a)
    import sympy

    return sympy.sqrt(a)


def least(a: Any, b: Any) -> Any:
    """The smaller one; not a number where one of them is none."""
    return _extreme(a, b, min, smaller)


def _extreme(a: Any, b: Any, of_numbers: Any, of_symbols: Any) -> Any:
    if a != a or b != b:  # noqa: PLR0124 - only NaN differs from itself
        return math.nan
    return of_numbers(a, b) if is_number(a) and is_number(b) else of_symbols(*aligned(a, b))


def greatest(a: Any, b: Any) -> Any:
    """The larger one; not a number where one of them is none."""
    return _extreme(a, b, max, larger)


def equal(a: Any, b: Any) -> bool | None:
    """Whether `a == b` for all sizes, or for none."""
    if is_number(a) and is_number(b):
        return bool(a == b)
    if isinstance(a, str) or isinstance(b, str):
        return bool(a == b)
    a, b = aligned(a, b)
    if a == b:
        return True
    return False if less(a, b) or less(b, a) else None


def less(a: Any, b: Any) -> bool | None:
    """Whether `a < b` for all sizes, or for none."""
    if is_number(a) and is_number(b):
        return bool(a < b)
    a, b = aligned(a, b)
    if is_nonnegative(a - b):
        return False
    if is_nonnegative(b - a - 1):
        return True
    relation = a < b
    return bool(relation) if relation in (True, False) else None


def truth(a: Any) -> bool | None:
    """`a != 0`."""
    return bool(a) if is_number(a) else True if is_nonnegative(a - 1) else None
