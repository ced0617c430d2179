"""`html`: one file that needs no network and cannot use one; readable without its script."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import chain
from typing import Any, Final

from costlint.costmodel.ir.errors import OptionError
from costlint.reports import numbers
from costlint.reports.caveats import headlines
from costlint.reports.compare import compare
from costlint.reports.html.assets import asset, page
from costlint.reports.html.bars import Bar, bar_svg, count_bars, interval_svg, time_bars
from costlint.reports.html.data import columns, first_rows, page_data
from costlint.reports.html.edit import edit_svg
from costlint.reports.html.memory import memory_svg
from costlint.reports.html.roofline import plane, points, roofline_svg
from costlint.reports.html.treemap_chart import treemap_svg
from costlint.reports.report import CLASSES, ModelReport, Report, guidelines
from costlint.reports.svg import COLORS

_SHARED: Final = {
    "classes": CLASSES,
    "colors": COLORS,
    "guidelines": guidelines,
    "headlines": headlines,
    "edit_svg": edit_svg,
    "interval_svg": interval_svg,
    "marks": {"error": "✖", "warning": "▲", "note": "•"},
}
"""What the templates use besides the report."""


def render(report: Report) -> str:
    """The page.

    Raises:
        OptionError: dimensions are free: pictures need numbers.
    """
    if not all(map(numbers.is_number, chain.from_iterable(map(_amounts, report.models)))):
        raise OptionError("the page needs numbers, --symbolic gives expressions", fix="-f json")
    bars = [time_bars(model) or count_bars(model) for model in report.models]
    pairs = list(zip(report.models, bars, strict=True))
    common = max((bar.end for model, own in pairs for bar in own if model.device), default=0.0)
    panels = [_panel(model, f"m{at}", own, common) for at, (model, own) in enumerate(pairs)]
    compared = report.compared and len(report.models) == 2
    return page(
        "report.html",
        asset("report.css"),
        f'"use strict";(()=>{{\n{asset("table.js", "charts.js", "page.js")}}})()',
        asset("theme.js"),
        report=report,
        panels=panels,
        several=len(report.models) > 1,
        comparison=compare(*report.models) if compared else None,
        data=[panel["data"] for panel in panels],
        **_SHARED,
    )


def _amounts(model: ModelReport) -> Iterator[Any]:
    """Every amount that the page draws or writes; a total may be a number while a part is none."""
    yield model.totals.peak_activation_bytes
    for op in model.ops:
        yield from (op.macs, op.flop, op.bytes_accessed)
        yield 0 if op.live_bytes is None else op.live_bytes


def embedded(report: Report) -> str:
    """The page inside a closed frame: its style stays its own, its script reaches nothing else."""
    text = escape(render(report), quote=True)
    rights = 'sandbox="allow-scripts allow-downloads"'
    size = 'width="100%" height="720" style="border:0"'
    return f'<iframe title="costlint" {rights} {size} srcdoc="{text}"></iframe>'


def _panel(model: ModelReport, key: str, bars: list[Bar], common: float) -> dict[str, Any]:
    """One model's part of the page: its pictures as SVG, and its ops for the table."""
    found = points(model) if model.device else []
    on = plane(found, model.device) if model.device and found else None
    alive = [(float(op.live_bytes), op.name) for op in model.ops if op.live_bytes is not None]
    live = [size for size, _ in alive]
    savings = [f.saving for f in model.findings if f.saving]
    longest = (common if model.device else max((bar.end for bar in bars), default=0.0)) * 1.02
    return {
        "model": model,
        "key": key,
        "bars": bars,
        "bar_svgs": [bar_svg(bar, longest) for bar in bars],
        "roofline": roofline_svg(found, on, model, model.device, f"{key}-roofline-text")
        if model.device and on
        else "",
        "treemap": treemap_svg(model, f"{key}-modules-text") if model.ops else "",
        "memory": memory_svg(live, f"{key}-memory-text") if live else "",
        "peak_op": max(alive, key=lambda pair: pair[0])[1] if alive else "",
        "columns": columns(model),
        "rows": first_rows(model),
        "data": page_data(model, found, on),
        "saving_scale": (
            min([0.0, *(saving.low_s for saving in savings)]),
            max((saving.high_s for saving in savings), default=1.0),
        ),
    }
