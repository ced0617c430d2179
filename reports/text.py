"""Text from outside, made safe to show, and text laid out on a fixed-width screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate, takewhile
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BREAKS: Final = "/._-:,"
_SPACE: Final = re.compile(r" (?![A-Za-z%])|(?<!\d) ")  # a number keeps its unit


def visible(text: str) -> str:
    r"""`text` with everything written out that a screen would obey or hide.

    Control and escape characters, line ends, direction overrides, zero-width and lone surrogates
    become `\n`, `\x1b`, `\u202e`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in _UNSEEN else c
        for c in text
    )


def shortened(text: str, most: int = 200) -> str:
    """`text`, cut where it has more than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def cells(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Me":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int) -> str:
    """`text` with spaces up to `width` columns."""
    return text + " " * (width - cells(text))


def wrap(text: str, width: int) -> list[str]:
    """`text` on lines of at most `width` columns; too long words break after `/`, `.` and so on."""
    width = max(width, 1)
    lines = [""]
    for word in _SPACE.split(text):
        first, *rest = _pieces(word, width)
        joined = f"{lines[-1]} {first}" if lines[-1] else first
        if cells(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(first)
        lines += rest
    return lines


def _pieces(word: str, width: int) -> Iterable[str]:
    """`word` cut into parts of at most `width` columns, at a joint where one is near."""
    while cells(word) > width:
        end = _fitting(word, width)
        joint = max((word.rfind(mark, 1, end) for mark in _BREAKS), default=-1)
        cut = joint + 1 if joint >= end // 2 else end
        yield word[:cut]
        word = word[cut:]
    yield word


def _fitting(word: str, width: int) -> int:
    """How many characters of `word` fit into `width` columns, at least one."""
    used = accumulate(map(_cell, word))
    return max(sum(1 for _ in takewhile(lambda columns: columns <= width, used)), 1)
