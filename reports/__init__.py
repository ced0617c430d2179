"""How a result is shown: one plain `Report` value, and a renderer for each format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from costlint.costmodel.ir.errors import OptionError

if TYPE_CHECKING:
    from costlint.reports.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """What writes a format: a module beside this one with a function `render`.

    `about` says for whom or what the format is.
    """

    module: str
    about: str


RENDERERS: Final[Mapping[str, Renderer]] = {
    "full": Renderer(module="terminal.full", about="people at a terminal; the default on a screen"),
    "concise": Renderer(
        module="as_concise",
        about="grep and editors: one line a finding, never wrapped; the default in a pipe",
    ),
    "json": Renderer(
        module="as_json", about="programs: every number, schema `costlint/1` (`costlint schema`)"
    ),
    "json-lines": Renderer(
        module="as_json_lines",
        about="programs that read line by line: models, findings, a summary",
    ),
    "csv": Renderer(module="as_csv", about="spreadsheets and data frames: one row per op"),
    "html": Renderer(
        module="html.page",
        about="one page with pictures that needs no network and cannot use one",
    ),
    "markdown": Renderer(module="as_markdown", about="comments and summaries"),
    "sarif": Renderer(module="as_sarif", about="code scanning"),
    "github": Renderer(module="as_github", about="annotations in a GitHub job, and its summary"),
    "gitlab": Renderer(module="as_gitlab", about="Code Quality"),
    "junit": Renderer(module="as_junit", about="every other CI"),
}
"""Every format by its name. The help, the settings, completion and docs/formats.md follow it."""


def render(report: Report, format_name: str) -> str:
    """`report` in a format of RENDERERS.

    Raises:
        OptionError: there is no such format.
    """
    if format_name not in RENDERERS:
        raise OptionError(
            f'unknown output format "{format_name}"',
            facts=(f"known are {', '.join(RENDERERS)}",),
            fix="--output-format json",
        )
    module = import_module(f"costlint.reports.{RENDERERS[format_name].module}")
    text: str = module.render(report)
    return text
