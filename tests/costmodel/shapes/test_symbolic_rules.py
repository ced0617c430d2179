"""A rule on symbols, with numbers put in, gives what the rule on numbers gives."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pytest
import sympy
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from costlint.costmodel.ir.dims import is_static, substitute, symbol
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.ir.tensor import Tensor, UnknownShapeError
from costlint.costmodel.shapes import symbolic
from costlint.costmodel.shapes.evaluation import small_array
from tests.costmodel.shapes.factory import outs, shape

H, W, N = symbol("H"), symbol("W"), symbol("N")
SIZES = st.integers(1, 40)
SMALL = st.integers(1, 4)


def target(*dims: Any) -> Tensor:
    """A small known tensor of dims, as shape arithmetic makes it."""
    return Tensor(
        name="t", shape=(len(dims),), dtype="int64", value=small_array(dims, (len(dims),))
    )


@st.composite
def windows(draw: Any) -> dict[str, Any]:
    pads = draw(st.lists(st.integers(0, 2), min_size=4, max_size=4))
    return {
        "kernel_shape": [draw(st.integers(1, 5)), draw(st.integers(1, 5))],
        "strides": [draw(SMALL), draw(SMALL)],
        "pads": pads,
        "dilations": [draw(st.integers(1, 3)), draw(st.integers(1, 3))],
    }


BOUND = st.integers(-9, 9) | st.sampled_from([2**31 - 1, 2**63 - 1, -(2**63)])
STEP = st.sampled_from([1, 1, 2, 3, -1, -2])
CALLS: dict[str, st.SearchStrategy[Any]] = {
    "Conv": windows().map(lambda w: ([(8, 4, *w["kernel_shape"])], w)),
    "MaxPool": st.tuples(windows(), st.integers(0, 1)).map(
        lambda a: ([], {**a[0], "ceil_mode": a[1]})
    ),
    "ConvTranspose": windows().map(lambda w: ([(4, 8, *w["kernel_shape"])], w)),
    "AveragePool": st.sampled_from(["SAME_UPPER", "SAME_LOWER", "VALID"]).map(
        lambda p: ([], {"kernel_shape": [2, 3], "strides": [2, 3], "auto_pad": p})
    ),
    "Slice": st.tuples(BOUND, BOUND, STEP).map(
        lambda a: ([target(a[0]), target(a[1]), target(2), target(a[2])], {})
    ),
    "Resize": st.tuples(SMALL, st.sampled_from([0.5, 2.0, 1.5, 0.25])).map(
        lambda a: ([None, [1.0, 1.0, float(a[0]), a[1]]], {})
    ),
    "Pad": st.lists(st.integers(0, 5), min_size=8, max_size=8).map(lambda p: ([target(*p)], {})),
    "Flatten": st.integers(-4, 4).map(lambda axis: ([], {"axis": axis})),
    "Concat": st.integers(0, 3).map(lambda axis: ([(N, 4, H, W)], {"axis": axis})),
    "Reshape": st.sampled_from([target(0, -1), target(0, 4, -1), target(-1, 2, 2, 1)]).map(
        lambda t: ([t], {})
    ),
    "Tile": st.lists(SMALL, min_size=4, max_size=4).map(lambda r: ([target(*r)], {})),
    "DepthToSpace": st.just(([], {"blocksize": 2})),
    "Transpose": st.permutations(range(4)).map(lambda p: ([], {"perm": list(p)})),
    "ReduceMean": st.integers(0, 1).map(lambda k: ([target(2, 3)], {"keepdims": k})),
}


def put(tensor: Any, values: dict[str, int]) -> Any:
    if not isinstance(tensor, tuple):
        return tensor
    return tuple(substitute(dim, values) for dim in tensor)


@pytest.mark.parametrize("op_type", sorted(CALLS))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), n=SMALL, h=SIZES, w=SIZES)
def test_symbols_replaced_give_the_static_result(op_type, data, n, h, w):
    more, attributes = data.draw(CALLS[op_type])
    values = {"N": n, "H": h, "W": w}
    inputs = [(N, 4, H, W), *more]
    try:
        static = shape(op_type, [put(x, values) for x in inputs], **attributes)
    except ShapeError:  # numbers that the model does not work with
        reject()
    found = shape(op_type, inputs, **attributes)
    assert found is not None
    assert put(found, values) == static
    assert static is not None
    assert is_static(static)


@settings(max_examples=200, deadline=None)
@given(a=st.integers(1, 60), b=st.integers(1, 60), c=st.integers(-20, 20), k=st.integers(1, 9))
def test_symbolic_arithmetic_is_exact(a, b, c, k):
    pairs = [
        (symbolic.floor_div(H + c, k), (a + c) // k),
        (symbolic.ceil_div(H + c, k), -(-(a + c) // k)),
        (symbolic.floor_div(symbolic.floor_div(H, k) + c, 2), (a // k + c) // 2),
        (symbolic.smaller(H + c, W), min(a + c, b)),
        (symbolic.larger(H + c, W), max(a + c, b)),
        (symbolic.exact_div(6 * H * W, 2 * H), 3 * b),
    ]
    for found, expected in pairs:
        assert substitute(found, {"H": a, "W": b}) == expected


@settings(max_examples=300, deadline=None)
@given(
    terms=st.lists(st.tuples(st.integers(-6, 6), st.integers(0, 2), st.integers(0, 2)), max_size=4),
    divisor=st.integers(1, 5),
    h=SIZES,
    w=SIZES,
)
def test_what_is_proved_nonnegative_never_is_negative(terms, divisor, h, w):
    total = sum((c * H**i * W**j for c, i, j in terms), start=sympy.Integer(0))
    expression = symbolic.floor_div(total, divisor) + H
    if symbolic.is_nonnegative(expression):
        assert substitute(expression, {"H": h, "W": w}) >= 0


def test_static_dims_stay_python_ints():
    assert type(symbolic.floor_div(7, 2)) is int
    assert type(symbolic.smaller(3, N - N)) is int
    assert symbolic.exact_div(7, 2) is None


def test_nested_limits_end_in_an_unknown_shape_not_in_a_hang():
    cuts = [target(3), target(2**31 - 1), target(2)]

    def once(x: Any) -> Any:
        part = outs("Slice", [x, *cuts])[0].shape
        rest = outs("Slice", [x, target(0), target(-3), target(2)])[0].shape
        halved = outs("MaxPool", [part], kernel_shape=[3, 1], strides=[2, 1])[0].shape
        return outs("Concat", [rest, halved], axis=2)[0].shape

    with pytest.raises(UnknownShapeError, match="too many"):
        reduce(lambda x, _: once(x), range(200), (N, 4, H, W))
