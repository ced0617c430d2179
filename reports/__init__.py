"""How a result is shown: one plain `Report` value, and a renderer for each format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

from costlint.costmodel.ir.errors import OptionError

if TYPE_CHECKING:
    from costlint.reports.report import Report

RENDERERS: Final[Mapping[str, str]] = {
    "full": "terminal.full",
    "concise": "as_concise",
    "json": "as_json",
    "json-lines": "as_json_lines",
    "csv": "as_csv",
    "sarif": "as_sarif",
    "github": "as_github",
    "gitlab": "as_gitlab",
    "junit": "as_junit",
    "markdown": "as_markdown",
    "html": "html.page",
}
"""Format -> the module beside this one whose `render` turns a Report into text."""


def renderer(format_name: str) -> Callable[[Report], str]:
    """The function of a format.

    Raises:
        OptionError: there is no such format.
    """
    if format_name not in RENDERERS:
        raise OptionError(
            f'unknown output format "{format_name}"',
            facts=(f"known are {', '.join(RENDERERS)}",),
            fix="--output-format json",
        )
    module = import_module(f"costlint.reports.{RENDERERS[format_name]}")
    render_report: Callable[[Report], str] = module.render
    return render_report


def render(report: Report, format_name: str) -> str:
    """`report` in a format of RENDERERS."""
    return renderer(format_name)(report)
