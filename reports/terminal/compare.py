"""What the second of two models changes, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from costlint.analyzers.finding import Finding, Saving
from costlint.reports import numbers
from costlint.reports.compare import Change, Comparison, compare
from costlint.reports.report import ModelReport
from costlint.reports.terminal.findings import where
from costlint.reports.terminal.screen import Look
from costlint.reports.terminal.totals import caveat_lines

_LABEL, _NUMBER = 22, 12
_MOST_FINDINGS = 10


def comparison_lines(
    before: ModelReport, after: ModelReport, change: Saving | None, look: Look
) -> Iterator[str]:
    """Totals, classes, findings and the ops that changed most."""
    found = compare(before, after)
    yield from look.lines(f"{before.title}", style="bold")
    yield from caveat_lines(before, look)
    yield from look.lines(f"  -> {after.title}", style="bold")
    yield from caveat_lines(after, look)
    for note in after.graph_notes:
        yield from look.lines(f"note: {note}", indent=2, style="dim")
    yield ""
    columns = f"{'first':>{_NUMBER}} {'second':>{_NUMBER}} {'change':>8}"
    yield look.paint(f"  {'':<{_LABEL}}{columns}", "dim")
    for row in found.totals:
        yield f"  {row.label:<{_LABEL}}{_numbers(row)}"
    if change is not None:
        between = numbers.span(-change.high_s, -change.low_s, like=change.saved_s)
        saved = numbers.milliseconds(-change.saved_s)
        yield from look.lines(f"latency changes by {saved} (90 % interval {between})", indent=2)
    yield ""
    yield from _findings(found, look)
    if found.ops:
        yield look.paint("  ops that changed most", "bold")
        for row in found.ops:
            yield from look.hanging(f"  {_numbers(row)}  ", row.label)


def _numbers(row: Change) -> str:
    return f"{row.before:>{_NUMBER}} {row.after:>{_NUMBER}} {row.change:>8}"


def _findings(found: Comparison, look: Look) -> Iterator[str]:
    counts = f"fixed {len(found.fixed)}, new {len(found.new)}, unchanged {len(found.unchanged)}"
    yield f"  {look.paint('findings', 'bold')}: {counts}"
    for finding in found.new[:_MOST_FINDINGS]:
        mark = look.paint(look.mark(finding.severity), finding.severity)
        yield from look.hanging(f"  new   {mark} ", _line(finding))
    for finding in found.fixed[:_MOST_FINDINGS]:
        yield from look.hanging(f"  fixed {look.paint(look.mark('ok'), 'good')} ", _line(finding))
    yield ""


def _line(finding: Finding) -> str:
    at = f" at {where(finding.ops)}" if finding.ops else ""
    saving = finding.saving
    worth = f", {numbers.milliseconds(saving.saved_s)}" if saving is not None else ""
    return f"{finding.rule} {finding.name}{worth}{at}"
