"""Sums, powers, floors and quotients of traced values, kept exact wherever that is possible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from costlint.costmodel.space.trace import Dim, Node, Number, Terms, Trace


def total(trace: Trace, values: Iterable[Dim]) -> Dim:
    """The sum of nodes and numbers."""
    terms: Terms = {}
    constant: Number = 0
    for value in values:
        if isinstance(value, int | float):
            constant += value
            continue
        own, rest = value.linear
        constant += rest
        for node, times in own.items():
            terms[node] = terms.get(node, 0) + times
    return trace.linear(terms, constant)


def monomial(value: Node) -> tuple[list[Node], Number]:
    """A value as its factors and a number: `6 * a * b` is ([a, b], 6).

    A sum of several terms is one factor.
    """
    if value.kind == "sum" and value.args[0] == 0 and len(value.args[1]) == 1:
        node, times = value.args[1][0]
        return node.factors, times
    return value.factors, 1


def power(value: Node, exponent: int) -> Dim:
    """`value` to a whole power. A product stays a product: each factor is repeated."""
    factors, times = monomial(value)
    return value.trace.product(factors * exponent) * times**exponent


def floored(value: Node, by: Number) -> Dim:
    """floor(value / by). Whole multiples of `by` are taken out of the floor."""
    terms, constant = value.linear
    if by == 1:
        return value
    out: Terms = {}
    rest: Terms = {}
    for node, times in terms.items():
        whole, part = divmod(times, by)
        if part and not isinstance(times, int):
            whole, part = 0, times
        out[node], rest[node] = whole, part
    whole, part = divmod(constant, by)
    inner = value.trace.linear(rest, part)
    is_traced = isinstance(inner, type(value))
    floor = value.trace.node("floor", (inner, by)) if is_traced else inner // by
    return value.trace.linear(out, whole) + floor


def exact_quotient(value: Node, by: Node) -> Dim | None:
    """`value / by` where every term of `value` has the factors of `by`; else None."""
    divisors, number = monomial(by)
    terms, constant = value.linear
    if constant:
        return None
    found: Terms = {}
    for node, times in terms.items():
        left = node.factors
        for divisor in divisors:
            if divisor not in left:
                return None
            left.remove(divisor)
        if times % number:
            return None
        rest = value.trace.product(left)
        if not isinstance(rest, type(value)):
            return times // number if len(terms) == 1 else None
        found[rest] = found.get(rest, 0) + times // number
    return value.trace.linear(found, 0)
