"""Heights and widths: of images, of filters, of what a filter leaves."""

from __future__ import annotations

from typing import TypeAlias

Pair: TypeAlias = int | tuple[int, int]
"""Height and width; one number is both."""


def pair(size: Pair) -> tuple[int, int]:
    """Height and width."""
    return (size, size) if isinstance(size, int) else size


def slid(
    dims: tuple[int, ...], size: tuple[int, int], stride: int, pads: tuple[int, int]
) -> tuple[int, int]:
    """Positions of a filter on (C, H, W), down and across; `pads` are on both sides.

    Raises:
        ValueError: the filter does not fit.
    """
    _, h, w = dims
    down, across = (
        (extent + 2 * pad - filter_size) // stride + 1
        for extent, filter_size, pad in zip((h, w), size, pads, strict=True)
    )
    if down < 1 or across < 1:
        msg = f"a feature map of {h}x{w} is too small for a filter of {size[0]}x{size[1]}"
        raise ValueError(msg)
    return down, across
