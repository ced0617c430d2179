"""The amounts of each term as arithmetic, and what follows from the formula."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costlint.costmodel.count import count
from costlint.costmodel.devices.settings import Settings, under
from costlint.costmodel.devices.terms import INDEX, TERMS
from costlint.costmodel.estimate import estimate
from costlint.costmodel.latency.combine import combined, kernel_seconds, matrix, matrix_seconds
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from costlint.costmodel.runtimes.fusion import fusion_rules
from costlint.costmodel.runtimes.library import Library
from tests.device import LAUNCH_S, OVERHEAD_S, RATE, toy_device
from tests.models import model

PLAIN = Settings(precision="fp32", lanes_in=1, lanes_out=1, cache_bytes=2**40)


def conv(c_in, c_out, side, filter_side=1, groups=1, batch=1):
    pad = filter_side // 2
    w = (c_out, c_in // groups, filter_side, filter_side)
    return model(
        f"g (float[{batch}, {c_in}, {side}, {side}] x) => (float[N, C, H, W] y)"
        f"{{ y = Conv<group = {groups}, pads = [{pad}, {pad}, {pad}, {pad}]>(x, w) }}",
        weights={"w": w},
    )


def amounts(proto, settings=PLAIN, rules="none"):
    (found,) = kernel_amounts(count(proto), fusion_rules(rules), settings).amounts
    return {name: amount for name, amount in found.items() if amount}


def test_a_1x1_convolution():
    found = amounts(conv(16, 32, 7))
    assert found["dense_1x1"] == 7 * 7 * 16 * 32
    assert found["dense_1x1_traffic"] == 4 * 7 * 7 * (16 + 32)
    assert found["weights"] == 4 * 16 * 32
    assert found["depth"] == 16
    assert found["launch"] == found["launch_product"] == 1


def test_channels_are_padded_to_lanes_and_the_rest_is_unpacked():
    found = amounts(conv(9, 42, 7), replace(PLAIN, lanes_in=4, lanes_out=8))
    assert found["dense_1x1"] == found["unpacked"] == 7 * 7 * 12 * 48
    assert "unpacked" not in amounts(conv(9, 48, 7), replace(PLAIN, lanes_out=8))


def test_a_3x3_convolution_unfolds_its_input():
    found = amounts(conv(16, 32, 7, 3))
    assert found["dense_3x3"] == 7 * 7 * 9 * 16 * 32
    assert found["im2col"] == 4 * 7 * 7 * 9 * 16


def test_winograd_works_on_tiles_of_four():
    found = amounts(conv(16, 32, 7, 3), replace(PLAIN, library=Library(winograd=True)))
    assert found["dense_3x3"] == 8 * 8 * 9 * 16 * 32
    assert found["winograd_traffic"] == 4 * 8 * 8 * (16 + 32)
    assert found["weights"] == 4 * 4 * 9 * 16 * 32
    assert "im2col" not in found


def test_groups():
    found = amounts(conv(32, 32, 7, 3, groups=4))
    assert found["grouped"] == 7 * 7 * 9 * 32 * 8
    assert found["group_window"] == 7 * 7 * 9 * 32
    assert found["group"] == 3
    assert "group_odd" not in found
    assert amounts(conv(24, 24, 7, 3, groups=4))["group_odd"] == 7 * 7 * 9 * 24 * 6


NCNN = under(replace(PLAIN, lanes_in=4, lanes_out=4), fusion_rules("ncnn").library, 4)


def test_threads_share_whole_packs_of_output_channels():
    assert amounts(conv(16, 24, 7), NCNN)["dense_1x1"] == 7 * 7 * 16 * (2 * 4 * 4)
    assert amounts(conv(24, 24, 7, 3, groups=24), NCNN)["depthwise"] == 7 * 7 * 9 * (2 * 4 * 4)
    alone = replace(NCNN, threads=1)
    assert amounts(conv(16, 24, 7), alone)["dense_1x1"] == 7 * 7 * 16 * 24


def test_groups_in_turn_are_dense_convolutions():
    settings = replace(NCNN, threads=1)
    found = amounts(conv(32, 64, 8, 3, groups=4), settings)
    one = amounts(conv(8, 16, 8, 3), settings)
    assert found["group"] == 3
    assert found["launch"] == found["launch_product"] == 4
    for name in ("dense_3x3", "winograd_traffic", "weights"):
        assert found[name] == 4 * one[name]
    assert "grouped" not in found


def test_a_copy_on_one_thread_keeps_the_others_waiting():
    proto = model(
        "g (float[1, 8, 6, 6] x, float[1, 8, 6, 6] z) => (float[N, C, H, W] y)"
        "{ y = Concat<axis = 1>(x, z) }"
    )
    alone = amounts(proto, replace(NCNN, threads=1))["movement"]
    assert alone == 4 * 2 * (16 * 6 * 6)
    assert amounts(proto, NCNN)["movement"] == 4 * alone


def test_a_first_layer_is_narrow():
    found = amounts(conv(3, 16, 8, 3), replace(NCNN, threads=1))
    assert found["dense_narrow"] == 8 * 8 * 9 * 4 * 16
    assert "dense_other" not in found
    assert amounts(conv(3, 16, 8, 3))["dense_other"] == 8 * 8 * 9 * 3 * 16


def product(rows):
    return model(
        f"g (float[{rows}, 20] x) => (float[N, M] y) {{ y = Gemm(x, w) }}", weights={"w": (20, 40)}
    )


def test_one_row_times_a_matrix_is_the_matrix():
    assert amounts(product(2), NCNN)["linear"] == 2 * 20 * 40
    found = amounts(product(1), NCNN)
    assert "linear" not in found
    assert found["weights_linear"] == 4 * 20 * 40
    assert amounts(product(1))["linear"] == 20 * 40


def test_a_pooling_window_costs_its_share():
    proto = model(
        "g (float[1, 8, 6, 6] x) => (float[N, C, H, W] y)"
        "{ y = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(x) }"
    )
    assert amounts(proto)["special"] == 8 * 3 * 3 * 4
    assert amounts(proto, NCNN)["special"] == 8 * 3 * 3 * 4 / 8


def test_short_chains():
    settings = under(PLAIN, fusion_rules("ncnn_vulkan").library, 0)
    assert amounts(product(1), settings)["depth"] == 3
    assert amounts(product(1))["depth"] == 20
    assert amounts(conv(16, 32, 7, 3), settings)["depth"] == 16
    assert (
        amounts(conv(16, 32, 7, 3), replace(PLAIN, library=Library(winograd=True)))["depth"]
        == 9 * 16
    )


def test_an_op_without_a_shader_crosses_to_the_host():
    proto = model(
        "g (float[1, 8, 6, 6] x) => (float[N, C, H, W] y) { y = ReduceMean<axes = [2, 3]>(x) }",
        opset=13,
    )
    rules = fusion_rules("ncnn_vulkan")
    found = amounts(proto, under(PLAIN, rules.library, 0), "ncnn_vulkan")
    assert found == {"crossing": 2, "crossing_traffic": 4 * (8 * 6 * 6 + 8)}
    assert amounts(proto)["reduction"] == 4 * (8 * 6 * 6 + 8)


@pytest.mark.parametrize(
    ("filter_side", "term"),
    [(3, "depthwise"), (5, "depthwise_5x5"), (7, "depthwise_large")],
)
def test_depthwise_by_filter(filter_side, term):
    found = amounts(conv(32, 32, 14, filter_side, groups=32))
    assert found[term] == 14 * 14 * filter_side**2 * 32
    assert found["depthwise_traffic"] == 4 * 14 * 14 * 64


def test_what_does_not_fit_the_cache_spills():
    found = amounts(conv(16, 32, 7), replace(PLAIN, cache_bytes=1000))
    assert found["spill"] == 4 * 7 * 7 * (16 + 32) + 4 * 16 * 32 - 1000


def test_half_precision_halves_the_bytes():
    found = amounts(conv(16, 32, 7), replace(PLAIN, precision="fp16"))
    assert found["dense_1x1_traffic"] == 2 * 7 * 7 * (16 + 32)


def test_autocast_casts_a_float32_input_before_a_product():
    found = amounts(conv(16, 32, 7), replace(PLAIN, precision="amp"))
    assert found["elementwise"] == (4 + 2) * 7 * 7 * 16
    assert found["dense_1x1_traffic"] == 2 * 7 * 7 * (16 + 32)


def test_latency_of_one_kernel_on_a_device_of_round_numbers():
    found = estimate(conv(100, 200, 10), toy_device())
    compute, memory = 100 * 100 * 200 / RATE, 4 * (100 * 300 + 100 * 200) / RATE
    (kernel,) = found.kernels
    assert kernel.bound == "compute"
    assert kernel.compute_s == pytest.approx(compute)
    assert kernel.memory_s == pytest.approx(memory)
    copied = 4 * (4 * 100 + 4 * 100) / RATE  # of a map as much as an image has
    assert kernel.launch_s == pytest.approx(LAUNCH_S + copied)
    assert found.latency_s == pytest.approx(OVERHEAD_S + LAUNCH_S + copied + max(compute, memory))
    assert found.by_class()["conv"] == pytest.approx(kernel.latency_s)
    ((low_s, high_s),) = found.kernel_intervals_s
    assert low_s < kernel.latency_s < high_s
    assert found.latency_low_s < found.latency_s < found.latency_high_s


def test_a_copy_of_the_input_is_no_launch():
    """1 MAC an element is nothing beside the image's way to the device, and is not launch-bound."""
    slow = list(toy_device().seconds_per_unit)
    slow[INDEX["copy"]] = 1e-6
    found = estimate(conv(3, 3, 100), replace(toy_device(), seconds_per_unit=tuple(slow)))
    (kernel,) = found.kernels
    copied = 4 * 2 * 3 * 100 * 100 * 1e-6  # there and back
    assert kernel.transfer_s == pytest.approx(copied)
    assert kernel.launch_s == pytest.approx(LAUNCH_S + copied)
    assert kernel.bound == "memory"
    (small,) = estimate(conv(3, 3, 1), toy_device()).kernels
    assert small.bound == "launch"


def test_overlap_lies_between_sum_and_maximum():
    assert combined(1.0, 3.0, 5.0, 1.0) == 1 + 5
    assert combined(1.0, 3.0, 5.0, 0.0) == 1 + 3 + 5
    assert combined(1.0, 3.0, 5.0, 0.5) == 1 + 5 + 1.5


@given(st.integers(1, 64), st.integers(1, 64), st.integers(1, 14), st.sampled_from((1, 3, 5)))
def test_more_of_anything_never_takes_less_time(c_in, c_out, side, filter_side):
    device = toy_device()
    base = estimate(conv(c_in, c_out, side, filter_side), device).latency_s
    assert estimate(conv(c_in + 1, c_out, side, filter_side), device).latency_s >= base
    assert estimate(conv(c_in, c_out + 1, side, filter_side), device).latency_s >= base
    assert estimate(conv(c_in, c_out, side + 1, filter_side), device).latency_s >= base
    assert estimate(conv(c_in, c_out, side, filter_side, batch=2), device).latency_s >= base
    slower = estimate(conv(c_in, c_out, side, filter_side), toy_device(slower=2.0))
    assert slower.latency_s >= base


def test_one_formula_for_a_kernel_a_matrix_and_an_array_of_designs():
    device = toy_device()
    found = amounts(conv(16, 32, 7, 3))
    one = kernel_seconds(found, device.seconds_per_unit, device.overlap).latency_s
    (row,) = matrix_seconds(matrix([found]), device.coefficients, device.overlap).latency_s
    assert row == pytest.approx(one)
    designs = {name: np.array([amount, 2 * amount]) for name, amount in found.items()}
    both = kernel_seconds(designs, device.seconds_per_unit, device.overlap).latency_s
    assert both == pytest.approx([one, 2 * one])


def test_outside_the_timings_the_interval_widens_and_says_so():
    device = toy_device()
    inside, outside = (estimate(conv(8, 8, 7, batch=b), device) for b in (8, 1000))
    assert not inside.extrapolated
    assert "batch 1000" in outside.extrapolated[0]
    widths = [e.latency_high_s / e.latency_low_s for e in (inside, outside)]
    assert widths[1] > 1.5 * widths[0]


@pytest.mark.parametrize("node", ["Identity(x)", "Relu(x)"])
def test_a_device_that_charges_nothing_takes_no_time(node):
    """An empty sum has no shares, and an interval of no width."""
    idle = replace(toy_device(), overhead_s=0.0, seconds_per_unit=(0.0,) * len(TERMS))
    found = estimate(model(f"g (float[1, 4] x) => (float[1, 4] y) {{ y = {node} }}"), idle)
    assert found.latency_low_s == found.latency_s == found.latency_high_s == 0
    assert found.launch_share == 0


def test_a_model_larger_than_the_memory_is_noted():
    small = replace(toy_device(), memory_bytes=1000.0)
    assert any("memory" in note for note in estimate(conv(16, 32, 7), small).notes)


def test_terms_have_distinct_keys_and_say_what_they_are():
    assert len({term.key for term in TERMS}) == len({term.name for term in TERMS}) == len(TERMS)
    assert all(term.doc for term in TERMS)


def test_being_outside_is_an_error_of_its_own_whatever_the_quantiles():
    """Squares add up: the end's own reach, and 1.645 standard deviations of 0.25."""
    known = toy_device()
    far = replace(known, range=replace(known.range, batch=(2, 4)))
    inside, outside = (estimate(conv(8, 8, 7, batch=1), profile) for profile in (known, far))
    assert len(outside.extrapolated) == len(inside.extrapolated) + 1
    reach = math.log(inside.latency_high_s / inside.latency_s)
    further = math.log(outside.latency_high_s / outside.latency_s)
    assert further == pytest.approx(math.hypot(reach, 1.645 * 0.25))


@pytest.mark.parametrize(
    ("op", "outside"),
    [
        ("Relu(s)", "Relu(x)"),
        ("Sigmoid(s)", "Sigmoid(x)"),
        ("MatMul(s, w)", "MatMul(x, w)"),
        ("MatMul(s, k)", "MatMul(x, k)"),
        ("Softmax(s)", "Softmax(x)"),
    ],
)
def test_what_runs_in_a_loop_counts_as_often_as_it_runs(op, outside):
    heads = "float[8, 8] x, float[8, 8] k, bool yes"
    looped = f"""
    g ({heads}) => (float[8, 8] y) {{
      t = Constant<value_int = 10>()
      y = Loop(t, yes, x) <body = b (int64 i, bool c, float[8, 8] s) => (bool c2, float[8, 8] r)
        {{ c2 = Identity(c)  r = {op} }}>
    }}
    """
    alone = f"g ({heads}) => (float[8, 8] y) {{ y = {outside} }}"
    once, often = (amounts(model(text, weights={"w": (8, 8)})) for text in (alone, looped))
    once.pop("copy")  # the network's own inputs come once, whatever runs how often
    assert often.pop("copy", 0) == (8 * 8 * 4 if "k" in op else 0)
    assert often == {name: 10 * amount for name, amount in once.items()}
