"""What each format owes its reader: valid documents, and no text from a model that acts."""

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from costlint.costmodel.ir.errors import OptionError
from costlint.reports import RENDERERS, render
from costlint.reports.as_github import MOST as MOST_ANNOTATIONS
from costlint.reports.as_json import schema
from costlint.reports.as_markdown import MOST_BYTES
from costlint.reports.as_sarif import MOST_RESULTS, MOST_RUNS
from costlint.reports.terminal.full import render as render_terminal
from costlint.reports.terminal.screen import Look
from costlint.reports.text import cells
from tests.reports.on_device import estimated
from tests.reports.sample import compared, counted, hostile, sample, symbolic


@pytest.mark.parametrize("format_name", RENDERERS)
def test_hostile_text_cannot_act(format_name):
    text = render(hostile(), format_name)
    unseen = {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert unseen <= {"\n"}
    if format_name in {"html", "markdown", "junit"}:
        assert "<script>alert" not in text
        assert "<img" not in text
    if format_name == "github":
        commands = [line for line in text.splitlines() if line.startswith("::")]
        assert len(commands) == 1 + len(hostile().models[0].open_findings)
        assert "%0A" not in "".join(commands)


@pytest.mark.parametrize("format_name", RENDERERS)
def test_counted_only_has_no_times(format_name):
    assert "predicted " not in render(sample(counted()), format_name).replace("predicted time", "")


def test_json_is_plain_and_complete():
    entry = json.loads(render(sample(), "json"))
    assert entry["schema"] == "costlint/1"
    counted_only, arm, _ = entry["models"]
    assert counted_only["device"] is None
    assert counted_only["totals"]["latency_s"] is None
    assert set(arm["classes"]) == {"conv", "elementwise", "shuffle", "data", "other"}
    assert sum(op["macs"] for op in arm["ops"]) == arm["totals"]["macs"]
    assert entry["summary"] == {
        "error": 1,
        "warning": 1,
        "note": 2,
        "gate": {"passed": False, "reasons": list(sample().gate.reasons)},
    }


def test_not_a_number_is_null():
    model = estimated()
    odd = replace(model, totals=replace(model.totals, latency_high_s=float("inf")))
    assert json.loads(render(sample(odd), "json"))["models"][0]["totals"]["latency_high_s"] is None


def test_csv_has_a_row_per_op_and_no_formula():
    rows = list(csv.DictReader(io.StringIO(render(hostile(), "csv"))))
    assert len(rows) == len(hostile().models[0].ops)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]


def test_sarif_follows_the_schema(sarif_schema):
    import jsonschema

    for report in (sample(), hostile(), sample(counted())):
        jsonschema.Draft7Validator(sarif_schema).validate(json.loads(render(report, "sarif")))


def test_sarif_locations_and_fingerprints():
    _, run, _ = json.loads(render(sample(), "sarif"))["runs"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places[0]["artifactLocation"]["uri"] == "net.py"
    assert places[0]["region"]["startLine"] == 42
    assert places[2]["artifactLocation"]["uri"] == "models/mobile.onnx"
    marks = [r["partialFingerprints"]["primaryLocationLineHash"] for r in run["results"]]
    assert len(set(marks)) == len(marks)
    assert all(re.fullmatch(r"[0-9a-f]{32}:1", mark) for mark in marks)
    assert [result["rank"] for result in run["results"][:3]] == [9.2, 6.6, 1.3]


def test_sarif_keeps_to_the_limits():
    model = estimated()
    many = tuple(
        replace(model.findings[0], fingerprint=f"{index:032x}") for index in range(MOST_RESULTS + 7)
    )
    (run,) = json.loads(render(sample(replace(model, findings=many)), "sarif"))["runs"]
    assert len(run["results"]) == MOST_RESULTS
    assert "7 findings" in json.dumps(run["invocations"])
    with pytest.raises(OptionError, match="do not fit"):
        render(sample(*[counted()] * (MOST_RUNS + 1)), "sarif")


def test_github_shows_the_largest_savings_and_says_what_is_left():
    model = estimated()
    many = replace(model, findings=model.findings[:1] * MOST_ANNOTATIONS + model.findings[1:3])
    lines = render(sample(many), "github").splitlines()
    assert lines[0].startswith("::error file=net.py,line=42,title=costlint G101")
    assert lines[MOST_ANNOTATIONS] == "::notice title=costlint::2 more findings in the step summary"


def test_gitlab_fingerprints_are_unique():
    same = sample(estimated(), estimated(path="models/other.onnx"))
    marks = [issue["fingerprint"] for issue in json.loads(render(same, "gitlab"))]
    assert len(set(marks)) == len(marks) == 8


def test_junit_fails_where_the_gate_does():
    root = ET.fromstring(render(sample(), "junit"))  # noqa: S314 - our own text
    failed = [
        case.get("name") for case in root.iter("testcase") if case.find("failure") is not None
    ]
    assert failed == ["pixel4-cortexa76-tflite: G101", sample().gate.reasons[0]]
    assert root.get("failures") == "2"


def test_markdown_fits_a_step_summary():
    text = render(sample(*[estimated()] * 1000), "markdown")
    assert len(text.encode()) <= MOST_BYTES + 100
    assert text.endswith("too long here.\n")


@pytest.mark.parametrize("width", range(60, 201, 20))
@pytest.mark.parametrize("report", [sample(), hostile()], ids=["sample", "hostile"])
def test_terminal_lines_fit_and_lose_nothing(width, report):
    text = render_terminal(report, Look(width=width, per_op=True, statistics=True))
    assert max(map(cells, text.splitlines())) <= width
    names = {op.name for op in sample().models[1].ops}
    if report == sample():
        flat = re.sub(r"\s", "", text)
        assert all(name in flat for name in names)


def test_terminal_without_unicode_is_ascii():
    assert render_terminal(hostile(), Look(unicode=False)).isascii()


def test_unknown_format_names_the_known_ones():
    with pytest.raises(OptionError, match="concise"):
        render(sample(), "pdf")


@pytest.mark.parametrize("report", [sample(), hostile(), sample(symbolic()), compared()])
def test_json_follows_its_schema(report):
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(schema()))
    validator.check_schema(validator.schema)
    validator.validate(json.loads(render(report, "json")))


def test_json_lines_hold_the_same_findings():
    whole = json.loads(render(sample(), "json"))
    lines = [json.loads(line) for line in render(sample(), "json-lines").splitlines()]
    assert [line["type"] for line in lines] == [
        "model",
        "model",
        *["finding"] * 5,
        "model",
        "summary",
    ]
    assert [line["rule"] for line in lines if line["type"] == "finding"] == [
        finding["rule"] for model in whole["models"] for finding in model["findings"]
    ]


def test_frames_have_the_rows():
    pytest.importorskip("pandas")
    frames = sample().to_frames()
    assert len(frames["ops"]) == sum(len(model.ops) for model in sample().models)
    assert set(frames["findings"]["rule"]) == {"G101", "G201", "G301", "G401", "G402"}
    assert frames["findings"]["saved_s"].notna().sum() == 4


def test_a_notebook_gets_the_page_in_a_closed_frame():
    shown = hostile()._repr_html_()
    assert shown.startswith('<iframe title="costlint" sandbox="allow-scripts allow-downloads"')
    assert "<script" not in shown
