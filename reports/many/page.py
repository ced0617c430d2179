"""`html` for many models: one page with sums, a picture and a table. It loads and sends nothing.

The content security policy allows the page's own style sheet and script by their hashes only.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from costlint.reports import numbers
from costlint.reports.many.report import ManyEntry, ManyReport
from costlint.reports.many.scatter import colors, dots, scatter_svg
from costlint.reports.report import SEVERITIES
from costlint.reports.text import visible

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(report: ManyReport) -> str:
    """The page; the table is complete, the script only sorts and filters it."""
    style = _asset("report.css") + _asset("many.css")
    script = _asset("many.js")
    found = dots(report.entries)
    page: str = (
        _environment()
        .get_template("many.html")
        .render(
            report=report,
            rows=[_row(entry) for entry in report.worst_first],
            scatter=scatter_svg(found, report.devices, "scatter-text"),
            dots=len(found),
            colors=colors(report.devices),
            several=len(report.devices) > 1,
            severities=SEVERITIES,
            numbers=numbers,
            style=style,
            script=script,
            policy=_policy(style, script),
        )
    )
    return page


def _row(entry: ManyEntry) -> dict[str, Any]:
    """Texts of one line, and the numbers to sort it by."""
    totals, found = entry.report.totals, entry.report.open_findings
    worst = (*SEVERITIES, "").index(entry.worst)
    like = totals.latency_s
    return {
        "name": visible(entry.name),
        "device": visible(entry.report.device.name) if entry.report.device else "",
        "worst": entry.worst,
        "rules": ", ".join(f"{rule} ({n})" for rule, n in entry.rules.items()),
        "cells": [
            (numbers.milliseconds(like), like or 0.0),
            (
                numbers.interval(totals.latency_low_s, totals.latency_high_s, like=like)
                if like is not None
                else numbers.MISSING,
                totals.latency_high_s or 0.0,
            ),
            (numbers.milliseconds(totals.latency_after_fixes_s, like=like), entry.saved_s),
            (numbers.quantity(totals.macs, ""), totals.macs),
            (numbers.quantity(totals.parameters, ""), totals.parameters),
            (f"{len(found)}", len(found)),
        ],
        "severity_rank": worst,
    }


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
    environment.filters["visible"] = visible
    return environment


def _asset(name: str) -> str:
    return (resources.files("costlint.reports") / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
