"""The table of options: each row is on the command line, in the docs, and reaches the run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import costlint as package
from costlint.settings import Setting, joined
from costlint.settings.options import KEYS, OPTIONS, Options
from docs.configuration_page import page

PACKAGE = Path(package.__file__).parent
GIVEN = [row for row in OPTIONS.values() if row.flags and row.name != "traceback"]

# Field -> its words on the command line, and the value that they give.
SAID = {
    "device": ("toy.toml", ("toy.toml",)),
    "shapes": ("x=1x3", {"x": (1, 3)}),
    "batch": ("8", 8),
    "values": ("sr=16000", {"sr": 16000}),
    "select": ("G1,G2", ("G1", "G2")),
    "ignore": ("G3", ("G3",)),
    "min_savings": ("1%", (0.0, 0.01)),
    "max_findings": ("3", 3),
    "output_format": ("json", "json"),
    "width": ("66", 66),
    "color": ("never", "never"),
    "fail_on": ("note", "note"),
    "max_latency_s": ("8ms", 0.008),
    "max_recoverable": ("15%", 0.15),
    "fail_on_regression": ("2%", 0.02),
    "jobs": ("2", 2),
    "backend": ("ray", "ray"),
    "exclude": ("old/*", ("old/*",)),
    **dict.fromkeys(("output_file", "html_file", "json_file", "config"), ("file", "file")),
    **dict.fromkeys(("sarif_file", "markdown_file", "baseline"), ("file", "file")),
    **dict.fromkeys(("resume", "against", "cache_dir"), ("file", "file")),
}


def file(**values):
    """The settings of a file with these values."""
    return {
        key: Setting(value=value, written=value, origin=Path("costlint.toml"))
        for key, value in values.items()
    }


@pytest.fixture
def run_with(monkeypatch, costlint):
    """The options that `check` runs with."""

    def call(*words):
        seen = {}
        monkeypatch.setattr("costlint.run.run", lambda _, given, **__: seen.update(given) or 0)
        assert costlint("m.onnx", *words) == 0
        return Options(**seen)

    return call


@pytest.mark.parametrize("row", GIVEN, ids=lambda row: row.name)
def test_a_row_is_an_option_that_reaches_the_run(row, run_with, monkeypatch):
    words, value = SAID.get(row.name, (None, True))
    if row.is_counted:
        value = 1
    monkeypatch.delenv(row.variable, raising=False)
    assert getattr(run_with(), row.name) == row.default != value
    assert getattr(run_with(row.flag, *([words] if words else [])), row.name) == value
    monkeypatch.setenv(row.variable, words or "1")
    assert getattr(run_with(), row.name) == value


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_key_reaches_the_run(key):
    row = KEYS[key]
    assert getattr(joined({}, file(**{key: "from the file"})), row.name) == "from the file"


def test_what_is_given_wins_or_is_added():
    said = file(batch=2, shapes={"N": 1, "M": 1}, exclude=("a",))
    both = joined({"batch": 3, "shapes": {"N": 2}, "exclude": ("b",)}, said)
    assert (both.batch, both.shapes, both.exclude) == (3, {"N": 2, "M": 1}, ("a", "b"))


@pytest.mark.parametrize("row", OPTIONS.values(), ids=lambda row: row.name)
def test_a_row_is_documented_and_used(row):
    text = page()
    assert not row.flag or f"`{row.flag}`" in text
    assert not row.key or f"## {row.key}\n" in text
    code = "".join(path.read_text() for path in sorted(PACKAGE.glob("**/*.py")))
    said = (rf"\.{row.name}\b", f'"{row.key or row.flag}" in', rf'get\("{row.key or row.flag}"')
    assert re.search("|".join(said), code)
