"""Convolutions that `fix` merges, with their weights, and those that it leaves."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from costlint.fixing import fold, run
from tests.models import model

WEIGHTS = "float[4, 3, 3, 3] w1, float[4, 3, 3, 3] w2, float[4, 3, 3, 3] w3, float[4] b"


def weighted(text):
    """Inputs after the first become random weights."""
    proto = model(text)
    random = np.random.default_rng(0)
    for given in list(proto.graph.input)[1:]:
        shape = [d.dim_value for d in given.type.tensor_type.shape.dim]
        array = random.standard_normal(shape).astype(np.float32)
        proto.graph.initializer.append(numpy_helper.from_array(array, given.name))
        proto.graph.input.remove(given)
    return proto


def folded(text, shape):
    """The op types after folding, once both models gave the same."""
    proto = weighted(text)
    before = onnx.ModelProto()
    before.CopyFrom(proto)
    fold(proto)
    x = {"x": np.random.default_rng(1).standard_normal(shape).astype(np.float32)}
    np.testing.assert_allclose(run(before, x)[0], run(proto, x)[0], rtol=1e-4, atol=1e-4)
    onnx.checker.check_model(proto)
    return [node.op_type for node in proto.graph.node]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("p = Conv(x, w1, b)  q = Conv(x, w2)  y = Add(p, q)", ["Conv"]),
        (
            "p = Conv(x, w1)  q = Conv(x, w2, b)  r = Conv(x, w3)  s = Add(p, q)  y = Add(s, r)",
            ["Conv"],
        ),
        (
            "p = Conv(x, w1)  q = Conv(x, w2)  u = GlobalMaxPool(w1)  s = Add(p, q)  y = Mul(s, s)",
            ["Conv", "Mul"],
        ),
        ("p = Conv(x, w1)  q = Conv(x, w2)  r = Sigmoid(q)  y = Add(p, r)",
         ["Conv", "Conv", "Sigmoid", "Add"]),
        ("p = Conv(x, w1)  q = Conv(x, w2)  r = Relu(p)  s = Add(p, q)  y = Add(s, r)",
         ["Conv", "Conv", "Relu", "Add", "Add"]),
    ],
)  # fmt: skip
def test_convolutions_that_a_sum_alone_reads_add_up(body, expected):
    text = f"g (float[1, 3, 8, 8] x, {WEIGHTS}) => (float[1, 4, 6, 6] y) {{ {body} }}"
    assert folded(text, (1, 3, 8, 8)) == expected


def test_a_sum_of_three_merges_across_what_stays():
    text = f"""g (float[1, 3, 8, 8] x, {WEIGHTS}) => (float[1, 4, 6, 6] y)
    {{ p = Conv(x, w1)  k = Relu(p)  q = Conv(x, w2)
       s = Add(q, k)  r = Conv(x, w3, b)  y = Add(s, r) }}"""
    assert folded(text, (1, 3, 8, 8)) == ["Conv", "Relu", "Conv", "Add"]


ROW = "float[8, 8, 1, 1] w1, float[8, 8, 3, 3] w2, float[8] b1, float[8] b2"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a = Conv(x, w1, b1)  y = Conv(a, w2, b2)", ["Conv"]),
        ("a = Conv(x, w1)  y = Conv<strides = [1, 1], group = 1>(a, w2, b2)", ["Conv"]),
        ("p = Conv(x, w1)  a = Conv(p, w1)  y = Conv(a, w2)", ["Conv"]),
        ("a = Conv(x, w1)  r = Relu(a)  y = Conv(r, w2)", ["Conv", "Relu", "Conv"]),
    ],
)
def test_a_1x1_multiplies_into_the_convolution_behind_it(body, expected):
    text = f"g (float[1, 8, 8, 8] x, {ROW}) => (float[1, 8, 6, 6] y) {{ {body} }}"
    assert folded(text, (1, 8, 8, 8)) == expected


def test_a_bias_before_a_padded_filter_stays():
    text = f"""g (float[1, 8, 8, 8] x, {ROW}) => (float[1, 8, 8, 8] y)
    {{ a = Conv(x, w1, b1)  y = Conv<pads = [1, 1, 1, 1]>(a, w2) }}"""
    assert folded(text, (1, 8, 8, 8)) == ["Conv", "Conv"]


def test_a_thin_neck_stays():
    text = """g (float[1, 32, 8, 8] x, float[2, 32, 1, 1] w1, float[32, 2, 3, 3] w2)
      => (float[1, 32, 6, 6] y) { a = Conv(x, w1)  y = Conv(a, w2) }"""
    assert folded(text, (1, 32, 8, 8)) == ["Conv", "Conv"]


def test_moves_in_a_row_become_one():
    text = """g (float[1, 4, 6, 8] x) => (float[8, 24] y)
    { a = Transpose<perm = [0, 2, 3, 1]>(x)  b = Transpose<perm = [2, 0, 1, 3]>(a)
      s = Constant<value = int64[3] {8, 6, 4}>()  c = Reshape(b, s)
      t = Constant<value = int64[2] {8, -1}>()  y = Reshape(c, t) }"""
    proto = model(text)
    x = {"x": np.arange(192, dtype=np.float32).reshape(1, 4, 6, 8)}
    before = run(proto, x)[0]
    assert len(fold(proto)) == 2
    assert [n.op_type for n in proto.graph.node if n.op_type != "Constant"] == [
        "Transpose",
        "Reshape",
    ]
    np.testing.assert_array_equal(before, run(proto, x)[0])
