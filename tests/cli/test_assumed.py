"""Sizes that nobody stated: exit codes of a first run, and gates, which want them stated."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import costlint as package
from costlint.costmodel.count import count
from costlint.costmodel.ir.assumed import Assumed
from costlint.costmodel.ir.errors import UnboundDimensionError
from tests.cli.conftest import WASTEFUL
from tests.models import model

ASSUMED = Assumed(name="side", size=28, source="usual for an image", option="--shape x=1x8x28x28")
MODEL = "wasteful.onnx"


@pytest.fixture(autouse=True)
def _open_sizes(monkeypatch, wasteful):  # noqa: ARG001 - the file is made
    """Every model of these tests is as if its sizes were open, and assumed unless that is off."""

    def counting(model, *, assume, shapes, **more):
        counts = count(model, shapes={}, **more)
        if shapes:
            return counts
        if not assume:
            raise UnboundDimensionError("sizes are open")
        return replace(counts, graph=replace(counts.graph, assumed=(ASSUMED,)))

    monkeypatch.setattr("costlint.pipeline.count", counting)


GATES = (
    ["--fail-on", "error"],
    ["--fail-on", "note"],
    ["--max-latency", "1s"],
    ["--max-recoverable", "99%"],
    ["--baseline", "baseline.json"],
    ["--write-baseline"],
)


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 1), (["-i", "G4"], 0), (["--fail-on", "never"], 0)]
)
def test_a_first_run_exits_by_its_findings(arguments, code, costlint, capsys):
    assert costlint(MODEL, *arguments) == code
    assert "assumed: side = 28, usual for an image" in capsys.readouterr().out


@pytest.mark.parametrize("gate", GATES, ids=" ".join)
def test_a_gate_wants_them_stated(gate, costlint, capsys, place):
    (place / "baseline.json").write_text("[]")
    assert costlint(MODEL, *gate, "-i", "G4") == 2
    told = capsys.readouterr().err
    assert f"{MODEL}: sizes were assumed, and a gate ({gate[0]}) needs them stated" in told
    assert "assumed: side = 28, usual for an image" in told
    assert "--assume" in told
    assert f"fix: costlint {MODEL} --shape x=1x8x28x28" in told
    assert not (place / "costlint-baseline.json").exists()


@pytest.mark.parametrize("gate", GATES, ids=" ".join)
@pytest.mark.parametrize("way", ["--assume", "--shape x=1x8x28x28"])
def test_a_gate_holds_when_told_so(way, gate, costlint, place):
    (place / "baseline.json").write_text("[]")
    assert costlint(MODEL, *gate, *way.split(), "-i", "G4") == 0


def test_a_gate_fails_on_assumed_sizes_when_told_so(costlint):
    assert costlint(MODEL, "--max-latency", "0.1ms", "--assume") == 1


@pytest.mark.parametrize("refusing", ["--no-assume", "--strict"])
def test_nothing_is_assumed(refusing, costlint, capsys):
    assert costlint(MODEL, refusing) == 2
    assert "sizes are open" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ('fail-on = "error"', 2),
        ('max-latency = "1s"', 2),
        ('[budgets."wasteful.onnx"]\ntoy = "1s"', 2),
        ('[budgets."other.onnx"]\ntoy = "1s"', 0),
        ('[budgets."wasteful.onnx"]\nother = "1s"', 0),
        ('assume = true\nfail-on = "error"', 0),
        ("assume = false", 2),
    ],
)
def test_settings_say_it_too(settings, code, costlint, place):
    (place / "costlint.toml").write_text(settings)
    assert costlint(MODEL, "-i", "G4") == code


def test_a_comparison_is_no_gate_without_a_limit(costlint, capsys):
    assert costlint("compare", MODEL, MODEL) == 0
    assert capsys.readouterr().out.count("assumed: side = 28") == 2
    assert costlint("compare", MODEL, MODEL, "--fail-on-regression", "2%") == 2
    assert costlint("compare", MODEL, MODEL, "--fail-on-regression", "2%", "--assume") == 0


def test_the_page_is_no_gate(costlint, place):
    (place / "costlint.toml").write_text('max-latency = "0.1ms"')
    assert costlint("report", MODEL) == 0
    assert "assumed: side = 28" in (place / "wasteful.costlint.html").read_text()


def test_of_many_models_those_are_not_analysed(costlint, capsys, place):
    folder = place / "models"
    folder.mkdir()
    (folder / "a.onnx").write_bytes((place / MODEL).read_bytes())
    arguments = ("-j", 1, "--no-cache", "-i", "G4")
    assert costlint(folder, *arguments) == 0
    assert "assumed: side = 28" in capsys.readouterr().out
    assert costlint(folder, "--max-latency", "1s", *arguments) == 2
    assert "a.onnx: sizes were assumed" in capsys.readouterr().out
    assert costlint(folder, "--max-latency", "1s", "--assume", *arguments) == 0


def test_against_an_earlier_state(costlint, place, capsys):
    folder = place / "models"
    folder.mkdir()
    (folder / "a.onnx").write_bytes((place / MODEL).read_bytes())
    arguments = ("-j", 1, "--no-cache", "-i", "G4")
    assert costlint(folder, "-f", "json-lines", "-o", "old.jsonl", *arguments) == 0
    line = json.loads((place / "old.jsonl").read_text().splitlines()[0])
    assert line["assumed"][0]["size"] == 28
    stated = ("--shape", "x=1x8x28x28", "--fail-on-regression", "2%")
    assert costlint(folder, "--against", "old.jsonl", *stated, *arguments) == 2
    assert costlint(folder, "--against", "old.jsonl", *stated, "--assume", *arguments) == 0
    assert costlint(folder, "--against", "old.jsonl", *arguments) == 0
    capsys.readouterr()
    assert costlint(folder, "--against", folder, "--fail-on-regression", "2%", *arguments) == 2


def test_python_says_and_refuses():
    text = model(WASTEFUL)
    (entry,) = package.check(text, device="toy.toml").models
    assert entry.assumed == (ASSUMED,)
    with pytest.raises(UnboundDimensionError):
        package.check(text, device="toy.toml", assume=False)
    with pytest.raises(UnboundDimensionError):
        package.check(text, device="toy.toml", strict=True)
    with pytest.raises(UnboundDimensionError):
        package.compare(text, text, device="toy.toml", assume=False)


def test_sizes_that_differ_are_said(costlint, capsys, monkeypatch, place):
    sizes = iter([28, 14])

    def counting(model, **more):
        counts = count(model, **more)
        one = replace(ASSUMED, size=next(sizes))
        return replace(counts, graph=replace(counts.graph, assumed=(one,)))

    monkeypatch.setattr("costlint.pipeline.count", counting)
    (place / "other.onnx").write_bytes((place / MODEL).read_bytes())
    assert costlint("compare", MODEL, "other.onnx", "-f", "concise") == 0
    told = f"side was assumed to be 14 here and 28 in {MODEL}: --shape side=14 takes both alike"
    assert told in capsys.readouterr().out
