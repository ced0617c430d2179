"""Convolutions of a GPU's library that multiplies by tiles, one thread block for each (cuDNN).

A dense convolution is an implicit matrix product, of outputs' channels by their positions (Chetlur
et al., arXiv 1410.0759), or Winograd's: in one kernel on tiles of 2x2 outputs, or in stages on
tiles of 4x4 with batched products between (Lavin and Gray, CVPR 2016). The library knows how long
each takes and runs the shortest. Blocks are dealt to the chip's cores in rounds, so that the last
round costs a whole one ("Tile Quantization" and "Wave Quantization" in
https://docs.nvidia.com/deeplearning/performance/dl-performance-matrix-multiplication).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from costlint.costmodel.devices.settings import Amounts, Settings, weight_type
from costlint.costmodel.ir.dims import (
    Dim,
    Shape,
    ceil_div,
    filled,
    is_one,
    maximum,
    minimum,
    product,
)
from costlint.costmodel.ir.dtypes import size_bytes
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.latency.blocked import is_unit_3x3

IMPLICIT: Final = (64, 32)
"""Channels of a block of 128 positions (`scudnn_128x64` and `_128x32`, the usual ones)."""
POSITIONS: Final = 128
NARROW: Final = 4
"""The narrow block loads more for a multiplication: slower by one in so many."""
FUSED: Final = (32, 8, 16)
"""Channels, rows and columns of outputs of a block (`scudnn_winograd_128x128_.._tile148`: 4 by 8
tiles of 2x2; 16 products of 32 channels by 32 tiles are as many as a tile of 128x128)."""
STAGED: Final = (64, 128)
"""Channels and tiles of a block (`sgemm_128x64`)."""
IMAGES: Final = 16
IDLE: Final = 3
"""Staged transforms take so many images at once; a place without one costs as much as so many
with (V100, T4, P100, P4, A100: 17 images take longer than 32)."""
DEPTH: Final = 8
"""Steps of the inner sum that a block loads at once: the sum is padded to a multiple."""
PROLOGUE: Final = 24
"""Steps of the inner sum that filling a fused block's pipeline and transforming back cost."""
BALANCE: Final = 10
"""Multiplications in the time of a byte, peak over bandwidth: 5 on an A100, 8 on a V100, 12 on a
GTX 1080 Ti, 13 on a T4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """What one algorithm does: multiplications of all rounds, bytes besides the maps' own."""

    weights: Dim
    kernels: Dim
    depth: Dim
    winograd: Dim = 0
    product: Dim = 0
    unaligned: Dim = 0
    transformed: Dim = 0

    @property
    def score(self) -> Dim:
        """How long it takes, in multiplications."""
        return self.winograd + self.product + BALANCE * (self.transformed + self.weights)

    def or_shorter(self, other: _Way) -> _Way:
        """This one or the shorter `other`, in arithmetic that runs on symbols and arrays."""
        is_shorter = minimum(maximum(self.score - other.score, 0), 1)
        both = ((f.name, getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return _Way(**{name: one + is_shorter * (two - one) for name, one, two in both})


def tiled_convolution(op: Op, w: Shape, y: Shape, settings: Settings, counted: Amounts) -> str:
    """Count a dense convolution into `counted`; gives the term of its activations' bytes."""
    found = _implicit(w, y, settings)
    is_dense = set(op.attributes.get("dilations", (1,))) == {1}
    is_3x3 = is_unit_3x3(op) and is_dense and settings.library.winograd
    if is_3x3:
        found = found.or_shorter(_fused(w, y, settings)).or_shorter(_staged(w, y, settings))
    filter_size = product(w[2:])
    is_1x1 = is_one(filter_size)
    counted["dense_1x1" if is_1x1 else "dense_other"] = found.product
    if is_3x3:
        counted["dense_3x3"] = found.winograd
        counted["unaligned"] = found.unaligned
        counted["winograd_traffic"] = found.transformed
    counted["weights"] = found.weights
    counted["depth"] = found.depth
    counted["launch_product"] = found.kernels
    return "dense_1x1_traffic" if is_1x1 else "dense_traffic"


def _implicit(w: Shape, y: Shape, settings: Settings) -> _Way:
    chain = filled(w[1] * product(w[2:]), DEPTH)
    rows = ceil_div(y[0] * product(y[2:]), POSITIONS)
    wide, narrow = (
        _rounds(ceil_div(w[0], channels) * rows, settings) * channels * POSITIONS
        for channels in IMPLICIT
    )
    return _Way(
        product=minimum(wide, narrow + narrow // NARROW) * chain,
        weights=size_bytes(product(w), weight_type(settings)),
        kernels=1,
        depth=chain,
    )


def _fused(w: Shape, y: Shape, settings: Settings) -> _Way:
    channels, rows, columns = FUSED
    blocks = y[0] * ceil_div(y[2], rows) * ceil_div(y[3], columns) * ceil_div(w[0], channels)
    products = 16 * channels * (rows // 2) * (columns // 2)
    return _Way(
        winograd=_rounds(blocks, settings) * products * (filled(w[1], DEPTH) + PROLOGUE),
        # Read 3x3, written and read 4x4 of each pair of channels.
        weights=size_bytes(w[0] * w[1] * (9 + 2 * 16), weight_type(settings)),
        kernels=2,
        depth=w[1],
    )


def _staged(w: Shape, y: Shape, settings: Settings) -> _Way:
    channels, of_block = STAGED
    per_image = ceil_div(y[2], 4) * ceil_div(y[3], 4)
    tiles = y[0] * per_image
    blocks = 36 * ceil_div(w[0], channels) * ceil_div(tiles, of_block)
    winograd = _rounds(blocks, settings) * channels * of_block * filled(w[1], DEPTH)
    images = y[0] + IDLE * (filled(y[0], IMAGES) - y[0])
    wide = weight_type(settings)
    return _Way(
        winograd=winograd,
        unaligned=winograd * minimum(tiles % 4 + w[1] % 4, 1),
        # Both maps as 6x6 numbers for each tile, written once and read once.
        transformed=size_bytes(images * per_image * (w[0] + w[1]) * 2 * 36, wide),
        weights=size_bytes(w[0] * w[1] * (9 + 2 * 36), wide),
        kernels=4,
        depth=w[1],
    )


def _rounds(blocks: Dim, settings: Settings) -> Dim:
    """Blocks with the idle ones of the last round, where the chip's number of cores is known."""
    return filled(blocks, settings.cores) if settings.cores else blocks
