"""The roofline: what each kernel attains, against what its arithmetic intensity allows.

Both axes are logarithmic. All dots of one class and size are one path, so that the picture of
10,000 ops stays small.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from costlint.reports import numbers
from costlint.reports.report import ModelReport
from costlint.reports.rows import DeviceReport
from costlint.reports.svg import COLORS, element, words

WIDTH, HEIGHT = 900, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 14, 16, 44
_MOST_RINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A kernel in the plane: the op that leads it, FLOP/byte, FLOP/s, its time and class."""

    index: int
    op: str
    intensity: float
    rate: float
    latency_s: float
    op_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Decades from `x0` to `x1` and `y0` to `y1` on the picture."""

    x0: int
    x1: int
    y0: int
    y1: int

    def x(self, intensity: float) -> float:
        """Place of an intensity."""
        part = (math.log10(intensity) - self.x0) / (self.x1 - self.x0)
        return _LEFT + min(max(part, 0.0), 1.0) * (WIDTH - _LEFT - _RIGHT)

    def y(self, rate: float) -> float:
        """Place of a rate."""
        part = (math.log10(rate) - self.y0) / (self.y1 - self.y0)
        return HEIGHT - _BOTTOM - min(max(part, 0.0), 1.0) * (HEIGHT - _BOTTOM - _TOP)


def points(model: ModelReport) -> list[Point]:
    """Kernels that take time and compute something, at the place of the op that leads them."""
    places = {op.name: index for index, op in enumerate(model.ops)}
    found = []
    for kernel in model.kernels:
        rows = [model.ops[places[name]] for name in kernel.ops if name in places]
        flop = float(sum(row.flop for row in rows) if kernel.flop is None else kernel.flop)
        moved = kernel.bytes_accessed
        moved = float(sum(row.bytes_accessed for row in rows) if moved is None else moved)
        lead = next((row for row in rows if not row.fused_into), None)
        if lead is None or not flop or not moved or kernel.latency_s <= 0:
            continue
        found.append(
            Point(
                index=places[lead.name],
                op=lead.name,
                intensity=flop / moved,
                rate=flop / kernel.latency_s,
                latency_s=kernel.latency_s,
                op_class=kernel.kernel_class,
            )
        )
    return found


def plane(found: Sequence[Point], device: DeviceReport) -> Plane:
    """Whole decades around the points and the ridge of the roof."""
    xs = [point.intensity for point in found]
    ys = [point.rate for point in found]
    if device.flop_per_s and device.bandwidth_byte_per_s:
        xs.append(device.flop_per_s / device.bandwidth_byte_per_s)
        ys.append(device.flop_per_s)
    x0, x1 = math.floor(math.log10(min(xs))), math.ceil(math.log10(max(xs)) + 0.05)
    y0, y1 = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)) + 0.05)
    return Plane(x0=x0, x1=max(x1, x0 + 1), y0=y0, y1=max(y1, y0 + 1))


def roofline_svg(
    found: Sequence[Point], on: Plane, model: ModelReport, device: DeviceReport, label_id: str
) -> str:
    """The axes, the roofs, a dot for each kernel, and rings around those that have a finding."""
    marks = [*_axes(on), *_dots(found, on, model), *_rings(found, on, model), *_roofs(on, device)]
    marks.append(element("circle", r=0, fill="none", stroke="#333", class_="hit"))
    return element(
        "svg",
        *marks,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        class_="chart roofline",
        aria_labelledby=label_id,
    )


def _axes(on: Plane) -> Iterator[str]:
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    for decade in range(on.x0, on.x1 + 1):
        x = on.x(10.0**decade)
        yield element("path", d=f"M{x:.0f} {_TOP}V{bottom}", stroke="#d0d7de", class_="ax")
        yield element("text", numbers.decade(decade), x=x, y=bottom + 17, text_anchor="middle")
    for decade in range(on.y0, on.y1 + 1):
        y = on.y(10.0**decade)
        text = numbers.decade(decade)
        yield element("path", d=f"M{_LEFT} {y:.0f}H{right}", stroke="#d0d7de", class_="ax")
        yield element("text", text, x=_LEFT - 7, y=y + 4, text_anchor="end")
    middle = f"translate(13 {HEIGHT / 2:.0f}) rotate(-90)"
    yield element("text", "FLOP/s", transform=middle, text_anchor="middle")
    yield element(
        "text", "arithmetic intensity, FLOP/byte", x=WIDTH / 2, y=HEIGHT - 8, text_anchor="middle"
    )


def _roofs(on: Plane, device: DeviceReport) -> Iterator[str]:
    peak, bandwidth = device.flop_per_s, device.bandwidth_byte_per_s
    if not peak or not bandwidth:
        return
    first = max(10.0**on.x0, 10.0**on.y0 / bandwidth)
    ridge = peak / bandwidth
    path = f"M{on.x(first):.0f} {on.y(first * bandwidth):.0f}"
    path += f"L{on.x(ridge):.0f} {on.y(peak):.0f}H{WIDTH - _RIGHT}"
    yield element("path", d=path, fill="none", stroke="#333", class_="roof")
    yield element(
        "text",
        words(numbers.quantity(peak, "FLOP/s")),
        x=WIDTH - _RIGHT - 4,
        y=on.y(peak) - 6,
        text_anchor="end",
    )
    middle = math.sqrt(first * ridge)
    yield element(
        "text",
        words(numbers.quantity(bandwidth, "B/s")),
        x=on.x(middle) - 8,
        y=on.y(middle * bandwidth) - 8,
        text_anchor="end",
    )


def _dots(found: Sequence[Point], on: Plane, model: ModelReport) -> Iterator[str]:
    total = model.totals.latency_s or 1.0
    sizes = ((0.0, 0.002, 4), (0.002, 0.02, 6), (0.02, 2.0, 10))
    for name, color in COLORS.items():
        for low, high, width in sizes:
            path = "".join(
                f"M{on.x(p.intensity):.0f} {on.y(p.rate):.0f}h0"
                for p in found
                if p.op_class == name and low <= p.latency_s / total < high
            )
            if path:
                yield element(
                    "path",
                    d=path,
                    fill="none",
                    stroke=color,
                    stroke_linecap="round",
                    stroke_width=width,
                    class_=f"pts s-{name}",
                )


def _rings(found: Sequence[Point], on: Plane, model: ModelReport) -> Iterator[str]:
    named = {name for finding in model.open_findings for name in finding.ops}
    ringed = sorted((p for p in found if p.op in named), key=lambda p: -p.latency_s)[:_MOST_RINGS]
    for p in ringed:
        yield element(
            "circle",
            cx=on.x(p.intensity),
            cy=on.y(p.rate),
            r=8,
            fill="none",
            stroke="#b42318",
            class_="ring",
        )
