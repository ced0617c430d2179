"""A transposed convolution, and convolutions of other domains, are counted as the Conv they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.counts.op_cost import op_cost
from costlint.costmodel.devices.settings import Settings, under
from costlint.costmodel.formulas.plain_convolution import plain_convolution
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from costlint.costmodel.runtimes.fusion import fusion_rules
from tests.costmodel.formulas_domains.making import i8, ms, u8
from tests.costmodel.strategies import make_op, weight
from tests.models import model

PLAIN = Settings(precision="fp32", lanes_in=1, lanes_out=1, cache_bytes=2**40)


def transposed(c_in, c_out, *, groups=1, size=2, side=7, stride=2):
    outside = (side - 1) * stride + size
    return model(
        f"g (float[1, {c_in}, {side}, {side}] x) => (float[1, {c_out}, {outside}, {outside}] y)"
        f" {{ y = ConvTranspose<group = {groups}, strides = [{stride}, {stride}]>(x, w) }}",
        weights={"w": (c_in, c_out // groups, size, size)},
    )


def amounts(proto, rules="none", settings=PLAIN):
    found = fusion_rules(rules)
    own = under(settings, found.library, settings.threads)
    (row,) = kernel_amounts(count(proto), found, own).amounts
    return {name: amount for name, amount in row.items() if amount}


def test_every_input_meets_every_weight_of_its_channel():
    found = amounts(transposed(16, 24))
    assert found["dense_other"] == 7 * 7 * 16 * 24 * 2 * 2
    assert found["weights"] == 4 * 16 * 24 * 2 * 2
    assert found["dense_traffic"] == 4 * (7 * 7 * 16 + 14 * 14 * 24)
    assert found["im2col"] == 4 * 7 * 7 * 24 * 2 * 2, "the products are unfolded, not the input"


def test_its_channels_fill_lanes():
    found = amounts(transposed(9, 42), settings=replace(PLAIN, lanes_in=4, lanes_out=8))
    assert found["dense_other"] == found["unpacked"] == 7 * 7 * 12 * 48 * 2 * 2


def test_its_channels_fill_slices():
    found = amounts(transposed(18, 30), "tflite_gpu")
    assert found["dense_other"] == 7 * 7 * 20 * 32 * 2 * 2
    assert found["weights"] == 4 * 20 * 32 * 2 * 2


def test_its_channels_fill_tiles():
    found = amounts(transposed(512, 256, side=16), "cudnn", replace(PLAIN, threads=0))
    assert found["dense_other"] == 16 * 16 * 512 * 256 * 2 * 2
    assert found["weights"] == 4 * 512 * 256 * 2 * 2


def test_it_never_lies_in_blocks():
    found = amounts(transposed(64, 32), "onnxruntime", replace(PLAIN, lanes_out=16))
    assert found["grouped"] == 7 * 7 * 64 * 32 * 2 * 2
    assert found["weights"] == 4 * 64 * 32 * 2 * 2
    assert "dense_other" not in found
    assert "reorder" not in found


def test_a_3x3_of_stride_one_is_no_winograd():
    for rules in ("ncnn", "tflite_gpu", "cudnn"):
        found = amounts(transposed(64, 64, size=3, side=28, stride=1), rules)
        assert "dense_3x3" not in found
        assert "winograd_traffic" not in found


def test_one_group_for_each_channel_is_depthwise():
    found = amounts(transposed(24, 24, groups=24, size=3))
    assert found["depthwise"] == 7 * 7 * 24 * 3 * 3
    assert found["weights"] == 4 * 24 * 3 * 3


def test_groups_do_not_run_in_turn():
    found = amounts(transposed(64, 32, groups=32), "ncnn")
    assert found["grouped"] == 7 * 7 * 2 * 32 * 2 * 2
    assert found["launch"] == found["launch_product"] == 1


@pytest.mark.parametrize("rules", ["none", "ncnn", "cudnn", "tflite_gpu", "onnxruntime"])
def test_as_many_macs_as_the_formula_says(rules):
    found = amounts(transposed(64, 64, size=4, side=16), rules, replace(PLAIN, threads=0))
    assert found.get("dense_other", 0) + found.get("grouped", 0) == 16 * 16 * 64 * 64 * 4 * 4


CONV = make_op("Conv", (2, 6, 9, 9), weight(4, 3, 3, 3), weight(4), group=2)


@pytest.mark.parametrize(
    "op",
    [
        ms("FusedConv", (2, 6, 9, 9), weight(4, 3, 3, 3), weight(4), group=2, activation="Relu"),
        ms("NhwcConv", (2, 9, 9, 6), weight(4, 3, 3, 3), weight(4), group=2),
        ms(
            "QLinearConv", u8(2, 9, 9, 6), (), u8(), i8(4, 3, 3, 3), (), i8(), (), u8(),
            weight(4, dtype="int32"), channels_last=1, group=2,
        ),
        make_op(
            "QLinearConv", u8(2, 6, 9, 9), (), u8(), i8(4, 3, 3, 3), (), i8(), (), u8(),
            weight(4, dtype="int32"), group=2,
        ),
        make_op("Conv", (2, 9, 9, 6), weight(4, 3, 3, 3), weight(4), group=2,
                domain="com.ms.internal.nhwc"),
    ],
)  # fmt: skip
def test_every_convolution_is_one_of_the_standard(op):
    plain = plain_convolution(op)
    assert plain.op_type == "Conv"
    assert plain.x.shape == CONV.x.shape
    assert plain.w.shape == CONV.w.shape
    assert plain.y.shape == CONV.y.shape
    assert plain.input(2) is not None
    assert op_cost(plain).cost.macs == op_cost(op).cost.macs == op_cost(CONV).cost.macs


def test_a_weight_with_its_channels_last_is_turned():
    op = ms("NhwcConv", (2, 9, 9, 6), weight(4, 3, 3, 6))
    assert plain_convolution(op).w.shape == (4, 6, 3, 3)
