"""The generated pages are those of this very code."""

from __future__ import annotations

from docs.generate import stale


def test_generated_pages_are_fresh():
    assert not stale(), "run `make docs`"
