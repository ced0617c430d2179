"""The bar: on a screen only, after half a second only, gone before anything else is printed."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest

from costlint import progress
from costlint.output import colored
from costlint.progress import Progress


class Screen(io.StringIO):
    def isatty(self):
        return True


def on_screen(monkeypatch) -> Screen:
    """To be called in the test itself: pytest sets stderr anew between its phases."""
    shown = Screen()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    return shown


def wait_for(screen, text):
    for _ in range(200):
        if text in screen.getvalue():
            return
        time.sleep(0.02)
    pytest.fail(f"{text!r} never came")


def test_long_work_shows_a_bar_that_goes(monkeypatch):
    screen = on_screen(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE_S", 0.01)
    with Progress(7, "models") as bar:
        bar.advance()
        wait_for(screen, "1/7")
        bar.advance("second.onnx")
        wait_for(screen, "second.onnx")
        bar.pause()
        wait_for(screen, "2/7")
    assert screen.getvalue().endswith("\x1b[2K")  # its line is wiped


@pytest.mark.parametrize("color", [True, False])
def test_the_bar_has_colour_only_where_it_may(color, monkeypatch):
    screen = on_screen(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE_S", 0.01)
    with Progress(7, "models", color=color) as bar:
        bar.advance()
        wait_for(screen, "1/7")
    assert bool(re.search(r"\x1b\[[\d;]*m", screen.getvalue())) is color


@pytest.mark.parametrize(
    ("wish", "variables", "expected"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("never", {"FORCE_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
    ],
)
def test_an_option_and_the_environment_say_whether_there_is_colour(
    wish, variables, expected, monkeypatch
):
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert colored(wish, Screen()) is expected


def test_short_work_shows_nothing(monkeypatch):
    screen = on_screen(monkeypatch)
    with Progress(7, "models") as bar:
        bar.advance()
    assert screen.getvalue() == ""


def test_a_pipe_gets_no_bar(monkeypatch, capsys):
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    with Progress(7, "models"):
        time.sleep(0.05)
    assert capsys.readouterr().err == ""
