"""Channels last and channels in blocks cost what the standard's layout does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.costmodel.strategies import cost, make_op, typed, weight

NHWC = "com.ms.internal.nhwc"
NCHWC = "com.microsoft.nchwc"


@pytest.mark.parametrize(
    ("op_type", "attributes"),
    [
        ("MaxPool", {"kernel_shape": (3, 3), "strides": (2, 2)}),
        ("AveragePool", {"kernel_shape": (3, 3), "pads": (1, 1, 1, 1)}),
        ("LpPool", {"kernel_shape": (2, 3)}),
        ("GlobalAveragePool", {}),
        ("GlobalMaxPool", {}),
        ("GlobalLpPool", {}),
        ("LRN", {"size": 5}),
        ("DepthToSpace", {"blocksize": 2}),
        ("SpaceToDepth", {"blocksize": 2}),
    ],
)
def test_images(op_type, attributes):
    standard = make_op(op_type, (2, 12, 8, 6), **attributes)
    last = make_op(op_type, (2, 8, 6, 12), domain=NHWC, **attributes)
    assert cost(last) == cost(standard)
    n, c, *positions = standard.y.known_shape
    assert last.y.shape == (n, *positions, c)


@pytest.mark.parametrize(
    "op_type", ["MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"]
)
def test_blocked_pools(op_type):
    attributes: dict[str, Any] = {} if op_type.startswith("Global") else {"kernel_shape": (3, 3)}
    blocked = make_op(op_type, (2, 16, 8, 6), domain=NCHWC, **attributes)
    assert cost(blocked) == cost(make_op(op_type, (2, 16, 8, 6), **attributes))


def test_an_activation_that_is_fused():
    plain = make_op("MaxPool", (2, 8, 8, 3), domain=NHWC, kernel_shape=(3, 3))
    fused = make_op("MaxPool", (2, 8, 8, 3), domain=NHWC, kernel_shape=(3, 3), activation="Relu")
    assert cost(fused).other_flop - cost(plain).other_flop == 2 * 6 * 6 * 3


def test_convolutions():
    macs = 2 * 7 * 7 * 16 * 3 * 3 * 3
    assert cost(make_op("Conv", (2, 9, 9, 3), weight(16, 3, 3, 3), domain=NHWC)).macs == macs
    blocked = make_op(
        "Conv", (2, 8, 9, 9), weight(16, 8, 3, 3), weight(16), (2, 16, 7, 7), domain=NCHWC,
        activation="Relu",
    )  # fmt: skip
    assert cost(blocked).macs == 2 * 7 * 7 * 16 * 8 * 3 * 3
    assert cost(blocked).other_flop == 2 * 7 * 7 * 16 * (1 + 1 + 1)


def test_transposed_convolutions():
    x, w = (2, 9, 9, 6), weight(6, 4, 2, 2)
    plain = make_op("ConvTranspose", x, w, weight(4), domain=NHWC, strides=(2, 2))
    assert plain.y.shape == (2, 18, 18, 4)
    assert cost(plain).macs == 2 * 9 * 9 * 6 * 4 * 2 * 2
    assert cost(plain).other_flop == 2 * 18 * 18 * 4
    q = make_op(
        "QLinearConvTranspose", typed(x, "uint8"), (), (), weight(6, 4, 2, 2, dtype="int8"), (),
        (), (), typed((), "uint8"), domain=NHWC, strides=(2, 2),
    )  # fmt: skip
    assert cost(q).macs == cost(plain).macs
    assert cost(q).other_flop == 5 * 2 * 18 * 18 * 4


def test_quantised_ones():
    x = typed((2, 9, 9, 3), "uint8")
    conv = make_op(
        "QLinearConv", x, (), (), weight(4, 3, 3, 3, dtype="int8"), (), (), (),
        typed((), "uint8"), domain=NHWC,
    )  # fmt: skip
    assert cost(conv).macs == 2 * 7 * 7 * 4 * 3 * 3 * 3
    pool = make_op("QLinearAveragePool", x, (), (), (), (), domain=NHWC, kernel_shape=(3, 3))
    made = 2 * 7 * 7 * 3
    assert cost(pool).other_flop == made * 9 + 2 * (2 * 9 * 9 * 3) + 5 * made


def test_what_else_has_its_channels_last():
    norm = make_op("BatchNormalization", (2, 8, 6, 3), *[weight(3)] * 4, domain=NHWC)
    assert cost(norm).other_flop == 2 * 2 * 8 * 6 * 3
    norm = make_op("InstanceNormalization", (2, 8, 6, 3), weight(3), weight(3), domain=NHWC)
    assert cost(norm).other_flop == 7 * 2 * 8 * 6 * 3 + 5 * 2 * 3
    resize = make_op("Resize", (2, 4, 4, 3), None, None, [2, 8, 8, 3], domain=NHWC, mode="linear")
    assert resize.y.shape == (2, 8, 8, 3)
    assert cost(resize).other_flop == 7 * 2 * 8 * 8 * 3
    grid = make_op("GridSample", (2, 8, 8, 3), (2, 5, 6, 2), domain=NHWC)
    assert grid.y.shape == (2, 5, 6, 3)
    assert cost(grid).other_flop == 7 * 2 * 5 * 6 * 3 + 4 * 2 * 5 * 6 * 2
    unpool = make_op(
        "MaxUnpool", (2, 4, 4, 3), typed((2, 4, 4, 3), "int64"), domain=NHWC,
        kernel_shape=(2, 2), strides=(2, 2),
    )  # fmt: skip
    assert unpool.y.shape == (2, 8, 8, 3)
    assert cost(unpool).other_flop == 0


def test_into_blocks_and_out_of_them():
    reorder = make_op("ReorderInput", (2, 8, 9, 9), domain=NCHWC)
    assert cost(reorder).bytes_accessed == 2 * 4 * 2 * 8 * 9 * 9
    assert cost(reorder).flop == 0
    back = make_op("ReorderOutput", (2, 8, 9, 9), domain=NCHWC, channels=6)
    assert back.y.shape == (2, 6, 9, 9)
    up = make_op("Upsample", (2, 8, 9, 9), domain=NCHWC, scales=(1, 1, 2, 2), mode="linear")
    assert cost(up).other_flop == 7 * 2 * 8 * 18 * 18
