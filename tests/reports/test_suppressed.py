"""The reason why a finding is suppressed, in every format that shows such findings."""

import json
from dataclasses import replace

import pytest

from costlint.analyzers.finding import Suppression
from costlint.many.record import from_record, to_record
from costlint.reports import RENDERERS, render
from costlint.reports.as_json import schema
from costlint.reports.text import shortened
from tests.reports.on_device import estimated
from tests.reports.sample import HOSTILE, sample

SHOWN = ("full", "html", "json", "json-lines", "sarif")
TWO = (
    Suppression(reason="the accelerator fuses it"),
    Suppression(reason="ask the exporter", kind="inSource"),
)
BELL = "\x1b]0;title\x07"
LONG = "waited for " * 910  # 10 kB


def suppressed(*reasons, index=0):
    """A report with one model, of whose findings one is suppressed."""
    model = estimated()
    one = replace(model.findings[index], suppressed_by=reasons)
    return sample(replace(model, findings=(one, *model.findings[1:3])))


@pytest.mark.parametrize("format_name", RENDERERS)
def test_the_reason_is_shown_wherever_suppressed_findings_are(format_name):
    text = render(suppressed(*TWO), format_name)
    assert all((one.reason in text) == (format_name in SHOWN) for one in TWO)


@pytest.mark.parametrize("format_name", SHOWN)
@pytest.mark.parametrize(
    "reason", [HOSTILE, f"a\nb\r\n{BELL}c", LONG], ids=["markup", "lines", "long"]
)
def test_a_hostile_reason_is_shown_and_does_nothing(format_name, reason):
    plain = render(suppressed(Suppression(reason="wanted")), format_name)
    text = render(suppressed(Suppression(reason=reason)), format_name)
    assert not {"\x1b", "\x07", "\r", "\x00", "\u202e"} & set(text)
    if format_name == "html":
        assert text.count("<script") == plain.count("<script")
    if format_name == "full":
        assert len(text) < len(plain) + 400
        assert max(map(len, text.splitlines())) <= 80
    else:
        assert text.count("\n") == plain.count("\n")


def test_the_screen_counts_findings_by_reason():
    model = estimated()
    reasons = (TWO[:1], TWO[:1], TWO[1:])
    findings = tuple(
        replace(f, suppressed_by=why) for f, why in zip(model.findings, reasons, strict=False)
    )
    lines = render(sample(replace(model, findings=findings)), "full").splitlines()
    start = lines.index("  3 findings suppressed:")
    assert lines[start + 1 : start + 3] == [
        "       2  the accelerator fuses it",
        "       1  ask the exporter",
    ]


def test_sarif_says_who_suppresses_what():
    (run,) = json.loads(render(suppressed(*TWO), "sarif"))["runs"]
    *others, last = run["results"]
    assert last["suppressions"] == [
        {"kind": "external", "justification": "the accelerator fuses it"},
        {"kind": "inSource", "justification": "ask the exporter"},
    ]
    assert len(others) == 2
    assert not any("suppressions" in result for result in others)
    assert run["tool"]["driver"]["rules"][last["ruleIndex"]]["id"] == last["ruleId"] == "G401"


@pytest.mark.parametrize("reason", [HOSTILE, LONG])
def test_documents_with_reasons_follow_their_schemas(reason, sarif_schema):
    import jsonschema

    report = suppressed(Suppression(reason=reason), *TWO)
    jsonschema.Draft7Validator(sarif_schema).validate(json.loads(render(report, "sarif")))
    entry = json.loads(render(report, "json"))
    jsonschema.Draft202012Validator(json.loads(schema())).validate(entry)
    assert entry["models"][0]["findings"][0]["suppressed_by"][0]["reason"] == reason


def test_a_record_holds_the_findings_as_they_are():
    model = suppressed(*TWO).models[0]
    (first, *_) = back = from_record(json.loads(json.dumps(to_record(model)))).findings
    assert first.suppressed_by == TWO
    assert back == tuple(replace(f, before=(), after=()) for f in model.findings)


def test_a_text_is_cut_only_where_it_is_too_long():
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abc..."
