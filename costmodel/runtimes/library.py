"""What the kernels of a runtime's library do besides fusing, as its rule set states it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Which algorithms a library has; the defaults are those of most.

    winograd: 3x3 convolutions of stride 1 run by Winograd's algorithm.
    blocked: channels lie in blocks as wide as a vector.
    shares_packs: threads share whole vectors of output channels.
    groups_in_turn: a grouped convolution is so many dense ones, where it is not transposed.
    streams_vectors: one row times a matrix takes the time of the matrix's bytes.
    narrow_kernels: convolutions of few input channels have kernels of their own.
    window_share: what an element of a pooling window costs of an exponential.
    short_chains: sums run over channels alone in Winograd's domain, and inner products are split.
    tiles: thread blocks multiply whole tiles, by the shortest of several algorithms.
    serial: ops that run on one thread.
    joined: what costs a convolution nothing behind it; another op there is a pass of its own.
    blocks_follow: ops that give blocks where they are given them.
    blocks_meet: sums and products that give blocks where all that they read is in blocks.
    host: ops that a GPU leaves to the host, between a download and an upload.
    sliced: channels lie in slices of four, and threads compute whole slices.
    winograd_channels, winograd_tiles: the least with which Winograd's algorithm runs there.
    constant_weights: the most that a kernel with weights in constant memory takes there.
    unsigned: products of signed activations by integers have no fast kernel.
    dequantizes: a kernel of floats turns weights that are stored as integers into floats each run.
    positions_at_once, side_at_once: how many positions of a map, or of its sides, a group of
        threads takes there.
    """

    winograd: bool = False
    blocked: bool = False
    shares_packs: bool = False
    groups_in_turn: bool = False
    streams_vectors: bool = False
    narrow_kernels: bool = False
    window_share: float = 1.0
    short_chains: bool = False
    tiles: bool = False
    serial: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset({"BatchNormalization"})
    blocks_follow: frozenset[str] = frozenset()
    blocks_meet: frozenset[str] = frozenset()
    host: frozenset[str] = frozenset()
    sliced: bool = False
    winograd_channels: int = 0
    winograd_tiles: int = 0
    constant_weights: int = 0
    positions_at_once: int = 1
    side_at_once: int = 1
    dequantizes: bool = False
    unsigned: bool = False


MOST: Final = Library()
"""A library of which nothing special is known."""
