"""Ignores that cover nothing, judged over all models and devices of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from costlint.reports.report import UNUSED, ModelReport


def judged_together(entries: Iterable[ModelReport]) -> tuple[ModelReport, ...]:
    """`entries`; an unused ignore is noted once, and not at all where another entry uses it."""
    given = tuple(entries)
    known = {f"{UNUSED}{ignore}" for entry in given for ignore in entry.used_ignores}
    judged = []
    for entry in given:
        notes = tuple(n for n in entry.notes if n not in known or not n.startswith(UNUSED))
        known.update(notes)
        judged.append(replace(entry, notes=notes))
    return tuple(judged)
