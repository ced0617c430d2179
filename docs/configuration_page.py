"""Text of configuration.md: every key and every option of `check`, from the table of options."""

from __future__ import annotations

from costlint.settings import NAMES
from costlint.settings.options import KEYS, OPTIONS
from docs.template import render


def page() -> str:
    """The page."""
    others = [row for row in OPTIONS.values() if not row.key]
    return render("configuration.md", names=NAMES, keys=KEYS.values(), others=others)
