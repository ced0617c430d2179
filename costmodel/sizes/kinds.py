"""What kind of data an input takes, and which sizes such data usually has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from costlint.costmodel.formulas.sets import RECURRENT, SIGNALS, SLIDING
from costlint.costmodel.ir.source import Source, SourceInput
from costlint.costmodel.sizes.hints import FRAMES, IMAGE, SAMPLES, TOKENS, hinted
from costlint.costmodel.sizes.uses import Use

SIDE: Final = 224
DENSE_SIDE: Final = 640
"""Of an image for a classifier, and of one in which things are found."""
TEXT_LINE: Final = (48, 320)
WORD: Final = (48, 192)
"""Height and width of a line that is read, and of one that is only classified."""
VIDEO: Final = (16, SIDE, SIDE)
"""Frames, height and width."""
LENGTH: Final = 128
SAMPLE_COUNT: Final = 16_000
CHUNK: Final = 512
FRAME_COUNT: Final = 1_000
POINTS: Final = 1_024
ROWS: Final = 100
FEATURES: Final = 16
BYTES: Final = 1 << 16

_MELS: Final = frozenset({40, 64, 72, 80, 96, 100, 128, 229, 257, 513})
_COORDINATES: Final = frozenset({2, 3})
_CHANNELS: Final = frozenset({1, 3, 4})
_MAX_LINE_HEIGHT: Final = 72
_SPECTRAL: Final = re.compile(r"mel|spec|fbank|mfcc|stft|feats?\b|features", re.IGNORECASE)
_AUDIO: Final = re.compile(r"audio|wav|sample|pcm|speech|signal|sound|noisy|mix", re.IGNORECASE)
_STATE: Final = re.compile(r"state|cache|hidden|past|mem|context|(^|_)[hc]n?\d*$", re.IGNORECASE)

# Words in the name of a dimension, where nothing else says what it is.
_WORDS: Final = (
    (re.compile(r"height|width", re.IGNORECASE), SIDE, "an image"),
    (re.compile(r"past|seq|token|len|word|time|step", re.IGNORECASE), LENGTH, "a sequence"),
    (re.compile(r"sample", re.IGNORECASE), SAMPLE_COUNT, "audio"),
    (re.compile(r"frame", re.IGNORECASE), FRAME_COUNT, "frames"),
    (re.compile(r"point", re.IGNORECASE), POINTS, "points"),
    (re.compile(r"box|roi|proposal|det|num_", re.IGNORECASE), ROWS, "rows"),
    (re.compile(r"byte", re.IGNORECASE), BYTES, "a file"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A size for one axis: where it comes from, and how well that is known (higher is better).

    `is_side` marks the sides of an image, which are taken to be equal.
    """

    size: int
    source: str
    weight: int
    is_side: bool = False


def guesses(
    item: SourceInput, dims: Sequence[int | str], found: Sequence[Use], source: Source
) -> Mapping[int, Guess]:
    """A guess for each open axis of an input; `dims` are its sizes, with names where open."""
    spatial = _spatial(item, dims, found)
    if len(spatial) == 2 and not _is_spectrogram(item, dims, spatial, found):
        special = _image(dims, spatial, source)
    elif len(spatial) == 3:
        special = {a: _usual(s, "a video", 4) for a, s in zip(spatial, VIDEO, strict=True)}
    elif _is_bytes(item, dims):
        special = {0: _usual(BYTES, "an encoded file", 3)}
    elif item.dtype.startswith(("int", "uint", "bool", "string")) and len(dims) <= 2:
        special = _hinted(source, TOKENS, dims, _usual(LENGTH, "tokens", 4))
    elif _is_audio(item, dims, found):
        size = _usual(SAMPLE_COUNT, "audio", 3)
        if any(_STATE.search(i.name) for i in source.graph.inputs if i is not item):
            size = _usual(CHUNK, "a chunk of audio", 3)
        special = _hinted(source, SAMPLES, dims, size)
    elif _STATE.search(item.name) and len(dims) == 3 and isinstance(dims[0], int):
        special = {1: _usual(1, "the batch of a state", 1)}
    elif _is_spectrogram(item, dims, spatial, found):
        special = _hinted(source, FRAMES, dims, _usual(FRAME_COUNT, "frames of audio", 3))
    else:
        special = {}
    others = {
        axis: by_name(dim) or _by_place(dims, axis)
        for axis, dim in enumerate(dims)
        if isinstance(dim, str)
    }
    return {axis: special.get(axis, others[axis]) for axis in others}


def _usual(size: int, what: str, weight: int, *, is_side: bool = False) -> Guess:
    return Guess(size=size, source=f"usual for {what}", weight=weight, is_side=is_side)


def _spatial(item: SourceInput, dims: Sequence[int | str], found: Sequence[Use]) -> tuple[int, ...]:
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


def _image(dims: Sequence[int | str], sides: Sequence[int], source: Source) -> Mapping[int, Guess]:
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
        return {side: _usual(size, "a line of text", 5) for side, size in pairs}
    size = fixed[0] if fixed and isinstance(fixed[0], int) else SIDE
    return {side: _usual(size, "an image", 5, is_side=not fixed) for side in sides}


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


def _is_spectrogram(
    item: SourceInput, dims: Sequence[int | str], sides: Sequence[int], found: Sequence[Use]
) -> bool:
    fixed = [dim for dim in dims[1:] if isinstance(dim, int)]
    mels = any(dim in _MELS for dim in fixed)
    if len(sides) == 2:
        return bool(_SPECTRAL.search(item.name)) or (
            mels and 3 not in fixed and 64 not in fixed and (1 in fixed or len(dims) == 3)
        )
    read = any(use.node.op_type in SLIDING | RECURRENT for use in found)
    return len(dims) == 3 and ((mels and read) or bool(_SPECTRAL.search(item.name)))


def _is_bytes(item: SourceInput, dims: Sequence[int | str]) -> bool:
    return item.dtype == "uint8" and len(dims) == 1


def _is_audio(item: SourceInput, dims: Sequence[int | str], found: Sequence[Use]) -> bool:
    """Samples in a row: read as a signal, by a 1-D convolution of one channel, or called so."""
    for use in found:
        if use.node.op_type in SIGNALS:
            return True
        one_channel = len(use.axes) == 3 and (use.axes[1] is None or dims[use.axes[1]] in (1, 2))
        if use.node.op_type in SLIDING and not use.index and one_channel:
            return True
    return len(dims) <= 3 and bool(_AUDIO.search(item.name)) and not _SPECTRAL.search(item.name)


def _hinted(
    source: Source, keys: Sequence[str], dims: Sequence[int | str], usual: Guess
) -> Mapping[int, Guess]:
    """The same size for all open axes: the metadata's, else the usual one."""
    hint = hinted(source.metadata, keys)
    if hint is not None and len(hint[1]) == 1:
        where = f"the model's metadata ({hint[0]})"
        usual = Guess(size=hint[1][0], source=where, weight=usual.weight + 4)
    return dict.fromkeys(range(len(dims)), usual)


def by_name(dim: str) -> Guess | None:
    """By the words in the name of a dimension."""
    pairs = ((size, what) for words, size, what in _WORDS if words.search(dim))
    return next((_usual(size, what, 2) for size, what in pairs), None)


def _by_place(dims: Sequence[int | str], axis: int) -> Guess:
    if len(dims) == 3 and any(dim in _COORDINATES for dim in dims[1:]):
        return _usual(POINTS, "points", 1)
    if len(dims) == 3 and axis < 2:
        return _usual(LENGTH, "a sequence", 1)
    return _usual(FEATURES if axis == len(dims) - 1 else LENGTH, "data of any kind", 0)
