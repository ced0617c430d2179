"""A picture with two logarithmic axes: a line and a number at each power of ten."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from costlint.reports import numbers
from costlint.reports.svg import chart, element, label

WIDTH = 900
TOP = 16


def decades(values: Sequence[float], above: float = 0.0) -> tuple[int, int]:
    """The powers of ten around `values`, at least one apart; `above` is room at the upper end."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + above)
    return low, max(high, low + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Decades from `x0` to `x1` and `y0` to `y1` on a picture with margins."""

    x0: int
    x1: int
    y0: int
    y1: int
    height: int
    left: int
    right: int
    bottom: int

    def x(self, value: float) -> float:
        """Place of a value on the horizontal axis."""
        part = (math.log10(value) - self.x0) / (self.x1 - self.x0)
        return self.left + min(max(part, 0.0), 1.0) * (WIDTH - self.left - self.right)

    def y(self, value: float) -> float:
        """Place of a value on the vertical axis."""
        part = (math.log10(value) - self.y0) / (self.y1 - self.y0)
        room = self.height - self.bottom - TOP
        return self.height - self.bottom - min(max(part, 0.0), 1.0) * room

    def chart(self, marks: Iterable[str], across: str, up: str, style: str, label_id: str) -> str:
        """The picture: axes called `across` and `up`, and `marks` over them."""
        return chart(WIDTH, self.height, (*self._axes(across, up), *marks), style, label_id)

    def _axes(self, across: str, up: str) -> Iterator[str]:
        bottom, right = self.height - self.bottom, WIDTH - self.right
        for decade in range(self.x0, self.x1 + 1):
            x = self.x(10.0**decade)
            yield element("path", d=f"M{x:.0f} {TOP}V{bottom}", stroke="#d0d7de", class_="ax")
            yield label(numbers.decade(decade), x, bottom + 17, "middle")
        for decade in range(self.y0, self.y1 + 1):
            y = self.y(10.0**decade)
            yield element("path", d=f"M{self.left} {y:.0f}H{right}", stroke="#d0d7de", class_="ax")
            yield label(numbers.decade(decade), self.left - 7, y + 4, "end")
        middle = f"translate({self.left / 5:.0f} {self.height / 2:.0f}) rotate(-90)"
        yield element("text", up, transform=middle, text_anchor="middle")
        yield label(across, WIDTH / 2, self.height - 8, "middle")
