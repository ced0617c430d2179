"""Shape arithmetic gives what onnxruntime gives, bit for bit, or says that it does not know."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.shapes.evaluation import MAX_ELEMENTS
from tests.costmodel.shapes.factory import shape, value
from tests.costmodel.shapes.runtime import onnxruntime_gives, rules_give, same
from tests.costmodel.shapes.strategies import CASES

INT64_MAX = 2**63 - 1
INT64_MIN = -(2**63)


@settings(
    max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(case=CASES)
def test_a_known_value_is_what_onnxruntime_gives(case):
    op_type, inputs, outputs, attributes = case
    theirs = onnxruntime_gives(op_type, inputs, outputs, **attributes)
    values, shapes = rules_give(op_type, inputs, outputs, **attributes)
    if theirs is None:
        return
    if op_type != "NonZero":  # its shape rule gives an upper bound
        assert shapes == [array.shape for array in theirs]
    if values is not None:
        assert all(same(a, b) for a, b in zip(values, theirs, strict=True)), (values, theirs)


@pytest.mark.parametrize(
    ("op_type", "a", "b", "expected"),
    [
        ("Add", INT64_MAX, 1, INT64_MIN),  # 64 bits wrap around
        ("Mul", 2**62, 4, 0),
        ("Sub", INT64_MIN, 1, INT64_MAX),
        ("Div", 7, -2, -3),  # towards zero
        ("Div", -7, 2, -3),
        ("Mod", -7, 2, 1),  # the sign of the divisor
    ],
)
def test_integers_are_those_of_a_machine(op_type, a, b, expected):
    found = value(op_type, [np.array([a]), np.array([b])])
    assert found.tolist() == [expected]


def test_smaller_integers_wrap_at_their_own_width():
    found = value("Add", [np.array([2**31 - 1], dtype="int32"), np.array([1], dtype="int32")])
    assert found.tolist() == [-(2**31)]


@pytest.mark.parametrize("divisor", [0, -1])
def test_a_division_that_kills_a_runtime_is_refused(divisor):
    with pytest.raises(ShapeError, match=f"Div .* / {divisor} is no int64"):
        value("Div", [np.array([INT64_MIN]), np.array([divisor])])


def test_fmod_has_the_sign_of_the_dividend():
    assert value("Mod", [np.array([-7]), np.array([2])], fmod=1).tolist() == [-1]


def test_large_results_are_not_evaluated():
    assert value("Range", [np.array(0), np.array(MAX_ELEMENTS), np.array(1)]).size == MAX_ELEMENTS
    assert value("Range", [np.array(0), np.array(MAX_ELEMENTS + 1), np.array(1)]) is None
    assert value("ConstantOfShape", [np.array([2**40])]) is None
    assert value("Expand", [np.array([1]), np.array([2**40])]) is None
    assert value("Tile", [np.array([1]), np.array([2**62])]) is None
    assert shape("ConstantOfShape", [np.array([2**40])]) == (2**40,)


def test_a_text_is_never_taken_for_an_expression():
    text = np.array(["__import__('os').getpid()"], dtype=object)
    for op_type in ("Add", "Mul", "Max", "Less", "Equal"):
        found = value(op_type, [text, np.array([1])])
        assert found is None or found.tolist() == [False]
