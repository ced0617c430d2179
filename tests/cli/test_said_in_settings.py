"""Sizes, contents and taught operators of the settings, over one model, several, a pipe."""

from __future__ import annotations

import io
import json
import sys
from types import SimpleNamespace

import pytest

from tests.cli.conftest import saved

SETTINGS = """
[tool.costlint.shapes]
S = 7
[tool.costlint.values]
sr = 16000
[[tool.costlint.ops]]
op = "my.ops::Product"
like = "MatMul"
"""
TOKENS = "g (float[1, S, 8] x, float[8, 4] w) => (float[1, S, 4] y) { y = MatMul(x, w) }"
RATE = """
g (float[1, 8] x, float[8, 4] w, int64 sr) => (float[1, 4] y) <int64 r = {16000}>
{ c = Equal(sr, r)
  y = If (c) < then_branch = a () => (float[1, 4] p) { p = MatMul(x, w) },
               else_branch = b () => (float[1, 4] q) { d = Exp(x)  q = MatMul(d, w) } > }
"""
TAUGHT = """
<ir_version: 10, opset_import: ["" : 22, "my.ops" : 1]>
g (float[1, S, 8] x, float[8, 4] w) => (float[1, S, 4] y) { y = my.ops.Product(x, w) }
"""
MACS = {"rate.onnx": 8 * 4, "taught.onnx": 7 * 8 * 4, "tokens.onnx": 7 * 8 * 4}


@pytest.fixture
def models(place):
    (place / "pyproject.toml").write_text(SETTINGS)
    for name, text in (("tokens", TOKENS), ("rate", RATE), ("taught", TAUGHT)):
        saved(text, place / f"{name}.onnx")
    return place


def found(text: str) -> dict[str, int]:
    made = json.loads(text)["models"]
    assert not any(one["assumed"] for one in made)
    return {one["path"].rpartition("/")[2]: one["totals"]["macs"] for one in made}


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("given", [(".",), tuple(MACS), *((name,) for name in MACS)], ids=str)
def test_the_settings_hold_where_a_model_has_the_name(given, costlint, capsys) -> None:
    assert costlint(*given, "-f", "json", "--max-latency", "3600s") in (0, 1)
    asked = set(MACS) if given == (".",) else set(given)
    assert found(capsys.readouterr().out) == {name: MACS[name] for name in asked}


def test_they_hold_for_a_model_from_a_pipe(models, costlint, capsys, monkeypatch) -> None:
    (models / "pyproject.toml").write_text("[tool.costlint.shapes]\nS = 7\n")
    data = io.BytesIO((models / "tokens.onnx").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=data, isatty=lambda: False))
    assert costlint("-", "-f", "json") in (0, 1)
    assert list(found(capsys.readouterr().out).values()) == [7 * 8 * 4]


@pytest.mark.usefixtures("models")
def test_the_command_line_goes_over_the_settings(costlint, capsys) -> None:
    assert costlint("tokens.onnx", "-f", "json", "--shape", "S=3") in (0, 1)
    assert found(capsys.readouterr().out) == {"tokens.onnx": 3 * 8 * 4}


def test_a_content_binds_in_the_model_of_a_comparison_that_has_it(models, costlint, capsys) -> None:
    (models / "pyproject.toml").unlink()
    more = ("--value", "sr=16000", "--shape", "S=7", "-f", "json")
    assert costlint("compare", "rate.onnx", "tokens.onnx", *more) in (0, 1)
    assert found(capsys.readouterr().out) == {
        name: MACS[name] for name in ("rate.onnx", "tokens.onnx")
    }
    assert costlint("compare", "rate.onnx", "tokens.onnx", "--value", "sw=1", "--shape", "S=7") == 2
