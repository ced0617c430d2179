"""The generated pages are those of this very code."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from costlint import app
from costlint.reports import RENDERERS
from docs.generate import FOLDER, stale
from docs.rooms import ROOT

PAGES = [ROOT / "README.md", *FOLDER.glob("*.md")]
WRITTEN = [*ROOT.glob("*.md"), *FOLDER.rglob("*.md")]
COMMANDS = sorted(file.stem for file in (ROOT / "src/costlint/commands").glob("[a-z]*.py"))


def test_generated_pages_are_fresh():
    assert not stale(), "run `make docs`"


@pytest.mark.parametrize("name", RENDERERS)
def test_what_a_format_shows_of_many_models_is_said(name):
    table = (FOLDER / "many.md").read_text(encoding="utf-8").partition("## What is shown")[2]
    assert f"`{name}`" in table.partition("\n\nThe worst")[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_and_told_of(name):
    if hasattr(import_module(f"costlint.commands.{name}"), name):  # else it holds shared options
        assert name in {command.name for command in app.app.registered_commands}
        assert any(f"costlint {name}" in page.read_text(encoding="utf-8") for page in PAGES)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_its_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_every_page_is_listed():
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    missing = [page.name for page in FOLDER.glob("*.md") if f"({page.name})" not in listed]
    assert missing == ["README.md"]
