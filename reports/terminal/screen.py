"""Lines for a terminal of any width: styles, bars, fields, wrapped text. Nothing is cropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from costlint.reports.text import cells, pad, visible, wrap

_STYLES: Final = {
    "bold": "1",
    "dim": "2",
    "good": "1;32",
    "bad": "1;31",
    "error": "31",
    "warning": "33",
    "note": "36",
    "conv": "34",
    "elementwise": "33",
    "shuffle": "35",
    "data": "32",
    "other": "90",
}
_MARKS: Final = {"error": "✖", "warning": "▲", "note": "•", "ok": "✓", "bar": "█"}
_ASCII_MARKS: Final = {"error": "x", "warning": "!", "note": "-", "ok": "+", "bar": "#"}
_STYLE: Final = re.compile(r"\x1b\[[\d;]*m")
NARROWEST: Final = 40
_WIDEST_PROSE: Final = 100
_LABEL: Final = 16
_VALUE: Final = 10
_FEWEST: Final = 12
_BELOW: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How to print: columns, colour, and whether the screen has more than ASCII.

    `per_op` adds a table of every op, `statistics` the ops by operator and the findings by rule;
    `max_findings` of 0 is all of them, `show_fused` names the ops that cost nothing.
    """

    width: int = 80
    color: bool = False
    unicode: bool = True
    per_op: bool = False
    statistics: bool = False
    show_fused: bool = False
    max_findings: int = 20

    @property
    def columns(self) -> int:
        """Columns in use."""
        return max(self.width, NARROWEST)

    @property
    def prose(self) -> int:
        """Columns for sentences and bars: long lines read badly."""
        return min(self.columns, _WIDEST_PROSE)

    def paint(self, text: str, style: str) -> str:
        """`text` in `style` where there is colour."""
        if not self.color or not text.strip():
            return text
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"

    def mark(self, name: str) -> str:
        """A severity's mark, or the block of a bar."""
        return (_MARKS if self.unicode else _ASCII_MARKS)[name]

    def clean(self, text: str) -> str:
        """Text from the model, safe on this screen."""
        shown = visible(text)
        return shown if self.unicode else shown.encode("ascii", "backslashreplace").decode()

    def lines(self, text: str, *, indent: int = 0, style: str = "") -> list[str]:
        """`text` wrapped under `indent`."""
        left = " " * indent
        wrapped = wrap(self.clean(text), self.prose - indent)
        return [left + (self.paint(line, style) if style else line) for line in wrapped]

    def field(self, label: str, value: str, more: str = "", *, style: str = "bold") -> list[str]:
        """`  label           value      more`, on a second line where `more` does not fit."""
        left = _LABEL + 2
        first, *rest = self.lines(value, indent=left, style=style)
        lines = [f"  {pad(label, _LABEL)}{first[left:]}", *rest]
        gap = max(_VALUE - cells(value), 0) + 2
        if not more:
            return lines
        if not rest and left + cells(value) + gap + cells(more) <= self.columns:
            return [f"{lines[0]}{' ' * gap}{self.paint(more, 'dim')}"]
        return [*lines, *self.lines(more, indent=left, style="dim")]

    def bar(self, fraction: float, width: int, style: str) -> str:
        """A bar of `width` columns; what is not nothing has at least one block."""
        blocks = min(round(fraction * width), width) or int(fraction > 0)
        return self.paint(self.mark("bar") * blocks, style) + " " * (width - blocks)

    def tally(self, texts: Iterable[str], most: int | None = None) -> list[str]:
        """Each text with how often it occurs, the most frequent ones first."""
        found = Counter(texts).most_common(most)
        return [line for text, n in found for line in self.hanging(f"  {n:>6,}  ", text)]

    def hanging(self, head: str, text: str) -> list[str]:
        """`head` as it is, then `text` to its right, or below where few columns are left."""
        indent = cells(_STYLE.sub("", head))
        if self.columns - indent < _FEWEST:
            return [head.rstrip(), *self.lines(text, indent=_BELOW)]
        first, *rest = wrap(self.clean(text), self.columns - indent)
        return [head + first, *(" " * indent + line for line in rest)]
