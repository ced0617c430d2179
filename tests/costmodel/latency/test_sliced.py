"""Slices of four channels: which kernel of TFLite's GPU delegate runs, what its threads fill."""

from __future__ import annotations

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.devices.settings import Settings, under
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from costlint.costmodel.runtimes.fusion import fusion_rules
from tests.models import model

SETTINGS = Settings(precision="fp32", lanes_in=1, lanes_out=8, cache_bytes=1 << 20)


def amounts(text, rules="tflite_gpu"):
    """Amounts of all kernels by term, zeros left out."""
    used = fusion_rules(rules)
    found = kernel_amounts(count(model(text)), used, under(SETTINGS, used.library, threads=0))
    return [{k: v for k, v in row.items() if v} for row in found.amounts]


def conv(c_in, c_out, *, groups=1, size=3, side=8, stride=1, behind=""):
    outside = (side - 1) // stride + 1
    name, pads = ("c" if behind else "y"), ", ".join([str(size // 2)] * 4)
    return (
        f"g (float[1, {c_in}, {side}, {side}] x, float[1, {c_out}, {outside}, {outside}] r,"
        f" float[{c_out}, {c_in // groups}, {size}, {size}] w)"
        f" => (float[1, {c_out}, {outside}, {outside}] y)"
        f" {{ {name} = Conv<group = {groups}, pads = [{pads}],"
        f" strides = [{stride}, {stride}]>(x, w) {behind} }}"
    )


def test_both_widths_fill_their_last_slice():
    (found,) = amounts(conv(18, 30, size=1))
    assert found["dense_1x1"] == 8 * 8 * 20 * 32
    assert found["depth"] == 20
    assert "unpacked" not in found  # eight slices are two blocks of four


def test_what_fills_a_block_of_slices_is_idle():
    (found,) = amounts(conv(16, 36, size=1))
    assert found["dense_1x1"] == 8 * 8 * 16 * 36
    assert found["unpacked"] == 8 * 8 * 16 * (48 - 36)  # nine slices as twelve


@pytest.mark.parametrize(("slices", "filled"), [(1, 1), (3, 3), (5, 6), (7, 8), (8, 8), (9, 12)])
def test_threads_take_as_many_slices_as_fill_well(slices, filled):
    (found,) = amounts(conv(4, 4 * slices, size=1))
    assert found.get("unpacked", 0) == 8 * 8 * 4 * 4 * (filled - slices)


@pytest.mark.parametrize(
    ("rules", "c_in", "side", "runs"),
    [
        ("tflite_gpu", 64, 28, True),
        ("tflite_gpu", 60, 28, False),
        ("tflite_gpu", 64, 20, False),
        ("tflite_adreno", 64, 28, False),
        ("tflite_adreno", 128, 48, True),
        ("tflite_adreno", 128, 40, False),
    ],
)
def test_winograd_runs_from_so_many_channels_and_tiles_on(rules, c_in, side, runs):
    (found,) = amounts(conv(c_in, 128, side=side), rules)
    assert ("winograd_traffic" in found) == runs
    assert found["launch"] == (3 if runs else 1)


def test_winograd_multiplies_tiles_of_six_by_six():
    (found,) = amounts(conv(64, 128, side=28))
    assert found["dense_3x3"] == (7 * 6) ** 2 * 64 * 128
    assert found["winograd_traffic"] == (7 * 6) ** 2 * (64 + 128) * 4
    assert found["weights"] == 36 * 64 * 128 * 4


def test_few_weights_lie_in_constant_memory_on_adreno():
    first = conv(3, 32, side=16, stride=2)
    assert amounts(first, "tflite_adreno")[0]["dense_narrow"] == 8 * 8 * 9 * 4 * 32
    assert amounts(first)[0]["dense_other"] == 8 * 8 * 9 * 4 * 32
    assert "dense_1x1" in amounts(conv(8, 36, size=1), "tflite_adreno")[0]  # nine slices
    assert "dense_1x1" in amounts(conv(64, 32, size=1), "tflite_adreno")[0]  # 2048 weights


def test_groups_of_threads_take_whole_stretches_of_the_map():
    (found,) = amounts(conv(16, 32, size=1, side=14), "tflite_powervr")
    assert found["dense_1x1"] == 4 * 64 * 16 * 32  # 196 positions
    (found,) = amounts(conv(16, 32, size=1, side=14), "tflite_apple")
    assert found["dense_1x1"] == 14 * 14 * 16 * 32
    assert found["unpacked"] == (16 * 16 - 14 * 14) * 16 * 32


def test_a_thread_of_a_depthwise_3x3_takes_two_by_two_positions():
    (plain,) = amounts(conv(24, 24, groups=24, side=14))
    (strided,) = amounts(conv(24, 24, groups=24, side=28, stride=2))
    assert plain["depthwise"] == 16 * 16 * 24 * 9
    assert strided["depthwise"] == 16 * 16 * 24 * 9
    (small,) = amounts(conv(24, 24, groups=24, side=4))
    assert small["depthwise"] == 8 * 16 * 24 * 9


def test_a_grouped_convolution_fills_slices_within_a_group():
    (found,) = amounts(conv(24, 24, groups=4))
    assert found["grouped"] == found["group_odd"] == 8 * 8 * 9 * 24 * 8
    assert found["group"] == 3


def test_one_position_streams_the_weights():
    (found,) = amounts(conv(64, 32, size=1, side=1))
    assert found["weights_linear"] == 64 * 32 * 4
    assert found["depth"] == 64 // 4
    assert not {"dense_1x1", "weights"} & set(found)


def test_a_strided_1x1_is_not_the_1x1_kernel():
    (found,) = amounts(conv(16, 32, size=1, side=16, stride=2))
    assert found["dense_other"] == 8 * 8 * 16 * 32


def test_a_residual_sum_and_an_activation_are_linked_to_the_convolution():
    (alone,) = amounts(conv(16, 32))
    (found,) = amounts(conv(16, 32, behind="s = Add(c, r) y = Relu(s)"))
    outputs = 8 * 8 * 32
    assert alone["epilogue"] == outputs  # bias and store
    assert found["epilogue"] == 3 * outputs
    assert found["dense_traffic"] == alone["dense_traffic"] + 4 * outputs


def test_a_sum_is_not_linked_to_what_others_read():
    text = conv(16, 32, behind="d = Relu(c) e = Sigmoid(c) y = Add(d, e)")
    assert len(amounts(text)) == 3
