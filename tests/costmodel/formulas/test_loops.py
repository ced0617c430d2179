"""Convolutions, pools and attention against loops that count every multiply-add one by one.

A loop walks real indices: a weight that would meet the padding is counted too, as the formulas
say, so the loops differ from them in everything but that.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx.reference import ReferenceEvaluator

from tests.costmodel.strategies import Sliding, cost, make_op, sliding


def _run(op_type: str, *arrays: Any, **attributes: Any) -> tuple[int, ...]:
    """The shape that onnx's own reference gives."""
    names = [f"i{i}" for i in range(len(arrays))]
    node = onnx.helper.make_node(op_type, names, ["y"], **attributes)
    found: Any = ReferenceEvaluator(node).run(None, dict(zip(names, arrays, strict=True)))
    return tuple(found[0].shape)


def _ones(shape: tuple[int, ...]) -> Any:
    return np.ones(shape, dtype=np.float32)


@settings(max_examples=40, deadline=None)
@given(shape=sliding())
def test_conv(shape: Sliding):
    y = _run("Conv", _ones(shape.x), _ones(shape.w), group=shape.group, **shape.attributes)
    macs = 0
    for _ in product(*map(range, y)):  # every output element ...
        for _ in product(*map(range, shape.w[1:])):  # ... meets every weight of its filter
            macs += 1
    op = make_op("Conv", shape.x, shape.w, group=shape.group, **shape.attributes)
    assert op.y.shape == y
    assert cost(op).macs == macs


@settings(max_examples=40, deadline=None)
@given(shape=sliding(padding=False))
def test_conv_transpose(shape: Sliding):
    n, c, *size = shape.x
    macs = 0
    for _, _, *_place in product(range(n), range(c), *map(range, size)):
        for _filter in range(shape.filters):  # its group's filters, spread over their window
            macs += shape.filter[0] * shape.filter[1]
    attributes = {k: v for k, v in shape.attributes.items() if k != "auto_pad"}
    w = (c, shape.filters, *shape.filter)
    op = make_op("ConvTranspose", shape.x, w, group=shape.group, **attributes)
    assert cost(op).macs == macs


@settings(max_examples=40, deadline=None)
@given(shape=sliding(), ceil=st.integers(0, 1))
def test_pools(shape: Sliding, ceil: int):
    attributes = {**shape.attributes, "ceil_mode": ceil}
    largest = make_op("MaxPool", shape.x, **attributes)
    compares = adds = 0
    for _ in product(*map(range, largest.y.known_shape)):
        best = None
        for element in product(*map(range, shape.filter)):
            compares += best is not None
            adds += best is not None
            best = element
    outputs = int(np.prod(largest.y.known_shape))
    assert cost(largest).other_flop == compares
    mean = make_op("AveragePool", shape.x, **attributes)
    assert cost(mean).other_flop == adds + outputs
    assert cost(make_op("LpPool", shape.x, **attributes)).other_flop == (
        outputs * shape.filter[0] * shape.filter[1] + adds + outputs
    )


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 4), (4, 2), (6, 1)])
def test_attention(packed, heads, kv_heads):
    batch, queries, keys, past, d, dv = 2, 3, 5, 4, 8, 6
    macs = scores = 0
    for _ in product(range(batch), range(heads), range(queries), range(past + keys)):
        macs += d  # a query and a key make a score
        scores += 1
        macs += dv  # which weighs a value
    shapes: list[tuple[int, ...]]
    if packed:
        shapes = [
            (batch, queries, heads * d), (batch, keys, kv_heads * d), (batch, keys, kv_heads * dv)
        ]  # fmt: skip
    else:
        shapes = [
            (batch, heads, queries, d), (batch, kv_heads, keys, d), (batch, kv_heads, keys, dv)
        ]  # fmt: skip
    cache = [(batch, kv_heads, past, d), (batch, kv_heads, past, dv)]
    op = make_op(
        "Attention", *shapes, None, *cache, outputs=3, q_num_heads=heads, kv_num_heads=kv_heads
    )
    found = cost(op)
    assert found.macs == macs
    assert found.other_flop == 6 * scores
    kept = 2 * kv_heads * (past + keys) * (d + dv)
    read = 2 * (heads * queries * d + kv_heads * keys * (d + dv) + kv_heads * past * (d + dv))
    assert found.bytes_read == 4 * read
    assert found.bytes_written == 4 * (2 * heads * queries * dv + kept)


@pytest.mark.parametrize(
    ("equation", "sizes"),
    [("ij,jk->ik", "i2j3k4"), ("bij,bjk->bik", "b2i3j4k5"), ("ij,ij->", "i3j4"),
     ("bhqd,bhkd->bhqk", "b2h3q4k5d6"), ("i,i->", "i7"), ("ij,kj->ki", "i2j3k4")],
)  # fmt: skip
def test_einsum_of_two(equation, sizes):
    size = dict(zip(sizes[::2], map(int, sizes[1::2]), strict=True))
    left, right = equation.split("->")[0].split(",")
    letters = sorted({*left, *right})
    macs = sum(1 for _ in product(*(range(size[letter]) for letter in letters)))
    shapes = [tuple(size[letter] for letter in term) for term in (left, right)]
    assert cost(make_op("Einsum", *shapes, equation=equation)).macs == macs


@pytest.mark.parametrize(("op_type", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
@pytest.mark.parametrize("directions", [1, 2])
def test_recurrent(op_type, gates, directions):
    steps, batch, inner, hidden = 3, 2, 5, 4
    macs = 0
    for _ in product(range(steps), range(batch), range(directions), range(gates * hidden)):
        macs += inner + hidden  # one number of one gate: a row of W and a row of R
    rows = (directions, gates * hidden)
    direction = "bidirectional" if directions == 2 else "forward"
    for layout in (0, 1):
        x = (batch, steps, inner) if layout else (steps, batch, inner)
        op = make_op(
            op_type, x, (*rows, inner), (*rows, hidden), direction=direction, layout=layout
        )
        assert cost(op).macs == macs
