"""What a TAB offers, asked as the shells' own scripts ask: by environment variables."""

from __future__ import annotations

import sys

import pytest

from costlint.costmodel.devices import DEFAULT_DEVICE

SHELLS = ("bash", "zsh", "fish")


@pytest.fixture
def offered(monkeypatch, capsys, costlint):
    """Words that `shell` gets for the command line `words`, whose last one is incomplete."""

    def ask(shell, *words):
        line = " ".join(("costlint", *words))
        monkeypatch.setenv("_COSTLINT_COMPLETE", f"complete_{shell}")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        costlint()
        return capsys.readouterr().out

    return ask


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("me",), "measure"),
        (("exp",), "explain"),
        (("--dev",), "--device"),
        (("--vers",), "--version"),
        (("m.onnx", "--fail"), "--fail-on"),
        (("m.onnx", "--device", "snapdragon810-n"), DEFAULT_DEVICE),
        (("-d", "snapdragon810-n"), DEFAULT_DEVICE),
        (("check", "m.onnx", "--select", "G4"), "G403"),
        (("m.onnx", "-f", "sa"), "sarif"),
        (("m.onnx", "--fail-on", "wa"), "warning"),
        (("m.onnx", "--color", "al"), "always"),
        (("explain", "G4"), "G404"),
        (("explain", "Averag"), "AveragePool"),
        (("config", "max-l"), "max-latency"),
    ],
)
def test_a_shell_is_offered(shell, words, word, offered):
    assert word in offered(shell, *words)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_printed_for_each_shell(shell, costlint, capsys, monkeypatch):
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    monkeypatch.setattr(sys, "argv", ["costlint"])
    assert costlint("--show-completion", shell) == 0
    assert "_COSTLINT_COMPLETE" in capsys.readouterr().out
