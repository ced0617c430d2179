"""Arithmetic on dims that keeps ints exact and symbolic results short.

Symbols are positive integers, which decides most comparisons: `N - 1` is never negative.
Every function has an int path in front, so static graphs never import sympy.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from costlint.costmodel.ir.dims import Dim, product, simplest
from costlint.costmodel.ir.tensor import UnknownShapeError

_MAX_TERMS = 256
_MAX_SYMBOLS = 8
_MAX_CASES = 3  # Min and Max that a proof about a sign goes into
_MAX_NESTED = 16
_MAX_DEGREE = 8
_MAX_DENOMINATOR = 1 << 12


def floor_div(a: Dim, b: Dim) -> Dim:
    """`a // b`; nested floors collapse: `floor(floor(x/2) / 2)` is `floor(x/4)`."""
    if type(a) is int and type(b) is int:
        return a // b
    return _symbolic_floor(a, b)


def ceil_div(a: Dim, b: Dim) -> Dim:
    """`a / b` rounded up."""
    if type(a) is int and type(b) is int:
        return -(-a // b)
    return _symbolic_floor(a + b - 1, b)


@lru_cache(maxsize=4096)
def _symbolic_floor(a: Dim, b: Dim) -> Dim:
    import sympy

    a = sympy.sympify(a, strict=True)
    if type(b) is int:
        inner = [term for term in sympy.Add.make_args(a) if isinstance(term, sympy.floor)]
        if len(inner) == 1:  # the other terms are integers, so the inner floor changes nothing
            a = a - inner[0] + inner[0].args[0]
    return simplest(sympy.floor(sympy.expand(a / b) if type(b) is int else a / b))


def exact_div(a: Dim, b: Dim) -> Dim:
    """`a / b` where the model promises that it divides; None for ints that do not."""
    if type(a) is int and type(b) is int:
        return a // b if b and a % b == 0 else None
    return _symbolic_quotient(a, b)


@lru_cache(maxsize=4096)
def _symbolic_quotient(a: Dim, b: Dim) -> Dim:
    import sympy

    if b == 0:
        return None
    quotient = sympy.sympify(a, strict=True) / b
    if not quotient.is_integer:
        quotient = sympy.cancel(quotient)
    return simplest(quotient if quotient.is_integer else sympy.floor(quotient))


def smaller(a: Dim, b: Dim) -> Dim:
    """The smaller one, without a Min where the sign of the difference is certain."""
    if type(a) is int and type(b) is int:
        return min(a, b)
    return _symbolic_smaller(a, b)


@lru_cache(maxsize=4096)
def _symbolic_smaller(a: Dim, b: Dim) -> Dim:
    import sympy

    if is_nonnegative(b - a):
        return simplest(a)
    if is_nonnegative(a - b):
        return simplest(b)
    found = sympy.Min(a, b, evaluate=False)  # its own simplification takes minutes when nested
    if not is_short(found) or len(found.atoms(sympy.Min)) > _MAX_NESTED:
        raise UnknownShapeError("a dimension is the smallest of too many expressions")
    return found


def larger(a: Dim, b: Dim) -> Dim:
    """The larger one, without a Max where the sign of the difference is certain."""
    if type(a) is int and type(b) is int:
        return max(a, b)
    return simplest(-smaller(-a, -b))


def is_nonnegative(expr: Dim) -> bool:
    """Whether `expr >= 0` is certain for all positive integer values of its symbols."""
    if type(expr) is int:
        return expr >= 0
    return _proves_nonnegative(expr)


@lru_cache(maxsize=4096)
def _proves_nonnegative(expr: Any) -> bool:
    import sympy

    if not is_short(expr) or len(expr.atoms(sympy.Min, sympy.Max)) > _MAX_CASES:
        return False
    if getattr(expr, "is_nonnegative", None) is not None:
        return bool(expr.is_nonnegative)
    symbols = getattr(expr, "free_symbols", ())
    if not 0 < len(symbols) <= _MAX_SYMBOLS:
        return False
    low = sympy.expand(_without_floors(expr))
    if not low.is_polynomial(*symbols) or sympy.Poly(low, *symbols).total_degree() > _MAX_DEGREE:
        return False
    shifted = low.subs({s: s + 1 for s in symbols}, simultaneous=True)  # now each starts at 0
    return all(c.is_number and c >= 0 for c in sympy.Poly(shifted, *symbols).coeffs())


def _without_floors(expr: Any) -> Any:
    """A lower bound of `expr`: floor(u) lies in [u - 1 + 1/q, u] where q is u's denominator."""
    import sympy

    total = sympy.Integer(0)
    for term in sympy.Add.make_args(sympy.expand(expr)):
        coefficient, rest = term.as_coeff_Mul()
        if isinstance(rest, sympy.floor):
            inner = _without_floors(rest.args[0] if coefficient > 0 else -rest.args[0])
            slack = 1 - sympy.Rational(1, _denominator(rest.args[0])) if coefficient > 0 else 0
            total += abs(coefficient) * (inner - slack)
        else:
            total += term
    return total


def _denominator(expr: Any) -> int:
    """The common denominator of the terms of an expression in integers."""
    import sympy

    parts = (term.as_coeff_Mul()[0] for term in sympy.Add.make_args(expr))
    return int(sympy.ilcm(1, *(part.q for part in parts if part.is_Rational)))


def is_short(expr: Any) -> bool:
    """Whether `expr` has few enough parts to go on with; hostile chains grow without end."""
    pending = [expr]
    for _ in range(_MAX_TERMS):
        if not pending:
            return True
        pending.extend(getattr(pending.pop(), "args", ()))
    return False


def total(dims: Iterable[Dim]) -> Dim:
    """Product of `dims` as a plain int where it is one (a zero absorbs symbols)."""
    return simplest(product(dims))


def rational(number: Any) -> Any:
    """A float as the simple fraction it was meant to be: 1.3333334 is 4/3; others as they are."""
    if type(number) is not float:
        return number
    exact = Fraction(number)
    simple = exact.limit_denominator(_MAX_DENOMINATOR)
    meant = simple if abs(simple - exact) <= abs(exact) / (1 << 22) else exact
    return meant.numerator if meant.denominator == 1 else meant
