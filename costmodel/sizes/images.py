"""The sizes that images and videos usually have, and which axes of an input are their sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from costlint.costmodel.formulas.sets import SLIDING
from costlint.costmodel.ir.source import Source, SourceInput
from costlint.costmodel.sizes.guess import Guess, usual
from costlint.costmodel.sizes.hints import IMAGE, hinted
from costlint.costmodel.sizes.uses import Use

SIDE: Final = 224
DENSE_SIDE: Final = 640
"""Of an image for a classifier, and of one in which things are found."""
TEXT_LINE: Final = (48, 320)
WORD: Final = (48, 192)
"""Height and width of a line that is read, and of one that is only classified."""
VIDEO: Final = (16, SIDE, SIDE)
"""Frames, height and width."""

_CHANNELS: Final = frozenset({1, 3, 4})
_MAX_LINE_HEIGHT: Final = 72


def spatial(item: SourceInput, dims: Sequence[int | str], found: Sequence[Use]) -> tuple[int, ...]:
    """The axes along which windows slide; those of an image where its shape looks like one."""
    for use in found:
        sides = tuple(axis for axis in use.axes[2:] if axis is not None)
        if use.node.op_type in SLIDING and not use.index and sides:
            return sides
    if len(dims) == 4 and dims[3] in _CHANNELS and dims[1] not in _CHANNELS:
        return (1, 2)
    if (
        len(dims) == 4
        and dims[1] not in (1, *dims[2:])
        and isinstance(dims[2], str)
        and isinstance(dims[3], str)
    ):
        return (2, 3)
    if len(dims) == 3 and item.dtype == "uint8":
        return (0, 1) if dims[2] in _CHANNELS else (1, 2)
    return ()


def image(dims: Sequence[int | str], sides: Sequence[int], source: Source) -> Mapping[int, Guess]:
    """Height and width: the metadata's, those of a line of text, or those of any image."""
    fixed = [dims[side] for side in sides if isinstance(dims[side], int)]
    hint = hinted(source.metadata, IMAGE)
    if hint is not None:
        key, sizes = hint
        sizes = _two_sides(sizes, dims, sides)
        where = f"the model's metadata ({key})"
        return {
            side: Guess(size=size, source=where, weight=9)
            for side, size in zip(sides, sizes, strict=True)
        }
    height = dims[sides[0]]
    is_strip = isinstance(height, int) and 16 <= height <= _MAX_LINE_HEIGHT
    if is_strip or (not fixed and _shrinks_unevenly(source)):
        ranks = {len(o.shape) for o in source.graph.declared.values() if o.shape is not None}
        pairs = zip(sides, WORD if ranks == {2} else TEXT_LINE, strict=True)
        return {side: usual(size, "a line of text", 5) for side, size in pairs}
    size = fixed[0] if fixed and isinstance(fixed[0], int) else SIDE
    return {side: usual(size, "an image", 5, is_side=not fixed) for side in sides}


def video(sides: Sequence[int]) -> Mapping[int, Guess]:
    """Frames, height and width."""
    return {a: usual(s, "a video", 4) for a, s in zip(sides, VIDEO, strict=True)}


def _two_sides(
    sizes: Sequence[int], dims: Sequence[int | str], sides: Sequence[int]
) -> tuple[int, int]:
    """Height and width of a hint with one number, with two, or with those of all axes."""
    if len(sizes) == len(dims):
        return sizes[sides[0]], sizes[sides[1]]
    if len(sizes) == 3:
        return (sizes[1], sizes[2]) if sizes[0] in _CHANNELS else (sizes[0], sizes[1])
    return sizes[0], sizes[-1]


def _shrinks_unevenly(source: Source) -> bool:
    """Whether windows step further down than across, as networks that read lines of text do."""
    strides = (n.attributes.get("strides") for n in source.graph.nodes if n.op_type in SLIDING)
    return any(isinstance(s, tuple) and len(s) == 2 and s[0] > s[1] for s in strides)
