from dataclasses import replace

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.devices.settings import Settings
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from costlint.costmodel.runtimes.fusion import fusion_rules
from costlint.costmodel.runtimes.kernels import Kernel, kernels
from costlint.costmodel.runtimes.memory_order import CHANNELS_LAST, viewed
from tests.models import model

AMP = Settings(precision="amp", lanes_in=8, lanes_out=8, cache_bytes=2**40)
CONVS = """
g (float[2, 8, 6, 6] x) => (float[2, 16, 6, 6] out)
{
  c = Conv(x, w)
  out = Conv(c, v, b)
}
"""
WEIGHTS = {"w": (16, 8, 1, 1), "v": (16, 16, 1, 1), "b": (16,)}
TOKENS = """
g (float[2, 8, 6, 6] x) => (float[2, 36, 8] out)
{
  s = Constant<value_ints = [2, 8, 36]>()
  flat = Reshape(x, s)
  tokens = Transpose<perm = [0, 2, 1]>(flat)
  y = Relu(tokens)
  out = LayerNormalization<axis = -1>(y, g)
}
"""
BACK = """
g (float[2, 36, 8] x) => (float[2, 8, 6, 6] out)
{
  s = Constant<value_ints = [2, 8, 6, 6]>()
  t = Transpose<perm = [0, 2, 1]>(x)
  map = Reshape(t, s)
  out = Conv(map, w)
}
"""


def made(text: str, rules: str, weights: dict[str, tuple[int, ...]]) -> tuple[Kernel, ...]:
    counts = count(model(text, weights=weights))
    return kernels(counts.ops, counts.graph.outputs, fusion_rules(rules))


@pytest.mark.parametrize(
    ("before", "after", "order", "expected"),
    [
        ((2, 8, 6, 6), (2, 8, 36), (0, 1, 2, 3), (0, 1, 2)),
        ((2, 8, 6, 6), (2, 8, 36), CHANNELS_LAST, (0, 2, 1)),
        ((2, 8, 36), (2, 8, 6, 6), (0, 2, 1), CHANNELS_LAST),
        ((2, 8, 6, 6), (2, 4, 2, 36), CHANNELS_LAST, (0, 3, 1, 2)),
        ((2, 8, 6, 6), (2, 288), CHANNELS_LAST, None),
        ((2, 4, 9, 3), (2, 9, 12), (0, 2, 1, 3), None),
        ((2, 9, 4, 3), (2, 9, 12), (0, 1, 2, 3), (0, 1, 2)),
        ((2, 8, 1, 1), (2, 8), CHANNELS_LAST, (0, 1)),
    ],
)
def test_what_a_reshape_leaves_of_an_order(before, after, order, expected):
    assert viewed(before, after, order) == expected


def test_channels_last_weights_make_channels_last_maps():
    assert [
        k.memory_order and k.memory_order.is_channels_last for k in made(CONVS, "none", WEIGHTS)
    ] == [
        False,
        False,
    ]
    nhwc = made(CONVS, "none_nhwc", WEIGHTS)
    assert all(k.memory_order is not None and k.memory_order.is_channels_last for k in nhwc)
    assert made(CONVS, "tflite", WEIGHTS)[0].memory_order is None


def test_tokens_of_a_map_are_transposed_and_stay_so():
    weights: dict[str, tuple[int, ...]] = {"g": (8,)}
    relu, norm = made(TOKENS, "none", weights)
    assert [t.name for t in relu.strided] == ["tokens"]
    assert [t.name for t in norm.strided] == ["y"]


def test_tokens_seen_as_a_map_are_channels_last():
    (conv,) = made(BACK, "none", {"w": (8, 8, 1, 1)})
    assert conv.memory_order is not None
    assert conv.memory_order.is_channels_last
    assert not conv.memory_order.mixed


def test_a_bias_of_a_convolution_is_a_kernel_of_its_own():
    counts = count(model(CONVS, weights=WEIGHTS))
    first, second = kernel_amounts(counts, fusion_rules("none"), AMP).amounts
    assert (first["launch"], second["launch"]) == (1, 2)
    assert second["elementwise"] == 2 * 2 * (2 * 16 * 36)


def test_maps_that_lie_channel_after_channel_are_reordered_for_tensor_cores():
    counts = count(model(CONVS, weights=WEIGHTS))
    found = kernel_amounts(counts, fusion_rules("none"), AMP).amounts[0]
    assert found["channels_first"] == 2 * (2 * 8 * 36 + 2 * 16 * 36)
    assert "channels_first" not in kernel_amounts(counts, fusion_rules("none_nhwc"), AMP).amounts[0]
    fp32 = replace(AMP, precision="fp32")
    assert "channels_first" not in kernel_amounts(counts, fusion_rules("none"), fp32).amounts[0]


@pytest.mark.parametrize(("width", "share"), [(16, 0), (12, 1)])
def test_rows_that_are_no_whole_vectors_slow_half_precision_products(width, share):
    text = f"g (float[2, 5, 16] x) => (float[2, 5, {width}] out) {{ out = MatMul(x, w) }}"
    counts = count(model(text, weights={"w": (16, width)}))
    (found,) = kernel_amounts(counts, fusion_rules("none"), AMP).amounts
    assert found["unaligned"] == share * found["linear"]
    (found,) = kernel_amounts(counts, fusion_rules("none"), replace(AMP, precision="fp32")).amounts
    assert found["unaligned"] == 0


def test_a_batch_of_one_is_viewed_as_any_other():
    assert viewed((1, 8, 4), (8, 4), (1, 0, 2)) is None
    assert viewed((2, 8, 4), (16, 4), (1, 0, 2)) is None


def test_a_squeeze_is_a_view_whatever_lies_between():
    counts = count(
        model(
            "g (float[8, 1, 2, 4] x, float[4, 4] w) => (float[A, B, C] y)"
            "{ t = Transpose<perm = [1, 2, 0, 3]>(x) a = Constant<value = int64[1] {0}>()"
            " s = Squeeze(t, a) y = Relu(s) }"
        )
    )
    (relu,) = kernel_amounts(counts, fusion_rules("none"), AMP).kernels
    assert relu.main.op.op_type == "Relu"
