"""Text of the pages in docs/rules: made from the rule records, so that they cannot drift."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from costlint.analyzers import RULES
from costlint.analyzers.finding import GUIDELINES
from docs.template import render


def pages() -> dict[str, Callable[[], str]]:
    """Every page by its name in the folder: one for each rule, and the list."""
    return {
        "rules/README.md": partial(render, "rules.md", rules=RULES, guidelines=GUIDELINES),
        **{f"rules/{rule.id}.md": partial(render, "rule.md", rule=rule) for rule in RULES},
    }
