"""What exporters write of sizes into the metadata of a file."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_MAX_LENGTH: Final = 20_000
_MAX_SIZE: Final = 1 << 24
_MAX_DEPTH: Final = 8

IMAGE: Final = (
    "imgsz", "img_size", "image_size", "input_size", "input_shape", "image_shape",
    "input_resolution", "resolution", "crop_size", "target_size", "test_size", "size",
)  # fmt: skip
TOKENS: Final = ("sequence_length", "seq_length", "seq_len", "max_seq_length", "max_seq_len")
SAMPLES: Final = (
    "num_samples", "n_samples", "chunk_samples", "window_samples", "frame_size", "chunk_size",
    "sample_rate", "sampling_rate",
)  # fmt: skip
FRAMES: Final = ("num_frames", "n_frames", "max_frames", "nb_max_frames")


def hinted(metadata: Mapping[str, str], keys: Sequence[str]) -> tuple[str, tuple[int, ...]] | None:
    """The first of `keys` that the metadata has a size for, and its one to four numbers."""
    found = {key.lower(): sizes for key, sizes in _sizes(metadata)}
    return next(((key, found[key]) for key in keys if key in found), None)


def _sizes(metadata: Mapping[str, str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for key, text in metadata.items():
        yield from _within(key, _parsed(text), 0)


def _within(key: str, value: Any, depth: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The sizes in a value, under the key nearest to each: dicts hold dicts, and texts of them."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        sides = (value.get("height"), value.get("width"))
        if all(_is_size(side) for side in sides):
            yield key, (value["height"], value["width"])
        for inner, content in value.items():
            yield from _within(str(inner), content, depth + 1)
    elif isinstance(value, list | tuple):
        if 0 < len(value) <= 4 and all(_is_size(side) for side in value):
            yield key, tuple(value)
        else:
            for content in value:
                if isinstance(content, dict):
                    yield from _within(key, content, depth + 1)
    elif _is_size(value):
        yield key, (value,)


def _is_size(value: object) -> bool:
    return type(value) is int and 0 < value <= _MAX_SIZE


def _parsed(text: str) -> Any:
    """The text as JSON or as a Python literal; `640x640` and `640,640` as two numbers."""
    if len(text) > _MAX_LENGTH:
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
    parts = [part.strip() for part in text.lower().replace("x", ",").split(",")]
    if 0 < len(parts) <= 4 and all(part.isdecimal() and len(part) < 9 for part in parts):
        return [int(part) for part in parts]
    return None
