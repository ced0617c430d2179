"""Where results go, in which form, and what is said besides."""

from __future__ import annotations

import io
import json
import sys

import pytest

from costlint.output import look
from costlint.reports import RENDERERS
from costlint.settings.options import Options
from tests.cli.conftest import saved
from tests.device import toy_device

pytestmark = pytest.mark.usefixtures("wasteful")

MODEL = "wasteful.onnx"
LAX = ("--fail-on", "never")


class Screen(io.TextIOWrapper):
    """A standard output that is a terminal of an encoding."""

    def __init__(self, encoding="utf-8"):
        self.written = io.BytesIO()
        super().__init__(self.written, encoding=encoding)

    def getvalue(self):
        self.flush()
        return self.written.getvalue().decode(self.encoding)

    def isatty(self):
        return True


@pytest.mark.parametrize("name", RENDERERS)
def test_every_format_takes_several_models_and_devices(name, costlint, place, capsys):
    toy_device("slow", slower=3.0).save(place / "slow.toml")
    (place / "second.onnx").write_bytes((place / MODEL).read_bytes())
    devices = ("-d", "toy.toml", "-d", "slow.toml")
    assert costlint(MODEL, "second.onnx", *devices, "-f", name, *LAX) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("wasteful.onnx", "second.onnx", "toy", "slow"))


def test_files_besides_the_screen(costlint, place, capsys):
    files = {name: place / f"report.{name}" for name in ("html", "json", "sarif", "markdown")}
    options = [part for name, path in files.items() for part in (f"--{name}-file", path)]
    assert costlint(MODEL, *options, "-f", "csv", *LAX) == 0
    assert capsys.readouterr().out.startswith("model,device,")
    assert files["html"].read_text().startswith("<!DOCTYPE html>")
    assert json.loads(files["json"].read_text())["models"][0]["sha256"]
    assert json.loads(files["sarif"].read_text())["version"] == "2.1.0"
    assert files["markdown"].read_text().startswith("###")


def test_quiet_leaves_findings_and_twice_quiet_the_exit_code(costlint, place, capsys):
    saved("g (float[1] x) => (float[1] y) { y = Relu(x) }", place / "calm.onnx")
    both = (MODEL, "calm.onnx", "-f", "full")
    assert costlint(*both, "-q") == 1
    out = capsys.readouterr().out
    assert "wasteful.onnx: error: G401" in out
    assert "calm.onnx" not in out
    assert costlint(*both, "-qq") == 1
    assert capsys.readouterr() == ("", "")


def test_verbose_says_what_was_assumed(costlint, place, capsys):
    (place / "costlint.toml").write_text("batch = 1\n")
    assert costlint(MODEL, "-v", *LAX) == 0
    err = capsys.readouterr().err
    assert "settings from " in err
    assert "costlint.toml" in err
    assert "toy is a made-up phone" in err
    assert "launch" not in err
    assert costlint(MODEL, "-vv", *LAX) == 0
    assert "; memory) relu" in capsys.readouterr().err


def test_the_screen_gets_the_full_form(costlint, monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "70")
    assert costlint(MODEL, *LAX) == 0
    out = screen.getvalue()
    assert "predicted" in out
    assert "✖" in out
    assert "\x1b[" in out


def test_an_ascii_screen_gets_ascii(costlint, monkeypatch):
    screen = Screen("ascii")
    monkeypatch.setattr(sys, "stdout", screen)
    assert costlint(MODEL, "--per-layer", "--statistics", *LAX) == 0
    assert screen.getvalue().isascii()


@pytest.mark.parametrize("name", RENDERERS)
def test_no_format_breaks_on_an_ascii_pipe(name, costlint, place, monkeypatch):
    path = place / "größe.onnx"
    path.write_bytes((place / MODEL).read_bytes())
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", pipe)
    assert costlint(path.name, "-f", name, *LAX) == 0


@pytest.mark.parametrize(
    ("variables", "is_colored"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "0"}, False),  # any value, says no-color.org
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colour_on_a_screen(variables, is_colored, costlint, monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    for name, value in {"TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    assert costlint(MODEL, *LAX) == 0
    assert ("\x1b[3" in screen.getvalue()) is is_colored


@pytest.mark.parametrize("name", ["FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS"])
def test_colour_can_be_forced_in_a_pipe(name, costlint, monkeypatch, capsys):
    assert costlint(MODEL, "-f", "full", *LAX) == 0
    assert "\x1b[" not in capsys.readouterr().out
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, "true")
    assert costlint(MODEL, "-f", "full", *LAX) == 0
    assert "\x1b[" in capsys.readouterr().out
    assert costlint(MODEL, "-f", "full", "--color", "never", *LAX) == 0
    assert "\x1b[" not in capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_width_can_be_told(width, costlint, capsys):
    assert costlint(MODEL, "-f", "full", "--width", width, "--per-layer", *LAX) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= width


def test_at_most_so_many_findings(costlint, capsys):
    assert costlint(MODEL, "-f", "full", "--max-findings", 1, *LAX) == 0
    assert "1 more: --max-findings 0 shows them" in capsys.readouterr().out


def test_github_gets_a_step_summary(costlint, place, monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(place / "summary.md"))
    assert costlint(MODEL, "-f", "github", *LAX) == 0
    assert capsys.readouterr().out.startswith("::error file=wasteful.onnx")
    assert (place / "summary.md").read_text().startswith("###")


def test_standard_input_is_a_model(costlint, place, monkeypatch, capsys):
    content = io.BytesIO((place / MODEL).read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(content))
    assert costlint("-", "-f", "json", *LAX) == 0
    assert json.loads(capsys.readouterr().out)["models"][0]["path"] == "-"


def test_a_look_without_a_screen():
    assert look(Options(output_file="x", width=66)).width == 66


@pytest.mark.parametrize("option", ["--per-layer", "--statistics", "--show-fused"])
def test_what_only_the_full_form_has_is_shown_in_a_pipe(option, costlint, capsys):
    costlint(MODEL, *LAX)
    short = capsys.readouterr().out
    costlint(MODEL, option, *LAX)
    assert "predicted  " in capsys.readouterr().out
    costlint(MODEL, option, "-f", "concise", *LAX)
    assert capsys.readouterr().out == short
