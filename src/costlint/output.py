"""Where a report goes: which format, how wide, with colour or not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.reports.report import UNUSED, Report
from costlint.reports.terminal.screen import Look
from costlint.reports.text import visible
from costlint.settings.options import Options

DEFAULT_COLUMNS: Final = 80
SAY_VERDICT: Final = ("full", "github")
HAVE_DIGEST: Final = frozenset({"json", "json-lines", "html"})
SILENT: Final = 2
"""As many `-q` leave the exit code and nothing else."""


def write(report: Report, options: Options) -> None:
    """Write `report` as asked; `full` on a screen, `concise` in a pipe, unless told otherwise.

    What a form without a verdict leaves out, the gate's reasons and notes, goes to stderr.

    Raises:
        OptionError: an unknown format, or a file that cannot be written.
    """
    from costlint.reports import render

    for name, path in options.files.items():
        put(render(report, name), path)
    if options.quiet < SILENT:
        write_form(report, options)


def write_form(report: Report, options: Options) -> None:
    """Write `report` in its one form, to the output file or the screen."""
    from costlint.reports import render

    wanted = format_of(options)
    if wanted == "full":
        from costlint.reports.terminal.full import render as render_full

        text = render_full(report, look(options))
    elif wanted == "concise" and options.quiet and not report.compared:
        text = render(_with_findings(report), wanted)
    else:
        text = render(report, wanted)
    put(text, options.output_file)
    if wanted == "github":
        step_summary(lambda: render(report, "markdown"))
    if wanted not in SAY_VERDICT or options.output_file:
        _tell_verdict(report)


def format_of(options: Options) -> str:
    """The format that is written."""
    to_screen = options.output_file is None and sys.stdout.isatty()
    asks_more = (
        options.per_layer or options.statistics or options.show_fused
    )  # only `full` has them
    usual = "full" if to_screen or asks_more else "concise"
    wanted = options.output_format or usual
    return "concise" if options.quiet and wanted == "full" else wanted


def shows_digest(options: Options) -> bool:
    """Whether anything written has the model's SHA-256, for which all its weights are read."""
    return not HAVE_DIGEST.isdisjoint({*options.files, format_of(options)})


def _with_findings(report: Report) -> Report:
    return replace(report, models=tuple(model for model in report.models if model.open_findings))


def _tell_verdict(report: Report) -> None:
    """Why the gate failed, and ignores that ignore nothing: in a pipe nobody would see it."""
    for model in report.models:
        for note in model.notes:
            if note.startswith(UNUSED):
                warn(f"{model.title}: {note}")
    tell_reasons(report.gate.reasons)


def tell_reasons(reasons: Iterable[str]) -> None:
    """A line on stderr for each reason why the gate failed."""
    for reason in reasons:
        sys.stderr.write(f"gate failed: {visible(reason)}\n")


def warn(text: str) -> None:
    """A line on stderr about something that does not stop the run."""
    sys.stderr.write(f"warning: {visible(text)}\n")


def look(options: Options) -> Look:
    """How to print on this screen, or into this file."""
    stream = None if options.output_file else sys.stdout
    return Look(
        width=options.width or shutil.get_terminal_size((DEFAULT_COLUMNS, 24)).columns,
        color=colored(options.color, stream),
        unicode=_unicode(stream),
        per_op=options.per_layer,
        statistics=options.statistics,
        show_fused=options.show_fused,
        max_findings=options.max_findings,
    )


def tell(error: CostlintError, stream: TextIO | None = None) -> None:
    """Print what is wrong, the facts and the fix; control characters stay visible text."""
    first, *rest = str(error).split("\n")
    lines = [f"error: {visible(first)}", *map(visible, rest)]
    print("\n".join(lines), file=stream or sys.stderr)


def step_summary(markdown: Callable[[], str]) -> None:
    """Append Markdown to the page of a GitHub job, where there is one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(markdown())


def put(text: str, output_file: str | None) -> None:
    """Write `text` to the file, or to standard output. OptionError where that fails."""
    with writing(output_file):
        if output_file is None:
            encoding = sys.stdout.encoding or "utf-8"
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
            sys.stdout.flush()
        else:
            Path(output_file).write_text(text, encoding="utf-8", errors="backslashreplace")


@contextmanager
def writing(path: str | Path | None) -> Iterator[None]:
    """Say which file it was where writing one fails; None is standard output.

    Raises:
        OptionError: it cannot be written.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        where = repr(str(path)) if path else "the output"
        raise OptionError(f"cannot write {where}: {error.strerror or error}") from error


def colored(wish: str, stream: TextIO | None) -> bool:
    """Whether there is colour on `stream` (None is a file) where `--color` says `wish`."""
    return wish == "always" or (wish == "auto" and _color(stream))


def _color(stream: TextIO | None) -> bool:
    """NO_COLOR wins, then the variables that force colour (GitHub shows it), then the screen."""
    set_variables = {name for name in os.environ if os.environ[name] not in ("", "0")}
    if stream is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(set_variables & {"FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS"}) or (
        stream.isatty()
    )


def _unicode(stream: TextIO | None) -> bool:
    """Whether the screen's encoding has the marks and bars."""
    if stream is None:
        return True
    try:
        "✖█✓".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
