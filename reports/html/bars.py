"""Stacked bars by class, as in the paper's Figure 2, and the small interval beside a saving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from costlint.analyzers.finding import Saving
from costlint.reports import numbers
from costlint.reports.report import CLASSES, ModelReport
from costlint.reports.svg import COLORS, element, line, title

_WIDTH = 1000
_HEIGHT = 26
_MINI_WIDTH, _MINI_HEIGHT = 120, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row: what it shows, its parts by class, its number as text and its interval."""

    label: str
    number: str
    parts: Mapping[str, float]
    texts: Mapping[str, str]
    rest: float = 0.0
    span: tuple[float, float] | None = None

    @property
    def total(self) -> float:
        """Length of the whole bar."""
        return sum(self.parts.values()) + self.rest

    @property
    def end(self) -> float:
        """The farthest that anything of the bar reaches."""
        return max(self.total, self.span[1] if self.span else 0.0)


def time_bars(model: ModelReport) -> list[Bar]:
    """Predicted, measured where it was, and after all fixes."""
    totals = model.totals
    point, overhead = totals.latency_s, totals.overhead_s or 0.0
    if point is None or totals.latency_low_s is None or totals.latency_high_s is None:
        return []
    rough = model.rough
    low, high = totals.latency_low_s, totals.latency_high_s
    predicted = _time_bar("Predicted", model.class_latency_s, point, overhead, rough=rough)
    between = numbers.interval(low, high, like=point, rough=rough)
    bars = [replace(predicted, number=f"{predicted.number} ({between})", span=(low, high))]
    if model.class_measured_s:
        whole = sum(model.class_measured_s.values())
        bars.append(_time_bar("Measured", model.class_measured_s, whole, 0.0))
    after = totals.latency_after_fixes_s
    if after is not None and model.class_latency_after_fixes_s and totals.recoverable_share:
        parts = model.class_latency_after_fixes_s
        bars.append(_time_bar("After all fixes", parts, after, overhead, rough=rough))
    return bars


def count_bars(model: ModelReport) -> list[Bar]:
    """Bytes and MACs by class: what can be said without a device."""
    bars = []
    for label, unit, name in (
        ("Bytes accessed", "B", "bytes_accessed"),
        ("Multiply-accumulates", "MACs", "macs"),
    ):
        parts = dict.fromkeys(CLASSES, 0.0)
        for op in model.ops:
            parts[op.op_class] = parts.get(op.op_class, 0.0) + float(getattr(op, name))
        texts = {part: numbers.quantity(value, unit) for part, value in parts.items()}
        whole = sum(parts.values())
        shares = {part: value / whole if whole else 0.0 for part, value in parts.items()}
        bars.append(
            Bar(label=label, number=numbers.quantity(whole, unit), parts=shares, texts=texts)
        )
    return bars


def bar_svg(bar: Bar, longest: float) -> str:
    """One stacked bar, as wide as the box that it stands in.

    Gaps part the classes; a thin line (whisker) is the interval.
    """
    scale = _WIDTH / longest if longest else 0.0
    parts = [
        (value, f"{CLASSES[name]} {bar.texts[name]}, {numbers.share(value / bar.total)}",
         {"class_": f"f-{name}", "fill": COLORS[name]})
        for name, value in bar.parts.items() if value > 0
    ]  # fmt: skip
    if bar.rest > 0:
        parts.append((bar.rest, "overhead per inference", {"fill": "#bbb", "class_": "f-rest"}))
    marks, x = [], 0.0
    for value, text, style in parts:
        size = {"width": max(value * scale - 1.5, 0.8), "height": _HEIGHT - 4}
        told = title(f"{bar.label}: {text}")
        marks.append(element("rect", told, x=x, y=2, **size, **style, data_m=""))
        x += value * scale
    if bar.span:
        low, high = (end * scale for end in bar.span)
        path = f"M{low:.1f} {_HEIGHT / 2}H{high:.1f}M{low:.1f} 7v12M{high:.1f} 7v12"
        marks.append(_whisker(path))
    summary = f"{bar.label}: {bar.number}"
    return element(
        "svg",
        *marks,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
        class_="bar",
        role="img",
        aria_label=summary,
    )


def interval_svg(saving: Saving, scale: tuple[float, float]) -> str:
    """A saving as a dot on the line of its interval; the upright line is where nothing is saved.

    `scale` is the least and the most of all savings of a report, so that their pictures compare.
    """
    least, most = scale
    step = (_MINI_WIDTH - 10) / ((most - least) or 1.0)
    places = (0.0, saving.low_s, saving.saved_s, saving.high_s)
    x0, x1, x2, x3 = (5 + (seconds - least) * step for seconds in places)
    middle = _MINI_HEIGHT / 2
    return element(
        "svg",
        element("path", d=f"M{x0:.1f} 0V{_MINI_HEIGHT}", stroke="#999", class_="ax"),
        _whisker(f"M{x1:.1f} {middle}H{x3:.1f}"),
        element("circle", cx=x2, cy=middle, r=4, fill="#333", class_="dot"),
        viewBox=f"0 0 {_MINI_WIDTH} {_MINI_HEIGHT}",
        aria_hidden="true",
        width=_MINI_WIDTH,
        height=_MINI_HEIGHT,
    )


def _whisker(path: str) -> str:
    """The line of an interval, on a lighter and wider one, so that it shows on every colour."""
    return line(path, "halo", "#fff") + line(path, "pi")


def _time_bar(
    label: str, parts: Mapping[str, float], total: float, overhead: float, *, rough: bool = False
) -> Bar:
    ordered = {name: parts.get(name, 0.0) for name in CLASSES}
    texts = {
        name: numbers.milliseconds(value, like=total, rough=rough)
        for name, value in ordered.items()
    }
    number = numbers.milliseconds(total, rough=rough)
    return Bar(label=label, number=number, parts=ordered, texts=texts, rest=overhead)
