"""Convolutions, by hand: macs, the bias, bytes, and the paper's count of elements."""

from __future__ import annotations

import pytest

from tests.costmodel.strategies import cost, make_op, typed, weight


@pytest.mark.parametrize(
    ("x", "w", "attributes", "macs"),
    [
        ((2, 3, 32, 32), (16, 3, 3, 3), {}, 2 * 16 * 30 * 30 * 3 * 9),
        ((1, 3, 224, 224), (64, 3, 7, 7), {"strides": (2, 2), "pads": (3, 3, 3, 3)},
         64 * 112 * 112 * 3 * 49),
        ((1, 8, 10, 10), (8, 1, 3, 3), {"group": 8, "pads": (1, 1, 1, 1)}, 8 * 10 * 10 * 9),
        ((1, 12, 10, 10), (6, 4, 1, 1), {"group": 3}, 6 * 10 * 10 * 4),
        ((1, 3, 9, 9), (4, 3, 3, 3), {"dilations": (2, 2)}, 4 * 5 * 5 * 3 * 9),
        ((1, 3, 9, 9), (4, 3, 3, 3), {"auto_pad": "SAME_UPPER", "strides": (2, 2)},
         4 * 5 * 5 * 3 * 9),
        ((5, 3, 20), (4, 3, 5), {}, 5 * 4 * 16 * 3 * 5),
        ((1, 2, 5, 6, 7), (4, 2, 3, 3, 3), {}, 4 * 3 * 4 * 5 * 2 * 27),
    ],
)  # fmt: skip
def test_conv_macs(x, w, attributes, macs):
    assert cost(make_op("Conv", x, w, **attributes)).macs == macs


def test_conv_with_a_bias_adds_once_for_each_output():
    found = cost(make_op("Conv", (1, 3, 8, 8), weight(4, 3, 3, 3), weight(4)))
    assert found.other_flop == 4 * 6 * 6
    assert found.flop == 2 * 4 * 6 * 6 * 27 + 4 * 6 * 6
    assert found.bytes_read == 4 * (3 * 8 * 8 + 4 * 27 + 4)
    assert found.weight_bytes_read == 4 * (4 * 27 + 4)
    assert found.bytes_written == 4 * 4 * 6 * 6


@pytest.mark.parametrize("group", [1, 2, 4])
def test_pointwise_convolution_has_the_papers_memory_access_cost(group):
    h, w, c1, c2 = 7, 5, 16, 32
    op = make_op("Conv", (1, c1, h, w), weight(c2, c1 // group, 1, 1), weight(c2), group=group)
    assert cost(op).memory_access_elements == h * w * (c1 + c2) + c1 * c2 // group


@pytest.mark.parametrize(
    ("x", "w", "attributes", "macs"),
    [
        ((1, 6, 5, 5), (6, 4, 2, 2), {"strides": (2, 2)}, 6 * 5 * 5 * 4 * 4),
        ((1, 6, 5, 5), (6, 2, 3, 3), {"group": 3, "strides": (2, 2), "pads": (1, 1, 1, 1)},
         6 * 5 * 5 * 2 * 9),
        ((2, 6, 5), (6, 4, 3), {"output_padding": (1,), "strides": (2,)}, 2 * 6 * 5 * 4 * 3),
    ],
)  # fmt: skip
def test_conv_transpose_macs(x, w, attributes, macs):
    assert cost(make_op("ConvTranspose", x, w, **attributes)).macs == macs


def test_quantised_convolutions_read_one_byte_an_element():
    x, w = typed((1, 3, 8, 8), "uint8"), weight(4, 3, 3, 3, dtype="int8")
    summed = cost(make_op("ConvInteger", x, w, typed((), "uint8"), typed((), "int8")))
    assert summed.macs == 4 * 6 * 6 * 27
    assert summed.other_flop == 3 * 8 * 8 + 4 * 27
    assert summed.bytes_read == 3 * 8 * 8 + 4 * 27 + 1 + 1
    assert summed.bytes_written == 4 * 4 * 6 * 6
    scale, zero = (), typed((), "uint8")
    bias = weight(4, dtype="int32")
    quantised = cost(make_op("QLinearConv", x, scale, zero, w, scale, zero, scale, zero, bias))
    assert quantised.macs == 4 * 6 * 6 * 27
    assert quantised.other_flop == (5 + 1) * 4 * 6 * 6
    assert quantised.bytes_read == 3 * 8 * 8 + 4 * 27 + 3 * 4 + 3 * 1 + 4 * 4
    assert quantised.bytes_written == 4 * 6 * 6


def test_deformable_convolution_samples_between_pixels():
    inputs = [(1, 3, 8, 8), (4, 3, 3, 3), (1, 18, 6, 6), None, (1, 9, 6, 6)]
    found = cost(make_op("DeformConv", *inputs))
    assert found.macs == 4 * 6 * 6 * 27
    assert found.other_flop == (7 + 1) * 3 * 6 * 6 * 9


def test_causal_convolution_is_depthwise():
    inputs = [(2, 6, 9), weight(6, 1, 4), weight(6), (2, 6, 3)]
    found = cost(make_op("CausalConvWithState", *inputs, outputs=2, activation="silu"))
    assert found.macs == 2 * 6 * 9 * 4
    assert found.other_flop == (1 + 4) * 2 * 6 * 9
