"""Latency against FLOP, log-log: a dot for each model. FLOP alone would put them on one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from costlint.reports import numbers
from costlint.reports.many.report import ManyEntry
from costlint.reports.plane import Plane, decades
from costlint.reports.svg import COLORS, element, title


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A model in the plane."""

    label: str
    device: str
    flop: float
    latency_s: float


def dots(entries: Sequence[ManyEntry]) -> list[Dot]:
    """The models that compute something and have a latency."""
    known = ((entry.name, entry.report.device, entry.report.totals) for entry in entries)
    return [
        Dot(label=name, device=device.name, flop=float(totals.flop), latency_s=totals.latency_s)
        for name, device, totals in known
        if device and totals.latency_s and numbers.is_number(totals.flop) and totals.flop > 0
    ]


def colors(devices: Sequence[str]) -> dict[str, str]:
    """A colour for each device; those beyond the palette share the last one."""
    palette = list(COLORS.values())
    return {name: palette[min(i, len(palette) - 1)] for i, name in enumerate(devices)}


def scatter_svg(found: Sequence[Dot], devices: Sequence[str], label_id: str) -> str:
    """The picture; '' for less than two dots."""
    if len(found) < 2:
        return ""
    x0, x1 = decades([dot.flop for dot in found])
    y0, y1 = decades([dot.latency_s * 1e3 for dot in found])
    on = Plane(x0=x0, x1=x1, y0=y0, y1=y1, height=420, left=74, right=16, bottom=46)
    return on.chart(_dots(found, colors(devices), on), "FLOP", "latency, ms", "", label_id)


def _dots(found: Sequence[Dot], color: Mapping[str, str], on: Plane) -> Iterator[str]:
    for dot in found:
        time = numbers.milliseconds(dot.latency_s)
        yield element(
            "circle",
            title(f"{dot.label}: {numbers.quantity(dot.flop, 'FLOP')}, {time} on {dot.device}"),
            cx=on.x(dot.flop),
            cy=on.y(dot.latency_s * 1e3),
            r=3,
            fill=color[dot.device],
            fill_opacity=0.6,
        )
