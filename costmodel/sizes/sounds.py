"""Whether an input is audio, in samples or in frames, and how long that usually is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from costlint.costmodel.formulas.sets import SIGNALS, SLIDING
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.source import Source, SourceInput
from costlint.costmodel.sizes.guess import Guess, usual
from costlint.costmodel.sizes.uses import Use

SAMPLE_COUNT: Final = 16_000
CHUNK: Final = 512
"""Samples of a recording, and of one step of a network that keeps a state between steps."""
FRAME_COUNT: Final = 1_000

_BINS: Final = frozenset({40, 80, 161, 201, 229, 257, 513})
"""Sizes of a spectrum that hardly anything else has."""
_SPECTRAL: Final = re.compile(r"mel|spec|fbank|mfcc|stft|feats?\b|features", re.IGNORECASE)
_AUDIO: Final = re.compile(r"audio|wav|sample|pcm|speech|signal|sound|noisy|mix", re.IGNORECASE)
_RATE: Final = re.compile(r"sr|.*sampl\w*_?rate", re.IGNORECASE)
STATE: Final = re.compile(r"state|cache|hidden|past|mem|context|(^|_)[hc]n?\d*$", re.IGNORECASE)


def is_spectrogram(
    item: SourceInput, dims: Sequence[int | str], sides: Sequence[int], found: Sequence[Use]
) -> bool:
    """Frames of a spectrum: called so, called audio where it has features, or of usual bins."""
    fixed = [dim for dim in dims[1:] if isinstance(dim, int)]
    has_bins = any(dim in _BINS for dim in fixed)
    if len(sides) == 2:
        return bool(_SPECTRAL.search(item.name)) or (
            has_bins and 3 not in fixed and (1 in fixed or len(dims) == 3)
        )
    if len(dims) != 3 or not is_float(item.dtype):
        return False
    slides = any(use.node.op_type in SLIDING for use in found)
    is_called = _SPECTRAL.search(item.name) or (_AUDIO.search(item.name) and _has_features(dims))
    return (has_bins and slides) or bool(is_called)


def frames(name: str) -> Guess:
    """How many frames: of audio where the name of an input says so, else of a spectrum."""
    of_audio = _SPECTRAL.search(name) or _AUDIO.search(name)
    return usual(FRAME_COUNT, "frames of audio" if of_audio else "frames of a spectrum", 3)


def is_audio(
    item: SourceInput, dims: Sequence[int | str], found: Sequence[Use], source: Source
) -> bool:
    """Samples in a row: read as a signal, by a 1-D convolution of one channel, or called so."""
    for use in found:
        if use.node.op_type in SIGNALS:
            return True
        one_channel = len(use.axes) == 3 and (use.axes[1] is None or dims[use.axes[1]] in (1, 2))
        if use.node.op_type in SLIDING and not use.index and one_channel:
            return True
    if _has_features(dims) or len(dims) > 3:
        return False
    is_row = len(dims) == 2 and isinstance(dims[1], str) and is_float(item.dtype)
    if is_row and not _has_tokens(source) and (_has_rate(source) or _has_states(source)):
        return True
    return bool(_AUDIO.search(item.name)) and not _SPECTRAL.search(item.name)


def samples(item: SourceInput, source: Source) -> Guess:
    """How many samples: a chunk where the network keeps a state."""
    if any(STATE.search(i.name) for i in source.graph.inputs if i is not item):
        return usual(CHUNK, "a chunk of audio", 3)
    return usual(SAMPLE_COUNT, "audio", 3)


def _has_features(dims: Sequence[int | str]) -> bool:
    """Whether each step has more numbers than a recording has channels."""
    return len(dims) == 3 and any(isinstance(dim, int) and dim > 2 for dim in dims[1:])


def _has_tokens(source: Source) -> bool:
    return any("int" in i.dtype and len(i.shape or ()) == 2 for i in source.graph.inputs)


def _has_rate(source: Source) -> bool:
    return any(_RATE.fullmatch(i.name) for i in source.graph.inputs)


def _has_states(source: Source) -> bool:
    """Whether states of recurrent layers come in: (layers, batch, width)."""
    return any(
        STATE.search(i.name) and i.shape is not None and len(i.shape) == 3
        for i in source.graph.inputs
    )
