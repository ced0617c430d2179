"""Traced dimensions to and from sympy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from math import prod
from typing import Any

from costlint.costmodel.ir.dims import maximum, minimum
from costlint.costmodel.space.trace import Dim, Node, Trace


def traced(
    expression: Dim, variables: Mapping[str, Dim], trace: Trace, known: dict[Any, Dim]
) -> Dim:
    """A sympy expression in the symbols `variables` as a traced value; `known` remembers.

    Raises:
        ValueError: it has a symbol or a function that is not known here.
    """
    if type(expression) is int or isinstance(expression, Node):
        return expression
    if expression not in known:
        known[expression] = _traced(expression, variables, trace, known)
    return known[expression]


def _traced(  # noqa: PLR0911 - one for each kind of expression
    expression: Any, variables: Mapping[str, Dim], trace: Trace, known: dict[Any, Dim]
) -> Dim:
    import sympy

    if expression.is_Integer:
        return int(expression)
    if expression.is_Symbol:
        if expression.name not in variables:
            raise ValueError(f"{expression} depends on the data")
        return variables[expression.name]
    if isinstance(expression, sympy.floor | sympy.ceiling):
        inner = expression.args[0]
        top, bottom = sympy.fraction(sympy.together(inner))
        values = [traced(part, variables, trace, known) for part in (sympy.expand(top), bottom)]
        if isinstance(expression, sympy.ceiling):
            return -(-values[0] // values[1])
        return values[0] // values[1]
    args = [traced(arg, variables, trace, known) for arg in expression.args if not arg.is_Rational]
    number = [arg for arg in expression.args if arg.is_Rational]
    if expression.is_Add or expression.is_Mul:
        return _sum_or_product(expression, args, number)
    if isinstance(expression, sympy.Max | sympy.Min):
        larger = isinstance(expression, sympy.Max)
        return reduce(maximum if larger else minimum, [*args, *map(int, number)])
    if isinstance(expression, sympy.Mod):
        top, bottom = (traced(arg, variables, trace, known) for arg in expression.args)
        return top % bottom
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        return traced(expression.base, variables, trace, known) ** int(expression.exp)
    raise ValueError(f"{expression} is not understood")


def _sum_or_product(expression: Any, args: list[Dim], numbers: list[Any]) -> Dim:
    if not expression.is_Add:
        found = prod(args)
        for number in numbers:
            found = found * int(number.p) // int(number.q)
        return found
    if any(number.q != 1 for number in numbers):
        raise ValueError(f"{expression} is no whole number")
    return sum(args) + sum(int(number.p) for number in numbers)


def symbolic(value: Dim, symbols: Mapping[Node, Any], known: dict[Node, Any] | None = None) -> Any:
    """A traced value as a sympy expression; `symbols` are the variables'."""
    import sympy

    known = {} if known is None else known
    if not isinstance(value, Node):
        return sympy.sympify(value)
    if value not in known:
        known[value] = _symbolic(value, symbols, known)
    return known[value]


def _symbolic(  # noqa: PLR0911 - one for each kind of node
    node: Node, symbols: Mapping[Node, Any], known: dict[Node, Any]
) -> Any:
    import sympy

    if node.kind == "variable":
        return symbols[node]
    if node.kind == "sum":
        constant, terms = node.args
        parts = [times * symbolic(n, symbols, known) for n, times in terms]
        return sympy.Add(*parts, sympy.sympify(constant))
    if node.kind == "product":
        return sympy.Mul(*[symbolic(n, symbols, known) for n in node.factors])
    args = [symbolic(arg, symbols, known) for arg in node.args]
    if node.kind == "quotient":
        return args[0] / args[1]
    if node.kind == "floor":
        return sympy.floor(args[0] / args[1])
    if node.kind == "bits":
        raise ValueError("a bitwise operation has no expression")
    if node.kind == "positive":
        return sympy.Max(args[0], 0, evaluate=False)
    return sympy.Piecewise((1, args[0] < 0), (0, True))
