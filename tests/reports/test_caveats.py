"""What was assumed, what is not bound and what is not costed: every format says it."""

import csv
import html
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from costlint.costmodel.ir.assumed import Assumed
from costlint.many.record import from_record, to_record
from costlint.reports import RENDERERS, render
from costlint.reports.as_github import MOST
from costlint.reports.caveats import caveats
from costlint.reports.many.page import render_html
from costlint.reports.many.report import ManyEntry, ManyReport
from costlint.reports.many.rows import render_csv
from costlint.reports.many.table import render_concise, render_table
from costlint.reports.rows import OpRow, UncostedRow, uncosted_kinds
from costlint.reports.terminal.full import render as render_terminal
from costlint.reports.terminal.screen import Look
from costlint.reports.text import cells
from tests.reports.on_device import estimated
from tests.reports.sample import NOTE, counted, sample


def uncertain():
    """On a device, with findings; three ops of two operators are not costed."""
    fancy = OpRow(
        name="/f/0",
        op_type="Fancy",
        domain="my.ops",
        op_class="other",
        why_uncosted="no formula for my.ops::Fancy",
    )
    at = OpRow(
        name="/at", op_type="SequenceAt", op_class="data", why_uncosted="its shape is unknown"
    )
    model = estimated()
    ops = (*model.ops, fancy, replace(fancy, name="/f/1"), at)
    return replace(
        model,
        ops=ops,
        uncosted_kinds=uncosted_kinds(ops),
        assumed=(
            *counted().assumed,
            Assumed(name="time", size=128, source="usual for tokens", option="--shape time=128"),
        ),
        batch_assumed=("N",),
        notes=(NOTE, "the device is young"),
        graph_notes=(NOTE,),
    )


SENTENCES = (
    (
        "assumed: height = width = 640, from the model's metadata (imgsz); "
        "time = 128, usual for tokens; --shape images=1x3x640x640 --shape time=128 says it"
    ),
    "batch 1, not bound (N): --batch SIZE sets it",
    (
        "not costed: 3 ops (2 my.ops::Fancy: no formula; 1 SequenceAt: its shape is unknown), "
        "not in the totals"
    ),
    NOTE,
)


def test_sentences_in_order():
    assert tuple(caveat.text for caveat in caveats(uncertain())) == SENTENCES
    assert not caveats(estimated())


def test_many_names_and_operators_are_counted():
    one = counted().assumed[0]
    names = tuple(replace(one, name=f"d{index}") for index in range(9))
    kinds = tuple(UncostedRow(op=f"Op{i}", reason="no formula", count=1) for i in range(9))
    first, _, third, _ = caveats(replace(uncertain(), assumed=names, uncosted_kinds=kinds))
    assert "d0 = d1 = d2 = 6 more = 640" in first.text
    assert "9 ops" in third.text
    assert "3 more operators" in third.text


def plain(text: str) -> str:
    """The text as a person reads it: without markup, on one line."""
    return " ".join(html.unescape(text).replace("**", "").split())


def is_in_json(text: str) -> None:
    holds_facts(json.loads(text)["models"][0])


def is_in_json_lines(text: str) -> None:
    holds_facts(json.loads(text.splitlines()[0]))


def holds_facts(entry: Mapping[str, Any]) -> None:
    assert entry["assumed"][2] == {
        "name": "time",
        "size": 128,
        "source": "usual for tokens",
        "option": "--shape time=128",
    }
    assert entry["batch_assumed"] == ["N"]
    assert entry["uncosted"] == [
        {"op": "my.ops::Fancy", "reason": "no formula for my.ops::Fancy", "count": 2},
        {"op": "SequenceAt", "reason": "its shape is unknown", "count": 1},
    ]
    assert entry["notes"] == [NOTE, "the device is young"]


def is_in_csv(text: str) -> None:
    rows = list(csv.DictReader(io.StringIO(text)))
    why = [row["why_uncosted"] for row in rows if row["costed"] == "False"]
    assert why == ["no formula for my.ops::Fancy"] * 2 + ["its shape is unknown"]
    for row in rows:
        assert row["assumed"] == "height=640 width=640 time=128"
        assert row["batch_assumed"] == "N"
        assert row["caveats"] == ". ".join(SENTENCES)


STRUCTURED: Mapping[str, Callable[[str], None]] = {
    "json": is_in_json,
    "json-lines": is_in_json_lines,
    "csv": is_in_csv,
}
"""What programs are told besides the sentences."""


@pytest.mark.parametrize("format_name", RENDERERS)
def test_every_format_says_it(format_name):
    text = render(sample(uncertain()), format_name)
    for sentence in SENTENCES:
        assert sentence in plain(text), sentence
    STRUCTURED.get(format_name, str)(text)


@pytest.mark.parametrize("format_name", sorted(RENDERERS.keys() - {"csv"}))
def test_every_format_says_it_without_ops(format_name):
    kept = from_record(json.loads(json.dumps(to_record(uncertain()))))
    shown = plain(render(sample(kept), format_name))
    for sentence in SENTENCES:
        assert sentence in shown, sentence


def test_github_says_the_rest_in_plain_lines():
    models = [replace(uncertain(), path=f"{n:02}.onnx", findings=()) for n in range(MOST + 3)]
    lines = render(sample(*models), "github").splitlines()
    assert sum(line.startswith("::notice file=") for line in lines) == MOST
    assert [line[:16] for line in lines if ".onnx: assumed:" in line] == [
        f"{n:02}.onnx: assumed"[:16] for n in range(MOST, MOST + 3)
    ]


@pytest.mark.parametrize("format_name", RENDERERS)
def test_a_model_without_any_says_nothing(format_name):
    text = render(sample(estimated()), format_name)
    assert "not bound" not in text
    assert "assumed:" not in text


@pytest.mark.parametrize("format_name", ["full", "concise", "html", "github"])
def test_the_assumption_comes_before_any_number(format_name):
    shown = plain(render(sample(uncertain()), format_name).partition("<main")[2] or "")
    shown = shown or plain(render(sample(uncertain()), format_name))
    assert shown.index(SENTENCES[0]) < shown.index(" ms")


@pytest.mark.parametrize("format_name", ["concise", "github", "gitlab", "markdown"])
def test_several_devices_say_it_once(format_name):
    twice = sample(uncertain(), replace(uncertain(), findings=()))
    assert plain(render(twice, format_name)).count(SENTENCES[0]) == 1


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_the_terminal(width):
    text = render_terminal(sample(uncertain()), Look(width=width))
    assert max(map(cells, text.splitlines())) <= width


MANY = {
    "full": lambda report: render_table(report, Look()),
    "concise": render_concise,
    "html": render_html,
}


@pytest.mark.parametrize("format_name", MANY)
def test_many_models_say_it(format_name):
    kept = from_record(json.loads(json.dumps(to_record(uncertain()))))  # without its ops
    report = ManyReport(
        tool_version="1", entries=(ManyEntry(name="a.onnx", report=kept, op_count=9),)
    )
    shown = plain(MANY[format_name](report))
    for sentence in SENTENCES:
        assert sentence in shown, sentence


def test_rows_of_many_models_have_columns():
    report = ManyReport(
        tool_version="1", entries=(ManyEntry(name="a.onnx", report=uncertain(), op_count=9),)
    )
    (row,) = csv.DictReader(io.StringIO(render_csv(report)))
    assert row["assumed"] == "height=640 width=640 time=128"
    assert row["batch_assumed"] == "N"
    assert row["uncosted"] == "my.ops::Fancy:2 SequenceAt:1"
    assert row["caveats"] == ". ".join(SENTENCES)


@pytest.mark.parametrize("format_name", ["full", "concise", "markdown", "html", "json"])
def test_a_comparison_says_it_of_both(format_name):
    pair = replace(sample(uncertain(), replace(uncertain(), path="b.onnx")), compared=True)
    text = render(pair, format_name)
    if format_name == "json":
        assert all(entry["assumed"] for entry in json.loads(text)["models"])
    else:
        assert plain(text).count(SENTENCES[0]) == 2


def test_a_record_keeps_it():
    kept = from_record(json.loads(json.dumps(to_record(uncertain()))))
    assert caveats(kept) == caveats(uncertain())
