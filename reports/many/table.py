"""`full` and `concise` for many models: sums, then the worst ones; or one line for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from costlint.reports import numbers
from costlint.reports.as_concise import caveat_lines, finding_lines
from costlint.reports.many.report import ManyEntry, ManyReport
from costlint.reports.report import SEVERITIES
from costlint.reports.terminal.screen import Look
from costlint.reports.terminal.totals import one_caveat
from costlint.reports.text import cells, pad, visible

_GAP: Final = 2
_NARROWEST_NAME: Final = 12
_MOST_FAILED: Final = 10
_MOST_NAMES: Final = 4


def render_table(report: ManyReport, look: Look) -> str:
    """Sums, findings by rule, the worst models, what became slower, what failed, the caveats."""
    most = look.max_findings or len(report.entries)
    lines = [
        *_head(report, look),
        *_rules(report, look),
        *_worst(report, look, most),
        *_regressions(report, look, most),
        *_failed(report, look),
        *_caveats(report, look),
    ]
    return "".join(f"{line}\n" for line in lines)


def render_concise(report: ManyReport) -> str:
    """Caveats, then one line a finding, or a model that has none; what failed at the end."""
    lines: list[str] = []
    told: set[str] = set()
    for entry in report.entries:
        lines += caveat_lines(entry.report, told)
        lines += finding_lines(entry.report) or [visible(_line(entry))]
    lines += [f"{visible(failed.path)}: failed: {visible(failed.what)}" for failed in report.failed]
    return "".join(f"{line}\n" for line in lines)


def _line(entry: ManyEntry) -> str:
    model, totals = entry.report, entry.report.totals
    counts = (
        f"{numbers.quantity(totals.macs, 'MACs')}, {numbers.plural(entry.op_count, 'op')}, "
        f"coverage {numbers.share(totals.coverage)}"
    )
    if model.device is None:
        return f"{model.path}: {counts}"
    time = numbers.milliseconds(totals.latency_s)
    return f"{model.path}: ok: no findings on {model.device.name}: predicted {time}, {counts}"


def _head(report: ManyReport, look: Look) -> Iterator[str]:
    found = ", ".join(numbers.plural(report.count(severity), severity) for severity in SEVERITIES)
    title = numbers.plural(report.models, "model")
    if len(report.devices) == 1:
        title += f" on {look.clean(report.devices[0])}"
    elif report.devices:
        title += f" on {numbers.plural(len(report.devices), 'device')}"
    yield look.paint(title, "bold") + (f", {len(report.failed)} failed" if report.failed else "")
    if report.with_assumed_sizes:
        many = numbers.plural(report.with_assumed_sizes, "model")
        text = f"{look.mark('warning')} {many} at sizes that were assumed: see below"
        yield look.paint(f"  {text}", "warning")
    times = sorted(e.report.totals.latency_s or 0.0 for e in report.entries if e.report.device)
    if times:
        middle = numbers.milliseconds(times[len(times) // 2])
        ends = numbers.interval(times[0], times[-1], like=times[len(times) // 2])
        yield from look.field("predicted", middle, f"median, {ends}")
    yield from look.field("findings", found, "")
    yield ""


def _rules(report: ManyReport, look: Look) -> Iterator[str]:
    if not report.rules:
        return
    table = [("rule", "findings", "models")]
    table += [
        (look.clean(f"{row.rule} {row.name}"), f"{row.findings:,}", f"{row.models:,}")
        for row in report.rules
    ]
    yield from _columns(table, look, headed=True)
    yield ""


def _worst(report: ManyReport, look: Look, most: int) -> Iterator[str]:
    several = len(report.devices) > 1
    table = [("worst first", "latency", "all fixes", "MACs", "findings")]
    for entry in islice(report.worst_first, most):
        totals = entry.report.totals
        device = f" on {entry.report.device.name}" if several and entry.report.device else ""
        found = entry.report.open_findings
        table.append(
            (
                look.clean(f"{entry.name}{device}"),
                numbers.milliseconds(totals.latency_s),
                numbers.milliseconds(totals.latency_after_fixes_s, like=totals.latency_s),
                numbers.quantity(totals.macs, ""),
                f"{len(found)} {entry.worst}".rstrip() if found else "none",
            )
        )
    yield from _columns(table, look, headed=True)
    hidden = len(report.entries) - most
    if hidden > 0:
        yield look.paint(f"  and {hidden:,} more (--max-findings 0 shows all)", "dim")
    yield ""


def _regressions(report: ManyReport, look: Look, most: int) -> Iterator[str]:
    if not report.against:
        return
    known = [change for change in report.changes if change.share is not None]
    slower = report.regressions
    text = f"against {look.clean(report.against)}: {len(known):,} compared, {len(slower):,} slower"
    yield from look.lines(text)
    table = [
        (
            look.clean(c.name),
            numbers.milliseconds(c.before_s),
            numbers.milliseconds(c.after_s, like=c.before_s),
            numbers.change(c.share or 0.0),
        )
        for c in islice(slower, most)
    ]
    yield from _columns(table, look)
    yield ""


def _failed(report: ManyReport, look: Look) -> Iterator[str]:
    for failed in islice(report.failed, _MOST_FAILED):
        mark = look.mark("error")
        yield from look.lines(f"{mark} {look.clean(failed.name)}: {look.clean(failed.what)}")
    hidden = len(report.failed) - _MOST_FAILED
    if hidden > 0:
        yield look.paint(f"  and {hidden:,} more", "dim")


def _caveats(report: ManyReport, look: Look) -> Iterator[str]:
    """Each caveat once, with the models that it holds for."""
    if not report.caveats:
        return
    if report.failed:
        yield ""
    for caveat, names in islice(report.caveats.items(), _MOST_FAILED):
        yield from one_caveat(caveat, look)
        shown = ", ".join(map(look.clean, names[:_MOST_NAMES]))
        hidden = len(names) - _MOST_NAMES
        more = f" and {hidden:,} more" if hidden > 0 else ""
        yield from look.lines(f"{shown}{more}", indent=4)
    hidden = len(report.caveats) - _MOST_FAILED
    if hidden > 0:
        yield look.paint(f"  and {hidden:,} more (-f concise shows all)", "dim")


def _columns(
    table: Sequence[tuple[str, ...]], look: Look, *, headed: bool = False
) -> Iterator[str]:
    """Aligned columns; a first cell that is too long stands on a line of its own."""
    if not table:
        return
    widths = [max(cells(row[at]) for row in table) for at in range(1, len(table[0]))]
    room = look.columns - 2 - sum(widths) - _GAP * len(widths)
    room = max(min(max(cells(row[0]) for row in table), room), _NARROWEST_NAME)
    for place, row in enumerate(table):
        rest = "".join(
            " " * (_GAP + width - cells(cell)) + cell
            for cell, width in zip(row[1:], widths, strict=True)
        )
        first = row[0]
        if cells(first) > room:
            yield from look.lines(first, indent=2)
            first = ""
        line = f"  {pad(first, room)}{rest}".rstrip()
        yield look.paint(line, "dim") if headed and place == 0 else line
