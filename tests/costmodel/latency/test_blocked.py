"""Blocks of channels: which convolutions run in them, and what changing to and from them moves."""

from __future__ import annotations

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.devices.settings import Settings
from costlint.costmodel.latency.blocked import PLAIN_AVERAGE, PLAIN_MAXIMUM
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from costlint.costmodel.runtimes.fusion import fusion_rules
from tests.models import model

BLOCKS = Settings(
    precision="fp32",
    lanes_in=1,
    lanes_out=16,
    cache_bytes=1 << 20,
    library=fusion_rules("onnxruntime").library,
)


def amounts(text):
    """Amounts of all kernels by term, zeros left out."""
    counts = count(model(text))
    found = kernel_amounts(counts, fusion_rules("onnxruntime"), BLOCKS)
    return [{k: v for k, v in row.items() if v} for row in found.amounts]


def conv(c_in, c_out, *, groups=1, size=3, side=8):
    return (
        f"g (float[1, {c_in}, {side}, {side}] x,"
        f" float[{c_out}, {c_in // groups}, {size}, {size}] w)"
        f" => (float[1, {c_out}, {side}, {side}] y)"
        f" {{ y = Conv<group = {groups}, pads = [{', '.join([str(size // 2)] * 4)}]>(x, w) }}"
    )


@pytest.mark.parametrize(
    ("c_in", "c_out", "groups", "term"),
    [
        (32, 32, 1, "dense_3x3"),
        (20, 17, 1, "dense_3x3"),
        (3, 16, 1, "dense_3x3"),
        (18, 32, 1, "grouped"),
        (64, 64, 2, "dense_3x3"),
        (48, 48, 2, "grouped"),
        (24, 24, 24, "depthwise"),
        (18, 18, 18, "grouped"),
        (16, 32, 16, "grouped"),
    ],
)
def test_widths_decide_whether_a_convolution_runs_in_blocks(c_in, c_out, groups, term):
    (found,) = amounts(conv(c_in, c_out, groups=groups))
    named = {"dense_3x3", "grouped", "depthwise"} & set(found)
    assert named == {term}


def test_a_convolution_in_blocks_pads_both_widths():
    (found,) = amounts(conv(20, 17, size=1))
    assert found["dense_1x1"] == 8 * 8 * 32 * 32
    assert "im2col" not in found


def test_few_inputs_are_read_as_they_lie():
    (found,) = amounts(conv(3, 16))
    assert found["dense_3x3"] == 8 * 8 * 9 * 3 * 16
    assert found["reorder"] == 2 * 4 * 16 * 8 * 8


def test_a_plain_convolution_is_unfolded_row_by_row():
    (found,) = amounts(conv(18, 32))
    assert found["grouped"] == 8 * 8 * 9 * 18 * 32
    assert found["im2col"] == 4 * 18 * (2 * 8 * 8 * 9 + 26 * 8 * 9)
    assert "reorder" not in found


def test_layouts_change_once_at_the_ends_of_a_row_in_blocks():
    text = """g (float[1, 16, 8, 8] x, float[16, 16, 1, 1] w, float[32, 16, 1, 1] v)
      => (float[1, 32, 8, 8] y)
    { a = Conv(x, w)  r = Relu(a)  m = MaxPool<kernel_shape = [1, 1]>(r)  y = Conv(m, v) }"""
    found = amounts(text)
    moved = [row.get("reorder", 0) for row in found]
    assert moved == [2 * 4 * 16 * 64, 0, 2 * 4 * 32 * 64]


def test_a_sum_with_a_plain_tensor_runs_apart():
    text = """g (float[1, 16, 8, 8] x, float[16, 16, 1, 1] w) => (float[1, 16, 8, 8] y)
    { s = Softplus(x)  m = MaxPool<kernel_shape = [1, 1]>(s)  a = Conv(m, w)
      n = MaxPool<kernel_shape = [1, 1]>(m)  y = Add(a, n) }"""
    kernels = amounts(text)
    assert all("elementwise" not in row for row in kernels[1:])
    plain = text.replace("[1, 16, 8, 8]", "[1, 18, 8, 8]").replace("[16, 16,", "[18, 18,")
    assert any(row.get("elementwise") == 3 * 4 * 18 * 64 for row in amounts(plain))


def test_a_plain_average_costs_more_than_one_in_blocks():
    text = """g (float[1, 16, 8, 8] x) => (float[1, 16, 8, 8] y)
    { y = AveragePool<kernel_shape = [1, 1]>(x) }"""
    (blocked,), (plain,) = amounts(text), amounts(text.replace("16", "18"))
    assert plain["special"] / 18 == 28 * blocked["special"] / 16


@pytest.mark.parametrize(("op", "elements"), [("Relu(t)", None), ("Clip(t, low, high)", 16 * 64)])
def test_a_relu_joins_the_inner_loop_and_another_activation_is_a_pass(op, elements):
    (found,) = amounts(
        "g (float[1, 16, 8, 8] x, float[16, 16, 1, 1] w) => (float[1, 16, 8, 8] y)"
        " <float low = {0.0}, float high = {6.0}>"
        f" {{ t = Conv(x, w) y = {op} }}"
    )
    assert found.get("epilogue") == elements


@pytest.mark.parametrize(("opset", "share"), [(17, PLAIN_MAXIMUM), (21, PLAIN_AVERAGE)])
def test_an_average_goes_number_by_number_since_it_has_dilations(opset, share):
    text = """g (float[1, 18, 8, 8] x) => (float[1, 18, 6, 6] y)
    { y = AveragePool<kernel_shape = [3, 3]>(x) }"""
    counts = count(model(text, opset=opset))
    (found,) = kernel_amounts(counts, fusion_rules("onnxruntime"), BLOCKS).amounts
    assert found["special"] == 18 * 6 * 6 * 9 * share
