"""Pages as text: a template in `templates`, with what the code knows filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - Markdown, of our own words
    keep_trailing_newline=True,
    trim_blocks=True,
)


def render(page: str, **values: Any) -> str:
    """The text of `page`, for instance `counts.md`, with the values that its template names."""
    return _TEMPLATES.get_template(f"{page}.j2").render(values)
