"""The amounts of convolutions: which algorithm, on which lanes and tiles."""

from __future__ import annotations

from typing import Final

from costlint.costmodel.devices.settings import Amounts, Settings, weight_type
from costlint.costmodel.ir.dims import Dim, Shape, filled, is_below, is_one, minimum, product
from costlint.costmodel.ir.dtypes import size_bytes
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.latency.blocked import (
    blocked_convolution,
    depthwise_term,
    is_grouped,
    is_odd,
    is_unit_3x3,
)
from costlint.costmodel.latency.sliced import sliced_convolution
from costlint.costmodel.latency.tiled import tiled_convolution

TILE: Final = 4
"""Outputs of a side of Winograd's tile F(4x4, 3x3) (Lavin and Gray, CVPR 2016)."""


def convolution(op: Op, settings: Settings, counted: Amounts) -> str:
    """Count a `plain_convolution` into `counted`; gives the term of its activations' bytes."""
    y, w = op.y.known_shape, op.w.known_shape
    filter_size = product(w[2:])
    if settings.is_blocked or settings.library.sliced:
        kind = blocked_convolution if settings.is_blocked else sliced_convolution
        return kind(op, settings, counted)
    groups = op.groups
    positions, per_group, c_out = y[0] * product(y[2:]), w[1], y[1]
    counted["launch_product"] = 1
    counted["depth"] = per_group * filter_size
    counted["weights"] = size_bytes(product(w), weight_type(settings))
    if not is_grouped(groups, per_group):
        return _dense(op, w, y, settings, counted)
    if is_below(per_group, 2):
        channels = c_out if settings.threads == 1 else _shared(c_out, settings)
        counted[depthwise_term(filter_size)] = positions * filter_size * channels
        return "depthwise_traffic"
    # ncnn's timings of a decoder with 512 groups of two channels show no work in turn there.
    if settings.library.groups_in_turn and op.op_type == "Conv":
        return _in_turn(op, w, groups, settings, counted)
    return _grouped(op, w, counted)


def _grouped(op: Op, w: Shape, counted: Amounts) -> str:
    y, filter_size, per_group = op.y.known_shape, product(w[2:]), w[1]
    outputs = y[0] * product(y[1:]) * filter_size
    counted["grouped"] = outputs * per_group
    counted["group_odd"] = counted["grouped"] * is_odd(per_group)
    counted["group"] = op.attributes["group"] - 1
    if is_one(filter_size):
        return "dense_1x1_traffic"
    counted["group_window"] = outputs
    return "dense_traffic"


def _dense(op: Op, w: Shape, y: Shape, settings: Settings, counted: Amounts) -> str:
    if settings.library.tiles and len(w) == 4:
        return tiled_convolution(op, w, y, settings, counted)
    c_out, c_in, filter_size = w[0], w[1], product(w[2:])
    lanes_in, lanes_out = settings.lanes_in, settings.lanes_out
    padded_in, padded_out = filled(c_in, lanes_in), filled(c_out, lanes_out)
    per_position = padded_in * _shared(c_out, settings) * filter_size
    positions = y[0] * product(y[2:])
    counted["unpacked"] = per_position * positions * minimum(padded_out - c_out, 1)
    if is_one(filter_size):
        counted["dense_1x1"] = per_position * positions
        return "dense_1x1_traffic"
    is_3x3 = is_unit_3x3(op)
    is_narrow = is_below(c_in, 8)
    if not is_3x3 or is_narrow or not settings.library.winograd:
        other = "dense_narrow" if is_narrow and settings.library.narrow_kernels else "dense_other"
        counted["dense_3x3" if is_3x3 and not is_narrow else other] = per_position * positions
        # Transposed, the products are unfolded and added up, not the input.
        unfolded = c_out if op.op_type == "ConvTranspose" else c_in
        counted["im2col"] = size_bytes(positions * filter_size * unfolded, weight_type(settings))
        return "dense_traffic"
    # Winograd works on tiles: a 7x7 map costs as much as 8x8, transformed 3x3 weights are 6x6.
    tiled = y[0] * product(filled(side, TILE) for side in y[2:])
    counted["dense_3x3"] = per_position * tiled
    counted["winograd_traffic"] = size_bytes(tiled * (c_in + c_out), weight_type(settings))
    counted["weights"] = counted["weights"] * 4
    if settings.library.short_chains:
        counted["depth"] = c_in
    return "dense_traffic"


def _shared(channels: Dim, settings: Settings) -> Dim:
    """Output channels as the busiest thread sees them, times threads: packs are dealt out whole."""
    return filled(channels, settings.lanes_out * settings.threads)


def _in_turn(op: Op, w: Shape, groups: Dim, settings: Settings, counted: Amounts) -> str:
    """Count a grouped convolution that the library runs as so many dense ones."""
    y = op.y.known_shape
    one: Amounts = {"weights": counted["weights"] // groups}
    traffic = _dense(op, (w[0] // groups, *w[1:]), (y[0], y[1] // groups, *y[2:]), settings, one)
    counted |= {name: amount * groups for name, amount in one.items()}
    counted["group"] = groups - 1
    counted["launch"] = counted["launch_product"] = groups
    return traffic
