"""How many models are shown: sums, worst first, hostile names."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from dataclasses import replace

import pytest

from costlint.analyzers.finding import Finding, Saving, Severity
from costlint.reports.many.page import render_html
from costlint.reports.many.report import ChangedModel, FailedModel, ManyEntry, ManyReport
from costlint.reports.many.rows import COLUMNS, render_csv
from costlint.reports.many.scatter import dots, scatter_svg
from costlint.reports.many.table import render_concise, render_table
from costlint.reports.report import ModelReport, Totals
from costlint.reports.rows import DeviceReport
from costlint.reports.terminal.screen import Look

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e.onnx"


def entry(
    name: str, *, latency_s: float, severity: Severity | None = None, flop: int = 10**9
) -> ManyEntry:
    saving = Saving(
        saved_s=latency_s / 4,
        low_s=latency_s / 8,
        high_s=latency_s / 2,
        share=0.25,
        before_s=latency_s,
        after_s=latency_s * 3 / 4,
    )
    finding = Finding(
        rule="G101",
        name="unequal widths",
        severity=severity or "note",
        message="m",
        fix="",
        ops=(),
        saving=saving,
    )
    totals = Totals(
        macs=flop // 2,
        flop=flop,
        bytes_read=1,
        bytes_written=1,
        bytes_accessed=2,
        parameters=3,
        weight_bytes=12,
        peak_activation_bytes=4,
        elementwise_share_bytes=0.0,
        elementwise_share_ops=0.0,
        coverage=1.0,
        latency_s=latency_s,
        latency_low_s=latency_s / 2,
        latency_high_s=latency_s * 2,
        latency_after_fixes_s=latency_s * 3 / 4 if severity else latency_s,
    )
    report = ModelReport(
        path=f"models/{name}",
        totals=totals,
        ops=(),
        device=DeviceReport(name="toy"),
        findings=(finding,) if severity else (),
    )
    return ManyEntry(name=name, report=report, op_count=7)


SAMPLE = ManyReport(
    tool_version="0",
    entries=(
        entry("a.onnx", latency_s=1e-3),
        entry("b.onnx", latency_s=4e-3, severity="note"),
        entry("c.onnx", latency_s=2e-3, severity="error"),
        entry("d.onnx", latency_s=3e-3, severity="error"),
    ),
    failed=(FailedModel(path="models/x.onnx", name="x.onnx", kind="ModelError", what="empty"),),
)


def test_the_worst_is_an_error_that_saves_most() -> None:
    assert [e.name for e in SAMPLE.worst_first] == ["d.onnx", "c.onnx", "b.onnx", "a.onnx"]


def test_rules_are_summed_over_models() -> None:
    (rule,) = SAMPLE.rules
    assert (rule.rule, rule.findings, rule.models) == ("G101", 3, 3)
    assert rule.by_severity == {"error": 2, "warning": 0, "note": 1}


def test_only_what_is_slower_is_a_regression() -> None:
    changes = (
        ChangedModel(name="a", device="toy", before_s=1.0, after_s=1.1),
        ChangedModel(name="b", device="toy", before_s=1.0, after_s=1.5),
        ChangedModel(name="c", device="toy", before_s=1.0, after_s=0.5),
        ChangedModel(name="new", device="toy", before_s=None, after_s=1.0),
        ChangedModel(name="gone", device="toy", before_s=1.0, after_s=None),
    )
    report = replace(SAMPLE, changes=changes, against="before")
    assert [change.name for change in report.regressions] == ["b", "a"]
    text = render_table(report, Look())
    assert "against before: 3 compared, 2 slower" in text
    assert "+50 %" in text
    assert "+50 %" in render_html(report)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_the_table_fits_and_crops_nothing(width) -> None:
    long = entry("a/very/long/path/of/folders/" * 3 + "model.onnx", latency_s=1e-3)
    report = replace(SAMPLE, entries=(*SAMPLE.entries, long))
    text = render_table(report, Look(width=width))
    assert max(map(len, text.splitlines())) <= max(width, 60)
    assert "model.onnx" in text.replace("\n", "").replace(" ", "")


def test_the_table_hides_only_what_it_says() -> None:
    text = render_table(SAMPLE, Look(max_findings=1))
    assert "and 3 more" in text
    assert "a.onnx" not in text


def test_csv_has_every_model_and_column() -> None:
    rows = list(csv.DictReader(io.StringIO(render_csv(SAMPLE))))
    assert [row["name"] for row in rows] == ["a.onnx", "b.onnx", "c.onnx", "d.onnx", "x.onnx"]
    assert list(rows[0]) == list(COLUMNS)
    assert rows[2]["rules"] == "G101:1"
    assert rows[2]["error"] == "1"
    assert rows[4]["failure"] == "empty"


@pytest.mark.parametrize("name", [HOSTILE, "=cmd()", "-1"])
def test_names_stay_text(name) -> None:
    report = replace(SAMPLE, entries=(entry(name, latency_s=1e-3, severity="error"),) * 2)
    page = render_html(report)
    assert "<script>alert" not in page
    for text in (page, render_concise(report), render_table(report, Look()), render_csv(report)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    (row, _, _) = csv.DictReader(io.StringIO(render_csv(report)))
    assert not row["name"].startswith(("=", "-"))


def test_the_page_allows_its_own_style_and_script_only() -> None:
    page = render_html(SAMPLE)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    for text in (style, script):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"sha256-{digest}" in policy.replace("&#43;", "+").replace("&#x2B;", "+")
    assert "default-src &#39;none&#39;" in policy
    assert "http" not in page.replace("http-equiv", "")


def test_dots_lie_by_flop_and_latency() -> None:
    entries = (
        entry("small", latency_s=1e-3, flop=10**6),
        entry("large", latency_s=1e-1, flop=10**9),
        entry("free", latency_s=1e-3, flop=0),
    )
    found = dots(entries)
    assert [dot.label for dot in found] == ["small", "large"]
    picture = scatter_svg(found, ("toy",), "id")
    (x1, y1), (x2, y2) = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', picture)
    assert float(x1) < float(x2)
    assert float(y1) > float(y2)
    assert scatter_svg(found[:1], ("toy",), "id") == ""
