"""The roofline: what each kernel attains, against what its arithmetic intensity allows.

Both axes are logarithmic. All dots of one class and size are one path, so that the picture of
10,000 ops stays small.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from costlint.reports import numbers
from costlint.reports.plane import WIDTH, Plane, decades
from costlint.reports.report import ModelReport
from costlint.reports.rows import DeviceReport
from costlint.reports.svg import COLORS, element, label, line

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
    (x0, x1), (y0, y1) = (decades(values, above=0.05) for values in (xs, ys))
    return Plane(x0=x0, x1=x1, y0=y0, y1=y1, height=400, left=66, right=14, bottom=44)


def roofline_svg(
    found: Sequence[Point], on: Plane, model: ModelReport, device: DeviceReport, label_id: str
) -> str:
    """The axes, the roofs, a dot for each kernel, and rings around those that have a finding."""
    hit = element("circle", r=0, fill="none", stroke="#333", class_="hit")
    marks = (*_dots(found, on, model), *_rings(found, on, model), *_roofs(on, device), hit)
    return on.chart(marks, "arithmetic intensity, FLOP/byte", "FLOP/s", "roofline", label_id)


def _roofs(on: Plane, device: DeviceReport) -> Iterator[str]:
    peak, bandwidth = device.flop_per_s, device.bandwidth_byte_per_s
    if not peak or not bandwidth:
        return
    first = max(10.0**on.x0, 10.0**on.y0 / bandwidth)
    ridge = peak / bandwidth
    right = WIDTH - on.right
    path = f"M{on.x(first):.0f} {on.y(first * bandwidth):.0f}"
    yield line(f"{path}L{on.x(ridge):.0f} {on.y(peak):.0f}H{right}", "roof")
    yield label(numbers.quantity(peak, "FLOP/s"), right - 4, on.y(peak) - 6, "end")
    middle = math.sqrt(first * ridge)
    x, y = on.x(middle) - 8, on.y(middle * bandwidth) - 8
    yield label(numbers.quantity(bandwidth, "B/s"), x, y, "end")


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
                ends = {"stroke_linecap": "round", "stroke_width": width}
                yield element(
                    "path", d=path, fill="none", stroke=color, **ends, class_=f"pts s-{name}"
                )


def _rings(found: Sequence[Point], on: Plane, model: ModelReport) -> Iterator[str]:
    named = {name for finding in model.open_findings for name in finding.ops}
    ringed = sorted((p for p in found if p.op in named), key=lambda p: -p.latency_s)[:_MOST_RINGS]
    style = {"r": 8, "fill": "none", "stroke": "#b42318", "class_": "ring"}
    for p in ringed:
        yield element("circle", cx=on.x(p.intensity), cy=on.y(p.rate), **style)
