"""The generated parts of pages that are written by hand: tables and lists that the code knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from costlint.costmodel.devices.terms import TERMS
from costlint.costmodel.runtimes.fusion import RULE_SETS, runtimes
from costlint.reports import RENDERERS
from docs.architecture import holds
from docs.rooms import ALLOWED, FILES, part_of


def folders() -> str:
    """The parts of the package, and which of them each may import."""
    rows = ["| folder | imported as | holds | may import |", "|---|---|---|---|"]
    for part, allowed in ALLOWED.items():
        package = "costlint" if part == "src/costlint" else f"costlint.{part}"
        others = ", ".join(f"`{other}`" for other in ALLOWED if other in allowed)
        text = holds([file for file in FILES if part_of(file) == part])
        rows.append(f"| `{part}/` | `{package}` | {text} | {others} |")
    return "\n".join(rows)


def terms() -> str:
    """Every term of the latency model with its key in a profile."""
    rows = [f"| {term.part} | `{term.key}` | {term.doc} |" for term in TERMS]
    return "\n".join(["| part | key in the profile | what is counted |", "|---|---|---|", *rows])


def formats() -> str:
    """Every output format."""
    rows = [f"| `{name}` | {renderer.about} |" for name, renderer in RENDERERS.items()]
    return "\n".join(["| `-f` | for |", "|---|---|", *rows])


def rule_sets() -> str:
    """The names of the fusion rules, each with the words of a runtime's text that mean it."""
    words = {name: [w for w, meant in runtimes().items() if meant == name] for name in RULE_SETS}
    return "\n".join(
        f"- `{name}`{': ' if words[name] else ''}{', '.join(words[name])}" for name in RULE_SETS
    )


PARTS: Final[Mapping[str, tuple[str, Callable[[], str]]]] = {
    "../CONTRIBUTING.md": ("folders", folders),
    "calibrate.md": ("rule-sets", rule_sets),
    "formats.md": ("formats", formats),
    "latency.md": ("terms", terms),
}
"""Page -> the name of its generated part between `begin` and `end`, and what writes it."""


def pages() -> dict[str, Callable[[], str]]:
    """Every page with a generated part, by its name in the folder."""
    return {name: partial(page, name) for name in PARTS}


def page(name: str) -> str:
    """The page as it is on disk, its generated part anew."""
    part, text = PARTS[name]
    pattern = rf"(<!-- begin {part}[^\n]*-->\n).*(<!-- end {part} -->)"
    on_disk = (Path(__file__).parent / name).read_text("utf-8")
    made, count = re.subn(pattern, lambda m: f"{m[1]}{text()}\n{m[2]}", on_disk, flags=re.DOTALL)
    if count != 1:
        msg = f"docs/{name} has no lines `begin {part}` and `end {part}`"
        raise ValueError(msg)
    return made
