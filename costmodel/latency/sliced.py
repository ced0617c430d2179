"""Convolutions of a library that lays channels out in slices, TFLite's GPU delegate.

A thread computes whole slices of four channels. Which kernel runs is in
https://github.com/tensorflow/tensorflow/tree/master/tensorflow/lite/delegates/gpu/common/selectors
"""

from __future__ import annotations

from typing import Final

from costlint.costmodel.devices.settings import Amounts, Settings, weight_type
from costlint.costmodel.ir.dims import (
    Dim,
    Shape,
    ceil_div,
    filled,
    is_below,
    is_one,
    minimum,
    product,
)
from costlint.costmodel.ir.dtypes import size_bytes
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.latency.blocked import depthwise_term, is_grouped, is_odd, is_unit_3x3
from costlint.costmodel.runtimes.library import Library

SLICE: Final = 4
"""Channels of a slice, and sums that a fully connected kernel splits a dot product into."""
TILE: Final = 4
"""Outputs of a side of Winograd's tile, which is `SPREAD` wide before and in between."""
SPREAD: Final = 6
GROUP: Final = (4, 8)
"""Threads of a group along a map's height and width."""
CONSTANT_CHANNELS: Final = 32
"""Outputs that a kernel with its weights in constant memory keeps in registers."""


def whole(channels: Dim) -> Dim:
    """`channels` with the last slice filled."""
    return filled(channels, SLICE)


def sliced_convolution(op: Op, settings: Settings, counted: Amounts) -> str:
    """Count a convolution into `counted`; gives the term of its activations' bytes."""
    y, w = op.y.known_shape, op.w.known_shape
    groups = op.groups
    filter_size, per_group = product(w[2:]), w[1]
    counted["launch_product"] = 1
    if not is_grouped(groups, per_group):
        return _dense(op, settings, counted)
    counted["depth"] = per_group * filter_size
    counted["weights"] = size_bytes(product(w), weight_type(settings))
    if is_below(per_group, 2):
        counted[depthwise_term(filter_size)] = _swept(op) * whole(y[1]) * filter_size
        return "depthwise_traffic"
    places = _dealt(y, settings) * filter_size * whole(y[1])
    counted["grouped"] = places * whole(per_group)
    counted["group_odd"] = counted["grouped"] * is_odd(per_group)
    counted["group_window"] = places
    counted["group"] = groups - 1
    return "dense_traffic"


def _dense(op: Op, settings: Settings, counted: Amounts) -> str:
    y, w = op.y.known_shape, op.w.known_shape
    filter_size, library = product(w[2:]), settings.library
    c_in, c_out = whole(w[1]), whole(w[0])
    counted["depth"] = c_in * filter_size
    weights = size_bytes(c_in * c_out * filter_size, weight_type(settings))
    if is_below(product(y[2:]) * filter_size, 2):  # one position: a vector times a matrix
        counted["depth"] = ceil_div(w[1], SLICE)
        counted["weights_linear"] = weights
        return "linear_traffic"
    counted["weights"] = weights
    if _runs_winograd(op, library):
        return _winograd(y, c_in * c_out, c_in + c_out, settings, counted)
    places = _dealt(y, settings) * filter_size
    steps = set(op.attributes.get("strides", (1,)))
    is_1x1 = is_one(filter_size) and steps == {1}
    traffic = "dense_1x1_traffic" if is_1x1 else "dense_traffic"
    few = is_below(w[1] * c_out * filter_size, library.constant_weights + 1)
    if few and is_below(w[0], CONSTANT_CHANNELS + 1):
        counted["dense_narrow"] = places * c_in * c_out
        del counted["depth"]  # unrolled
        return traffic
    term = "dense_1x1" if is_1x1 else "dense_3x3" if _is_plain_3x3(op) else "dense_other"
    counted[term] = places * c_in * c_out
    counted["unpacked"] = filter_size * c_in * _idle(y, settings)
    if not is_1x1:
        counted["im2col"] = size_bytes(places * c_in, weight_type(settings))
    return traffic


def _is_plain_3x3(op: Op) -> bool:
    """Whether the filter is 3x3, of stride and dilation 1."""
    return is_unit_3x3(op) and set(op.attributes.get("dilations", (1,))) == {1}


def _runs_winograd(op: Op, library: Library) -> bool:
    """Whether a 3x3 convolution has the channels and tiles that Winograd's algorithm pays with."""
    y, w = op.y.known_shape, op.w.known_shape
    tiles = product(ceil_div(side, TILE) for side in y[2:])
    few = is_below(w[0], library.winograd_channels) or is_below(w[1], library.winograd_channels)
    is_small = few or is_below(tiles, library.winograd_tiles)
    return library.winograd and _is_plain_3x3(op) and not is_small


def _winograd(y: Shape, weights: Dim, channels: Dim, settings: Settings, counted: Amounts) -> str:
    """Three kernels: tiles are transformed, multiplied, and transformed back."""
    spread = y[0] * product(ceil_div(side, TILE) * SPREAD for side in y[2:])
    counted["launch"] = 3
    counted["depth"] = counted["depth"] // 9
    counted["dense_3x3"] = spread * weights
    counted["winograd_traffic"] = size_bytes(spread * channels, weight_type(settings))
    counted["weights"] = counted["weights"] * SPREAD**2 // 9
    return "dense_traffic"


def _dealt(y: Shape, settings: Settings) -> Dim:
    """Positions of the map `y`, filled up to what groups of threads take at once."""
    return filled(y[0] * product(y[2:]), settings.library.positions_at_once)


def _swept(op: Op) -> Dim:
    """Positions of a depthwise convolution's map, whose sides groups of threads sweep in steps.

    A thread of a 3x3 of stride 1 takes 2x2 of them (depthwise_conv_3x3.cc), of others one.
    """
    y = op.y.known_shape
    side = 2 if _is_plain_3x3(op) else 1
    swept: Dim = y[0]
    for size, threads in zip(y[2:], GROUP, strict=False):
        swept = swept * ceil_div(size, side * threads) * side * threads
    return swept


def _idle(y: Shape, settings: Settings) -> Dim:
    """Outputs that fill a map's sides and its slices up to whole groups of threads and blocks."""
    side = settings.library.side_at_once
    places = _dealt(y, settings)
    sides = y[0] * product(filled(size, side) for size in y[2:])
    rounded = places + sides - y[0] * product(y[2:])
    return rounded * _blocks(ceil_div(y[1], SLICE)) * SLICE - places * whole(y[1])


def _blocks(slices: Dim) -> Dim:
    """`slices` as threads take them: one, two or four each, as many as divide them or fill well."""
    by_four, by_two = ceil_div(slices, 4) * 4, ceil_div(slices, 2) * 2
    is_many = minimum(slices // 8, 1)
    is_some = minimum(slices // 4, 1)
    return is_many * by_four + (1 - is_many) * (is_some * by_two + (1 - is_some) * slices)
