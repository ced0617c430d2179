"""Traced arithmetic is integer arithmetic, whatever formula runs on it."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from costlint.costmodel.ir.dims import ceil_div, is_below, maximum, minimum, symbol
from costlint.costmodel.space.cases import UndecidedError, by_cases
from costlint.costmodel.space.expressions import symbolic, traced
from costlint.costmodel.space.program import Program
from costlint.costmodel.space.trace import Node, Trace

SIZES = st.integers(1, 300)

FORMULAS = {
    "padded": lambda a, b, c: ceil_div(a, 8) * 8 * ceil_div(b, 4) * 4 * c,
    "cut out of a floor": lambda a, b, c: (8 * a + 6 * b + 3) // 4 - c,
    "exact quotient": lambda a, b, c: (6 * a * b * c + 2 * a * b * b) // (2 * a * b),
    "positive": lambda a, b, c: maximum(a - b, 0) + maximum(b - a, 0) + c,
    "smaller": lambda a, b, c: minimum(a * b, c * c) + minimum(3, a),
    "larger of three": lambda a, b, c: maximum(maximum(a, b), c),
    "remainder": lambda a, b, c: a % 7 + (a * b) % 5 + c,
    "quotient of two": lambda a, b, c: (a + b) // (c + 1) + 1000 // a,
    "powers": lambda a, b, c: (2 * a + b) ** 2 + c**3 + (3 * a) ** 2,
    "bits": lambda a, b, c: minimum(a & (a - 1), 1) + b * c,
    "nested": lambda a, b, c: ((a + 1) // 2 + 1) // 2 + (b - 1) // 3 * c,
}


def value(found, nodes, sizes):
    if not isinstance(found, Node):
        return found
    return Program(nodes, [found])(np.array(sizes, dtype=float)[:, None])[0, 0]


@pytest.mark.parametrize("name", FORMULAS)
@given(st.tuples(SIZES, SIZES, SIZES))
def test_a_trace_gives_what_integers_give(name, sizes):
    trace = Trace()
    nodes = [trace.variable(letter) for letter in "abc"]
    assert value(FORMULAS[name](*nodes), nodes, sizes) == FORMULAS[name](*sizes)


@pytest.mark.parametrize("name", sorted(set(FORMULAS) - {"bits"}))
@given(st.tuples(SIZES, SIZES, SIZES))
def test_its_expression_has_the_same_value(name, sizes):
    trace = Trace()
    nodes = [trace.variable(letter) for letter in "abc"]
    letters = dict(zip(nodes, map(symbol, "abc"), strict=True))
    found = symbolic(FORMULAS[name](*nodes), letters)
    given_sizes = dict(zip(letters.values(), sizes, strict=True))
    assert sympy.sympify(found).subs(given_sizes) == FORMULAS[name](*sizes)


@given(SIZES, SIZES)
def test_shapes_that_inference_gives_are_understood(height, width):
    h, w = symbol("h"), symbol("w")
    shapes = [
        sympy.floor((h - 1) / 2) + 1,
        sympy.floor(h / 4 - sympy.Rational(1, 4)) * 3,
        sympy.ceiling(h / 3) * w,
        sympy.Max(h, w) - sympy.Min(h, 7),
        sympy.Mod(h, 5) + w**2,
    ]
    trace = Trace()
    nodes = {"h": trace.variable("h"), "w": trace.variable("w")}
    for shape in shapes:
        found = traced(shape, nodes, trace, {})
        expected = int(shape.subs({h: height, w: width}))
        assert value(found, list(nodes.values()), (height, width)) == expected


@given(SIZES, SIZES)
def test_a_comparison_goes_both_ways(width, other):
    def branches(a, b):
        if is_below(a, 8):
            return {"narrow": a * b}
        return {"wide": a if is_below(b, a) else 3 * b}

    trace = Trace()
    nodes = [trace.variable("a"), trace.variable("b")]
    with pytest.raises(UndecidedError):
        branches(*nodes)
    found = by_cases(trace, lambda: branches(*nodes))
    expected = branches(width, other)
    for name in ("narrow", "wide"):
        assert value(found[name], nodes, (width, other)) == expected.get(name, 0)


def test_equal_values_are_one_node():
    trace = Trace()
    a, b = trace.variable("a"), trace.variable("b")
    assert a * b * 2 is 2 * (b * a)
    assert a + b - a is b
    assert maximum(a, b) is maximum(b, a)
    assert (4 * a * b) // (2 * b) is 2 * a


def test_what_is_certain_needs_no_choice():
    trace = Trace()
    a = trace.variable("a")
    assert a > 0
    assert not a < 1
    assert a + 5 >= 6
    assert a - a == 0
