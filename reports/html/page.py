"""`html`: one file that needs no network and cannot use one; readable without its script.

The content security policy allows the page's own style sheet and scripts by their hashes only.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from costlint.costmodel.ir.errors import OptionError
from costlint.reports import numbers
from costlint.reports.compare import Comparison, compare
from costlint.reports.html.bars import Bar, bar_svg, count_bars, interval_svg, time_bars
from costlint.reports.html.data import Column, columns, first_rows, page_data
from costlint.reports.html.edit import edit_svg
from costlint.reports.html.memory import memory_svg
from costlint.reports.html.roofline import plane, points, roofline_svg
from costlint.reports.html.treemap_chart import treemap_svg
from costlint.reports.report import CLASSES, SEVERITIES, ModelReport, Report, guidelines
from costlint.reports.svg import COLORS
from costlint.reports.text import visible

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One model's part of the page: its pictures as SVG, and its ops for the table."""

    model: ModelReport
    key: str
    bars: list[Bar]
    bar_svgs: list[str]
    roofline: str
    treemap: str
    memory: str
    peak_op: str
    columns: tuple[Column, ...]
    rows: list[list[str]]
    data: dict[str, Any]
    saving_scale: tuple[float, float]


def render(report: Report) -> str:
    """The page.

    Raises:
        OptionError: dimensions are free: pictures need numbers.
    """
    if not all(numbers.is_number(model.totals.bytes_accessed) for model in report.models):
        raise OptionError("the page needs numbers, --symbolic gives expressions", fix="-f json")
    environment = _environment()
    several = len(report.models) > 1
    bars = [time_bars(model) or count_bars(model) for model in report.models]
    timed = [
        bar.end
        for model, own in zip(report.models, bars, strict=True)
        for bar in own
        if model.device
    ]
    common = max(timed, default=0.0)
    panels = [
        _panel(model, f"m{index}", own, common)
        for index, (model, own) in enumerate(zip(report.models, bars, strict=True))
    ]
    style, script, theme = _asset("report.css"), _script(), _asset("theme.js")
    page: str = environment.get_template("report.html").render(
        report=report,
        panels=panels,
        several=several,
        comparison=_comparison(report),
        data=[panel.data for panel in panels],
        style=style,
        script=script,
        theme=theme,
        policy=_policy(style, script, theme),
    )
    return page


def embedded(report: Report, height: int = 720) -> str:
    """The page inside a closed frame: its style stays its own, its script reaches nothing else."""
    page = escape(render(report), quote=True)
    rights = "allow-scripts allow-downloads"
    size = f'width="100%" height="{height}" style="border:0"'
    return f'<iframe title="costlint" sandbox="{rights}" {size} srcdoc="{page}"></iframe>'


def _panel(model: ModelReport, key: str, bars: list[Bar], common: float) -> Panel:
    found = points(model) if model.device else []
    on = plane(found, model.device) if model.device and found else None
    alive = [(float(op.live_bytes), op.name) for op in model.ops if op.live_bytes is not None]
    live = [size for size, _ in alive]
    savings = [f.saving for f in model.findings if f.saving]
    longest = (common if model.device else max((bar.end for bar in bars), default=0.0)) * 1.02
    return Panel(
        model=model,
        key=key,
        bars=bars,
        bar_svgs=[bar_svg(bar, longest) for bar in bars],
        roofline=roofline_svg(found, on, model, model.device, f"{key}-roofline-text")
        if model.device and on
        else "",
        treemap=treemap_svg(model, f"{key}-modules-text") if model.ops else "",
        memory=memory_svg(live, f"{key}-memory-text") if live else "",
        peak_op=max(alive, key=lambda pair: pair[0])[1] if alive else "",
        columns=columns(model),
        rows=first_rows(model),
        data=page_data(model, found, on),
        saving_scale=(min([0.0, *(s.low_s for s in savings)]), max(s.high_s for s in savings))
        if savings
        else (0.0, 1.0),
    )


def _comparison(report: Report) -> Comparison | None:
    return compare(*report.models) if report.compared and len(report.models) == 2 else None


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("costlint.reports"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    environment.filters["visible"] = visible
    environment.globals.update(
        numbers=numbers,
        classes=CLASSES,
        colors=COLORS,
        severities=SEVERITIES,
        guidelines=guidelines,
        edit_svg=edit_svg,
        interval_svg=interval_svg,
        marks={"error": "✖", "warning": "▲", "note": "•"},
    )
    return environment


def _asset(name: str) -> str:
    return (resources.files("costlint.reports") / "templates" / name).read_text(encoding="utf-8")


def _script() -> str:
    parts = "".join(_asset(name) for name in ("table.js", "charts.js", "page.js"))
    return f'"use strict";(()=>{{\n{parts}}})()'


def _policy(style: str, *scripts: str) -> str:
    allowed = " ".join(_source(script) for script in scripts)
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {allowed}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
