"""Convolutions of a library that lays channels out in blocks as wide as a vector.

onnxruntime's CPU provider runs a convolution on whole blocks (NCHWc) where its widths allow it. The
others stay in the plain order: each group is unfolded and multiplied on its own.
https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html
"""

from __future__ import annotations

from typing import Final

from costlint.costmodel.devices.settings import Amounts, Settings, weight_type
from costlint.costmodel.ir.dims import Dim, ceil_div, is_below, is_one, minimum, product
from costlint.costmodel.ir.dtypes import is_float, size_bytes
from costlint.costmodel.ir.graph import Op

ALIGNED: Final = 4
"""Input channels of a dense or depthwise convolution in blocks are a multiple of this."""
BLOCKS_AT_ONCE: Final = 4
"""Blocks of outputs that one pass over the input fills; a single one left over is slower."""
ROW: Final = 26
"""A row of the unfolded matrix costs as much besides as so many of its elements."""
STRIDED: Final = 3
"""Times that unfolding with a stride, element by element, costs what copying a row does.

This and `ROW` are from 15000 convolutions of random shapes, timed one by one (x86, AVX-512).
"""
POOL: Final = 0.25
PLAIN_MAXIMUM: Final = 0.75
PLAIN_AVERAGE: Final = 7.0
"""Cost of a number of a pool's windows, as parts of one exponential by vectors (0.13 ns): in
blocks, and in the plain order, where an average alone goes number by number. From that machine."""
DILATED_AVERAGE: Final = 19
"""The opset in which average pooling got dilations; onnxruntime has another kernel from there on:
302 against 24 us for the same pool."""


def is_whole(width: Dim, block: int) -> Dim:
    """1 where `width` is a multiple of `block`, else 0; a number, traced or an array."""
    return 1 - minimum(width % block, 1)


def reads_plain(per_group: Dim, block: int) -> Dim:
    """1 where so few input channels are read as they lie: the first convolution of a network."""
    return 1 - minimum(per_group // block, 1)


def is_blocked(op: Op, block: int) -> Dim:
    """1 where the convolution runs in blocks of channels.

    Not one transposed or in 8 bits, nor one whose weight is turned into floats at each run.
    """
    if op.op_type != "Conv" or op.x.rank != 4 or not is_float(op.x.dtype) or op.w.stored_as:
        return 0
    groups = op.groups
    per_group, c_out = op.w.known_shape[1], op.y.known_shape[1]
    few = reads_plain(per_group, block)
    dense = few + (1 - few) * is_whole(per_group, ALIGNED)
    single = 1 - minimum(per_group - 1, 1)  # depthwise, with one output for each channel
    depthwise = is_whole(c_out, ALIGNED) * (1 - minimum(c_out // groups - 1, 1))
    whole = is_whole(per_group, block) * is_whole(c_out // groups, block)
    grouped = minimum(groups - 1, 1)
    return (1 - grouped) * dense + grouped * (single * depthwise + (1 - single) * whole)


def blocked_convolution(op: Op, settings: Settings, counted: Amounts) -> str:
    """Count a convolution into `counted`; gives the term of its activations' bytes."""
    y, w = op.y.known_shape, op.w.known_shape
    block, groups = settings.lanes_out, op.groups
    filter_size, per_group, c_out = product(w[2:]), w[1], y[1]
    outputs = y[0] * product(y[2:]) * filter_size
    counted["launch_product"] = 1
    counted["depth"] = per_group * filter_size
    counted["weights"] = size_bytes(product(w), weight_type(settings))
    inside = is_blocked(op, block)
    _plain(op, outputs * (1 - inside), settings, counted)
    if is_grouped(groups, per_group) and is_below(per_group, 2):
        counted[depthwise_term(filter_size)] = inside * outputs * ceil_div(c_out, block) * block
        return "depthwise_traffic"
    few = reads_plain(per_group, block)
    padded_in = per_group * few + ceil_div(per_group, block) * block * (1 - few)
    blocks = ceil_div(c_out // groups, block)
    per_block = inside * outputs * padded_in * groups * block
    is_1x1 = is_one(filter_size)
    term = "dense_1x1" if is_1x1 else "dense_3x3" if is_unit_3x3(op) else "dense_other"
    counted[term] = per_block * blocks
    counted["unpacked"] = per_block * is_whole(blocks - 1, BLOCKS_AT_ONCE)
    return "dense_1x1_traffic" if is_1x1 else "dense_traffic"


def _plain(op: Op, outputs: Dim, settings: Settings, counted: Amounts) -> None:
    """Unfolded and multiplied group by group; `outputs` are positions times the filter's size."""
    w = op.w.known_shape
    groups = op.groups
    filter_size, c_in, c_out = product(w[2:]), w[1] * groups, w[0]
    unfolded = c_out if op.op_type == "ConvTranspose" else c_in  # then the products are
    counted["grouped"] = outputs * w[1] * c_out
    counted["group"] = minimum(outputs, 1) * (groups - 1)
    if not is_one(filter_size):
        steps = set(op.attributes.get("strides", (1,)))
        rows = outputs // op.y.known_shape[-1]
        outputs = outputs * (1 + (1 if steps == {1} else STRIDED)) + ROW * rows
    counted["im2col"] = size_bytes(outputs * unfolded, weight_type(settings))


def pool_share(op: Op, settings: Settings) -> Dim:
    """What a number of a pool's windows costs, as exponentials: there it is `POOL` or plain."""
    if not settings.is_blocked:
        return 1
    plain = 1 - is_whole(op.x.known_shape[1], settings.lanes_out) if op.x.rank == 4 else 1
    by_number = op.op_type == "AveragePool" and op.version >= DILATED_AVERAGE
    return plain * (PLAIN_AVERAGE if by_number else PLAIN_MAXIMUM) + (1 - plain) * POOL


def is_grouped(groups: Dim, per_group: Dim) -> bool:
    """Whether there is more than one group; a traced number of single channels is."""
    is_depthwise = type(groups) is not int and type(per_group) is int and per_group == 1
    return is_depthwise or is_below(1, groups)


def depthwise_term(filter_size: Dim) -> str:
    """The compute term of a depthwise convolution."""
    if type(filter_size) is not int or filter_size <= 9:
        return "depthwise"
    return "depthwise_5x5" if filter_size <= 25 else "depthwise_large"


def is_odd(width: Dim) -> Dim:
    """1 where `width` is no power of two, else 0; an int, a traced dimension or an array."""
    if type(width) is int or hasattr(width, "at_least"):
        return minimum(width & (width - 1), 1)
    import numpy as np

    return np.where(np.log2(width) % 1.0 > 0.0, 1, 0)


def is_unit_3x3(op: Op) -> bool:
    """Whether the filter is 3x3 and slides by one."""
    is_3x3 = op.op_type == "Conv" and tuple(op.w.known_shape[2:]) == (3, 3)
    return is_3x3 and set(op.attributes.get("strides", (1,))) == {1}
