"""Convolutions by thread blocks of whole tiles: which algorithm, how many blocks, which bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from costlint.costmodel.count import count
from costlint.costmodel.devices.settings import Settings, under
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from costlint.costmodel.latency.tiled import IDLE, PROLOGUE, tiled_convolution
from costlint.costmodel.runtimes.fusion import fusion_rules
from tests.costmodel.latency.test_terms import conv

RULES = fusion_rules("cudnn")
V100 = under(
    Settings(precision="fp32", lanes_in=1, lanes_out=1, cache_bytes=2**40, cores=80),
    RULES.library,
    threads=0,
)


def amounts(proto, settings=V100):
    (found,) = kernel_amounts(count(proto), RULES, settings).amounts
    return {name: amount for name, amount in found.items() if amount}


def test_a_1x1_convolution_is_rounded_up_to_tiles_and_rounds():
    # 7x7 positions of 8 images make 4 tiles of 128, 1200 channels 19 of 64: 76 blocks on 80 cores.
    found = amounts(conv(510, 1200, 7, batch=8))
    assert found["dense_1x1"] == 80 * 64 * 128 * 512
    assert found["weights"] == 4 * 510 * 1200
    without = amounts(conv(510, 1200, 7, batch=8), replace(V100, cores=0))
    assert without["dense_1x1"] == 76 * 64 * 128 * 512


def test_few_channels_take_the_narrow_tile():
    # 8 tiles of 32x32 positions for each of 80 images: 640 blocks, slower by a quarter.
    found = amounts(conv(8, 32, 32, batch=80))
    assert found["dense_1x1"] == 80 * 8 * 32 * 128 * 5 // 4 * 8


def test_large_maps_of_few_channels_run_winograd_in_one_kernel():
    # 4 by 2 blocks of 8x16 outputs and one of 32 channels, for each of 10 images: one round.
    found = amounts(conv(64, 32, 32, 3, batch=10))
    assert found["dense_3x3"] == 80 * 16 * 32 * 32 * (64 + PROLOGUE)
    assert found["weights"] == 4 * 64 * 32 * (9 + 16 + 16)
    assert found["depth"] == 64
    assert found["launch_product"] == 2
    assert "winograd_traffic" not in found


def test_small_maps_of_many_channels_run_winograd_in_stages():
    # 16 tiles of 4x4 outputs for each of 16 images: two rows of 128, 8 columns of 64 channels.
    found = amounts(conv(512, 512, 14, 3, batch=16))
    assert found["dense_3x3"] == 640 * 64 * 128 * 512
    assert 36 * 2 * 8 <= 640
    assert found["winograd_traffic"] == 4 * 16 * 16 * (512 + 512) * 2 * 36
    assert found["weights"] == 4 * 512 * 512 * (9 + 2 * 36)
    assert "unaligned" not in found


def test_a_place_without_an_image_costs_more_than_one_with():
    full, half = (amounts(conv(512, 512, 14, 3, batch=n))["winograd_traffic"] for n in (32, 24))
    assert half / full == (24 + IDLE * 8) / 32


def test_odd_widths_are_slower_in_stages():
    found = amounts(conv(510, 512, 14, 3, batch=16))
    assert found["unaligned"] == found["dense_3x3"]


@pytest.mark.parametrize(("size", "c_in"), [(3, 3), (5, 64), (7, 3)])
def test_other_convolutions_are_an_implicit_product(size, c_in):
    found = amounts(conv(c_in, 64, 16, size, batch=40))
    chain = -(-c_in * size * size // 8) * 8
    assert found["dense_other"] == 80 * 64 * 128 * chain
    assert found["depth"] == chain
    assert "im2col" not in found


def test_arrays_of_designs_count_as_each_does():
    widths = [16, 60, 128, 512]
    sides, batches = [7, 14, 56, 14], [1, 8, 40, 16]
    (op,) = (row.op for row in count(conv(16, 16, 7, 3)).ops)
    w = (np.array(widths), np.array(widths), 3, 3)
    y = (np.array(batches), np.array(widths), np.array(sides), np.array(sides))
    together: dict[str, Any] = {}
    tiled_convolution(op, w, y, V100, together)
    for i, (width, side, batch) in enumerate(zip(widths, sides, batches, strict=True)):
        alone = amounts(conv(width, width, side, 3, batch=batch))
        for name, amount in together.items():
            assert np.broadcast_to(amount, 4)[i] == alone.get(name, 0), name
