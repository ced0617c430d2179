"""Latency against FLOP, log-log: a dot for each model. FLOP alone would put them on one line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from costlint.reports import numbers
from costlint.reports.many.report import ManyEntry
from costlint.reports.svg import COLORS, element, title

WIDTH, HEIGHT = 900, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 16, 16, 46
_MOST_DEVICES: Final = len(COLORS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A model in the plane."""

    label: str
    device: str
    flop: float
    latency_s: float


def dots(entries: Sequence[ManyEntry]) -> list[Dot]:
    """The models that compute something and have a latency."""
    found = []
    for entry in entries:
        totals, device = entry.report.totals, entry.report.device
        if device is None or not totals.latency_s or not numbers.is_number(totals.flop):
            continue
        if totals.flop > 0:
            name, flop = entry.name, float(totals.flop)
            dot = Dot(label=name, device=device.name, flop=flop, latency_s=totals.latency_s)
            found.append(dot)
    return found


def colors(devices: Sequence[str]) -> dict[str, str]:
    """A colour for each device; those beyond the palette share the last one."""
    palette = list(COLORS.values())
    return {name: palette[min(i, _MOST_DEVICES - 1)] for i, name in enumerate(devices)}


def scatter_svg(found: Sequence[Dot], devices: Sequence[str], label_id: str) -> str:
    """The picture; '' for less than two dots."""
    if len(found) < 2:
        return ""
    x_ends = _decades([dot.flop for dot in found])
    y_ends = _decades([dot.latency_s * 1e3 for dot in found])
    marks = [*_axes(x_ends, y_ends), *_dots(found, devices, x_ends, y_ends)]
    return element(
        "svg",
        *marks,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        class_="chart",
        aria_labelledby=label_id,
    )


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _x(flop: float, ends: tuple[int, int]) -> float:
    part = (math.log10(flop) - ends[0]) / (ends[1] - ends[0])
    return _LEFT + part * (WIDTH - _LEFT - _RIGHT)


def _y(latency_ms: float, ends: tuple[int, int]) -> float:
    part = (math.log10(latency_ms) - ends[0]) / (ends[1] - ends[0])
    return HEIGHT - _BOTTOM - part * (HEIGHT - _BOTTOM - _TOP)


def _axes(x_ends: tuple[int, int], y_ends: tuple[int, int]) -> Iterator[str]:
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    for decade in range(x_ends[0], x_ends[1] + 1):
        x = _x(10.0**decade, x_ends)
        yield element("path", d=f"M{x:.0f} {_TOP}V{bottom}", stroke="#d0d7de", class_="ax")
        yield element("text", numbers.decade(decade), x=x, y=bottom + 17, text_anchor="middle")
    for decade in range(y_ends[0], y_ends[1] + 1):
        y = _y(10.0**decade, y_ends)
        yield element("path", d=f"M{_LEFT} {y:.0f}H{right}", stroke="#d0d7de", class_="ax")
        yield element("text", numbers.decade(decade), x=_LEFT - 7, y=y + 4, text_anchor="end")
    middle = f"translate(15 {HEIGHT / 2:.0f}) rotate(-90)"
    yield element("text", "latency, ms", transform=middle, text_anchor="middle")
    yield element("text", "FLOP", x=WIDTH / 2, y=HEIGHT - 8, text_anchor="middle")


def _dots(
    found: Sequence[Dot], devices: Sequence[str], x_ends: tuple[int, int], y_ends: tuple[int, int]
) -> Iterator[str]:
    color = colors(devices)
    for dot in found:
        time = numbers.milliseconds(dot.latency_s)
        yield element(
            "circle",
            title(f"{dot.label}: {numbers.quantity(dot.flop, 'FLOP')}, {time} on {dot.device}"),
            cx=_x(dot.flop, x_ends),
            cy=_y(dot.latency_s * 1e3, y_ends),
            r=3,
            fill=color[dot.device],
            fill_opacity=0.6,
        )
