"""A run over many models in the format that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Final

from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.output import SILENT, Show, format_of, look, put, tell, write
from costlint.reports.many.report import ManyReport
from costlint.reports.report import Report
from costlint.reports.text import visible
from costlint.run import rule_rows
from costlint.unused import judged_together

STREAMED: Final = frozenset({"json-lines", "parquet"})
"""Formats that were written while the run went on."""

_OWN: Final = {
    "concise": ("many.table", "render_concise"),
    "csv": ("many.rows", "render_csv"),
    "html": ("many.page", "render_html"),
}
_MOST_REASONS: Final = 10


def show_many(report: ManyReport, show: Show) -> None:
    """Write the report as asked; what failed is told on stderr besides.

    Formats that have no form for many models get all entries, which have no ops and no kernels.

    Raises:
        OptionError: an unknown format, or a file that cannot be written.
    """
    for name, path in show.streams.items():
        if path is not None:
            _write(report, replace(show, output_format=name, output_file=path))
    if show.quiet >= SILENT:
        return
    wanted = format_of(show)
    if wanted not in STREAMED:
        _write(report, replace(show, output_format=wanted))
    if wanted not in {"full", "concise"} or show.output_file:
        for failed in report.failed:
            named = failed.what if failed.path in failed.what else f"{failed.path}: {failed.what}"
            tell(CostlintError(named))
    if wanted in {"full", *_OWN, *STREAMED}:  # the others have said it
        _tell_reasons(report)


def _tell_reasons(report: ManyReport) -> None:
    for reason in report.gate.reasons[:_MOST_REASONS]:
        sys.stderr.write(f"gate failed: {visible(reason)}\n")
    hidden = len(report.gate.reasons) - _MOST_REASONS
    if hidden > 0:
        sys.stderr.write(f"gate failed: {hidden:,} more reasons\n")


def _write(report: ManyReport, show: Show) -> None:
    """One format into one file, or to standard output."""
    name = show.output_format or ""
    if name == "full":
        from costlint.reports.many.table import render_table

        put(render_table(report, look(show)), show.output_file)
    elif name in _OWN:
        module, function = _OWN[name]
        render: Callable[[ManyReport], str] = getattr(
            import_module(f"costlint.reports.{module}"), function
        )
        put(render(report), show.output_file)
    elif name in STREAMED:
        raise OptionError(f"{name} is written while the run goes on", fix=f"-f {name} -o FILE")
    else:
        write(_whole(report), replace(show, streams={}))


def _whole(report: ManyReport) -> Report:
    entries = judged_together(entry.report for entry in report.entries)
    return Report(
        tool_version=report.tool_version,
        models=entries,
        gate=report.gate,
        rules=rule_rows(entries),
        command=report.command,
        date=report.date,
    )
