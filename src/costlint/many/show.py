"""A run over many models in the format that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Final

from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.output import SILENT, format_of, look, put, tell, tell_reasons, write_form
from costlint.reports.many.report import ManyReport
from costlint.reports.report import Report
from costlint.settings.options import Options

STREAMED: Final = frozenset({"json-lines", "parquet"})
"""Formats that were written while the run went on."""

_OWN: Final = {
    "concise": ("many.table", "render_concise"),
    "csv": ("many.rows", "render_csv"),
    "html": ("many.page", "render_html"),
}
_MOST_REASONS: Final = 10


def show_many(report: ManyReport, options: Options, whole: Callable[[], Report]) -> None:
    """Write the report as asked; what failed is told on stderr besides.

    Formats that have no form for many models get the `whole` report, without ops and kernels.

    Raises:
        OptionError: an unknown format, or a file that cannot be written.
    """
    for name, path in options.files.items():
        _write(report, replace(options, output_format=name, output_file=path), whole)
    if options.quiet >= SILENT:
        return
    wanted = format_of(options)
    if wanted not in STREAMED:
        _write(report, replace(options, output_format=wanted), whole)
    if wanted not in {"full", "concise"} or options.output_file:
        for failed in report.failed:
            named = failed.what if failed.path in failed.what else f"{failed.path}: {failed.what}"
            tell(CostlintError(named))
    if wanted in {"full", *_OWN, *STREAMED}:  # the others have said it
        _tell_reasons(report)


def _tell_reasons(report: ManyReport) -> None:
    tell_reasons(report.gate.reasons[:_MOST_REASONS])
    hidden = len(report.gate.reasons) - _MOST_REASONS
    if hidden > 0:
        sys.stderr.write(f"gate failed: {hidden:,} more reasons\n")


def _write(report: ManyReport, options: Options, whole: Callable[[], Report]) -> None:
    """One format into one file, or to standard output."""
    name = options.output_format or ""
    if name == "full":
        from costlint.reports.many.table import render_table

        put(render_table(report, look(options)), options.output_file)
    elif name in _OWN:
        module, function = _OWN[name]
        render: Callable[[ManyReport], str] = getattr(
            import_module(f"costlint.reports.{module}"), function
        )
        put(render(report), options.output_file)
    elif name in STREAMED:
        raise OptionError(f"{name} is written while the run goes on", fix=f"-f {name} -o FILE")
    else:
        write_form(whole(), options)
