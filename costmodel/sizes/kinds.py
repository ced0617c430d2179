"""What kind of data an input takes, and which sizes such data usually has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from costlint.costmodel.ir.source import Source, SourceInput
from costlint.costmodel.sizes.guess import Guess, usual
from costlint.costmodel.sizes.hints import FRAMES, SAMPLES, TOKENS, hinted
from costlint.costmodel.sizes.images import SIDE, image, spatial, video
from costlint.costmodel.sizes.sounds import (
    FRAME_COUNT,
    SAMPLE_COUNT,
    STATE,
    frames,
    is_audio,
    is_spectrogram,
    samples,
)
from costlint.costmodel.sizes.uses import Use

LENGTH: Final = 128
POINTS: Final = 1_024
NODES: Final = 128
EDGES: Final = 512
ROWS: Final = 100
FEATURES: Final = 16
BYTES: Final = 1 << 16

_COORDINATES: Final = frozenset({2, 3})
_LENGTHS: Final = re.compile(r"(.*[_.])?(len|lens|length|lengths)", re.IGNORECASE)
_GRAPHS: Final = (
    (re.compile(r"graph", re.IGNORECASE), 1, "a single graph"),
    (re.compile(r"node|atom|residue", re.IGNORECASE), NODES, "nodes of a graph"),
    (re.compile(r"edge|bond", re.IGNORECASE), EDGES, "edges of a graph"),
)

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


def guesses(
    item: SourceInput, dims: Sequence[int | str], found: Sequence[Use], source: Source
) -> Mapping[int, Guess]:
    """A guess for each open axis of an input; `dims` are its sizes, with names where open."""
    special = _by_kind(item, dims, found, source)
    others = {
        axis: by_name(dim) or _by_place(dims, axis)
        for axis, dim in enumerate(dims)
        if isinstance(dim, str)
    }
    return {axis: _of_graph(dims[axis]) or special.get(axis, others[axis]) for axis in others}


def _by_kind(  # noqa: PLR0911 - a kind each
    item: SourceInput, dims: Sequence[int | str], found: Sequence[Use], source: Source
) -> Mapping[int, Guess]:
    """What the kind of an input says of its axes; nothing where it is of none that is known."""
    sides = spatial(item, dims, found)
    is_frames = is_spectrogram(item, dims, sides, found)
    is_row = len(dims) == 3 and any(isinstance(dims[side], int) for side in sides)
    if len(sides) == 2 and not is_frames and not is_row:
        return image(dims, sides, source)
    if len(sides) == 3:
        return video(sides)
    if item.dtype.startswith(("int", "uint", "bool", "string")) and len(dims) <= 2:
        return _of_integers(item, dims, source)
    if is_audio(item, dims, found, source):
        return _hinted(source, SAMPLES, dims, samples(item, source))
    if STATE.search(item.name) and len(dims) == 3 and _is_layered(item):
        return {1: usual(1, "the batch of a state", 1)}
    if is_frames:
        return _hinted(source, FRAMES, dims, frames(item.name))
    likely = usual(LENGTH, "a sequence", 1)
    return dict.fromkeys(sides, likely) if is_row or len(sides) == 1 else {}


def _is_layered(item: SourceInput) -> bool:
    """Whether the file has a number for the layers, and no telling word for what comes behind."""
    first, second, *_ = item.shape or (None, None)
    return isinstance(first, int) and not (isinstance(second, str) and by_name(second))


def _of_integers(
    item: SourceInput, dims: Sequence[int | str], source: Source
) -> Mapping[int, Guess]:
    """Bytes, how long each sample is, or tokens."""
    if item.dtype == "uint8" and len(dims) == 1:
        return {0: usual(BYTES, "an encoded file", 3)}
    if len(dims) == 1 and _LENGTHS.fullmatch(item.name):
        return {0: usual(1, "the length of one sample", 5)}
    return _hinted(source, TOKENS, dims, usual(LENGTH, "tokens", 4))


def _hinted(
    source: Source, keys: Sequence[str], dims: Sequence[int | str], likely: Guess
) -> Mapping[int, Guess]:
    """The same size for all open axes: the metadata's, else the usual one."""
    hint = hinted(source.metadata, keys)
    if hint is not None and len(hint[1]) == 1:
        where = f"the model's metadata ({hint[0]})"
        likely = Guess(size=hint[1][0], source=where, weight=likely.weight + 4)
    return dict.fromkeys(range(len(dims)), likely)


def by_name(dim: str) -> Guess | None:
    """By the words in the name of a dimension."""
    pairs = ((size, what) for words, size, what in _WORDS if words.search(dim))
    return next((usual(size, what, 2) for size, what in pairs), None)


def _of_graph(dim: int | str) -> Guess | None:
    """By words that mean a graph of nodes and edges, whatever holds it."""
    pairs = ((size, what) for words, size, what in _GRAPHS if words.search(str(dim)))
    return next((usual(size, what, 6) for size, what in pairs), None)


def _by_place(dims: Sequence[int | str], axis: int) -> Guess:
    if len(dims) == 3 and any(dim in _COORDINATES for dim in dims[1:]):
        return usual(POINTS, "points", 1)
    if len(dims) == 3 and axis < 2:
        return usual(LENGTH, "a sequence", 1)
    return usual(FEATURES if axis == len(dims) - 1 else LENGTH, "data of any kind", 0)
