"""What holds for every formula of the standard: three number systems, linear in the batch."""

from __future__ import annotations

import re

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from costlint.costmodel.formulas import OP_CLASSES, all_formulas, all_free
from costlint.costmodel.ir.cost import Cost
from costlint.costmodel.ir.dims import Dim, substitute
from costlint.costmodel.ir.graph import Op
from tests.costmodel.formulas.cases import CASES
from tests.costmodel.strategies import cost, make_op, sliding, substituted, typed, work

N = sympy.Symbol("N", integer=True, positive=True)
FIELDS = (
    "macs", "other_flop", "bytes_read", "bytes_written", "weight_bytes_read",
    "memory_access_elements",
)  # fmt: skip
STANDARD = {f.op_type: f for f in all_formulas() if not f.domain}


def _at(op: Op, n: int) -> Op:
    return substituted(op, lambda d: substitute(d, {"N": n}))


def _values(op: Op) -> list[Dim]:
    found: Cost = cost(op)
    return [work(op).special, *(getattr(found, field) for field in FIELDS)]


def test_every_formula_has_a_case():
    assert set(STANDARD) == set(CASES)


@pytest.mark.parametrize("op_type", sorted(CASES))
def test_three_number_systems_agree(op_type):
    op = CASES[op_type](N)
    batches = (1, 2, 3, 8, 64)
    ints = [_values(_at(op, n)) for n in batches]
    symbolic = _values(op)
    arrays = _values(
        substituted(op, lambda d: np.array([substitute(d, {"N": n}) for n in batches]))
    )
    for at, n in enumerate(batches):
        assert all(type(value) is int for value in ints[at])
        assert [sympy.sympify(value).subs(N, n) for value in symbolic] == ints[at]
        swept = [value if isinstance(value, int) else value[at] for value in arrays]
        assert swept == pytest.approx(ints[at], rel=1e-12)


@pytest.mark.parametrize("op_type", sorted(CASES))
@settings(max_examples=10)
@given(n=st.integers(1, 100))
def test_linear_in_the_batch(op_type, n):
    """Twice the batch costs twice, but for what is shared: weights, tables, zero points."""
    op = CASES[op_type](N)
    one, two, three = (np.array(_values(_at(op, k * n))) for k in (1, 2, 3))
    assert (three - two == two - one).all()
    assert two[:2].tolist() == (2 * one[:2]).tolist()  # special functions and macs
    assert (one >= 0).all()


@given(shape=sliding(), data=st.data())
def test_groups_divide_the_macs_of_a_convolution(shape, data):
    group = data.draw(st.integers(1, 4))
    c, m = group * shape.channels, group * shape.filters
    x = (shape.batch, c, *shape.size)
    whole = make_op("Conv", x, (m, c, *shape.filter), **shape.attributes)
    grouped = make_op("Conv", x, (m, c // group, *shape.filter), group=group, **shape.attributes)
    assert cost(whole).macs == group * cost(grouped).macs


@pytest.mark.parametrize(
    ("dtype", "of_twelve"),
    [("float64", 96), ("float32", 48), ("bfloat16", 24), ("float8e4m3fn", 12), ("int4", 6),
     ("uint2", 3), ("bool", 12)],
)  # fmt: skip
def test_bytes_follow_the_element_type(dtype, of_twelve):
    found = cost(make_op("Relu", typed((3, 4), dtype)))
    assert (found.bytes_read, found.bytes_written) == (of_twelve, of_twelve)


@pytest.mark.parametrize("op_type", sorted(STANDARD))
def test_docstrings_open_with_a_signature(op_type):
    doc = STANDARD[op_type].doc
    first, _, rest = doc.partition("\n")
    assert re.match(r"[A-Z]\w* ?(\[|\(|=|\.\.\.)|[A-Z]\w*, ", first), first
    assert "=" in first
    assert re.search(r"macs|other_flop", rest), "what is counted is missing"
    assert STANDARD[op_type].spec.endswith(f"__{op_type}.html")


def test_classes():
    for formula in STANDARD.values():
        assert formula.op_class in OP_CLASSES
        macs = sympy.sympify(cost(CASES[formula.op_type](N)).macs)
        assert (formula.op_class == "conv") == (macs != 0), formula.op_type


def test_free_operators_have_a_reason():
    assert all(len(reason.split()) > 3 for _, _, reason in all_free())
