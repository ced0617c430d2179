"""Writes the generated pages of this folder. Run by `make docs`; a test fails when one is stale."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs import (
    architecture,
    configuration_page,
    corpus_counts,
    examples,
    findings_page,
    operators,
    parts,
    profiles_page,
    rule_pages,
)

FOLDER = Path(__file__).parent

# File name -> the function that returns its text. A new generated page is one line here and most
# often a template, a new generated part of a page one line in parts.py.
PAGES: dict[str, Callable[[], str]] = {
    "architecture.md": architecture.page,
    "architecture.svg": architecture.picture,
    "configuration.md": configuration_page.page,
    "counts.md": corpus_counts.page,
    "../examples/counts.json": examples.counts_table,
    "examples.md": examples.page,
    "operators.md": operators.page,
    "findings.md": findings_page.page,
    "profiles.md": profiles_page.page,
    **parts.pages(),
    **rule_pages.pages(),
}


def stale() -> list[str]:
    """Names of the pages whose text is not what their function returns now."""
    return [name for name, text in PAGES.items() if _on_disk(name) != text()]


def _on_disk(name: str) -> str | None:
    page = FOLDER / name
    return page.read_text(encoding="utf-8") if page.exists() else None


def main() -> None:
    """Rewrite what is stale."""
    for name in stale():
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
