"""`html` for many models: one page with sums, a picture and a table. It loads and sends nothing."""

from __future__ import annotations

from typing import Any

from costlint.reports import numbers
from costlint.reports.html.assets import asset, page
from costlint.reports.many.report import ManyEntry, ManyReport
from costlint.reports.many.scatter import colors, dots, scatter_svg
from costlint.reports.report import SEVERITIES
from costlint.reports.text import visible


def render_html(report: ManyReport) -> str:
    """The page; the table is complete, the script only sorts and filters it."""
    found = dots(report.entries)
    return page(
        "many.html",
        asset("report.css", "many.css"),
        asset("many.js"),
        report=report,
        rows=[_row(entry) for entry in report.worst_first],
        scatter=scatter_svg(found, report.devices, "scatter-text"),
        dots=len(found),
        colors=colors(report.devices),
        several=len(report.devices) > 1,
    )


def _row(entry: ManyEntry) -> dict[str, Any]:
    """Texts of one line, and the numbers to sort it by."""
    totals, found = entry.report.totals, entry.report.open_findings
    like = totals.latency_s
    low, high = totals.latency_low_s, totals.latency_high_s
    between = numbers.MISSING if like is None else numbers.interval(low, high, like=like)
    return {
        "name": visible(entry.name),
        "device": visible(entry.report.device.name) if entry.report.device else "",
        "worst": entry.worst,
        "rules": ", ".join(f"{rule} ({n})" for rule, n in entry.rules.items()),
        "cells": [
            (numbers.milliseconds(like), like or 0.0),
            (between, high or 0.0),
            (numbers.milliseconds(totals.latency_after_fixes_s, like=like), entry.saved_s),
            (numbers.quantity(totals.macs, ""), totals.macs),
            (numbers.quantity(totals.parameters, ""), totals.parameters),
            (f"{len(found)}", len(found)),
        ],
        "severity_rank": (*SEVERITIES, "").index(entry.worst),
    }
