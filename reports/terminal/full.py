"""`full`: what a person at a terminal reads, at any width from 40 columns."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from costlint.reports import numbers
from costlint.reports.report import ModelReport, Report
from costlint.reports.terminal import op_tables, totals
from costlint.reports.terminal.compare import comparison_lines
from costlint.reports.terminal.findings import finding_lines, fused_lines
from costlint.reports.terminal.screen import Look


def render(report: Report, look: Look | None = None) -> str:
    """The whole report as text; without a `look` 80 columns and no colour."""
    look = look or Look()
    lines: list[str] = []
    if report.compared and len(report.models) == 2:
        lines += [*comparison_lines(*report.models, report.change, look), ""]
    else:
        for model in report.models:
            lines += [*_model(model, look), ""]
        if len(report.models) > 1:
            lines += [*_overview(report, look), ""]
    if any(model.analyzed for model in report.models):
        lines += _verdict(report, look)
    return "\n".join(lines).rstrip("\n") + "\n"


def _model(model: ModelReport, look: Look) -> Iterator[str]:
    yield from totals.headline(model, look)
    yield from totals.caveat_lines(model, look)
    if not all(
        numbers.is_number(size) for op in model.ops for size in (op.macs, op.bytes_accessed)
    ):
        yield from totals.closed_forms(model.totals, look)
        yield ""
    else:
        timed, plain = (
            (totals.predicted, totals.time_by_class),
            (totals.counted, totals.bytes_by_class),
        )
        for part in timed if model.device else plain:
            yield from part(model, look)
            yield ""
        if model.analyzed:
            yield from finding_lines(model, look)
        yield from op_tables.every(model, look) if look.per_op else op_tables.dearest(model, look)
        if look.statistics:
            yield from op_tables.statistics(model, look)
    yield from fused_lines(model, look)
    for note in model.notes:
        yield from look.lines(f"note: {note}", indent=2, style="dim")


def _overview(report: Report, look: Look) -> Iterator[str]:
    """Several models and devices, one line each."""
    yield look.paint(f"  {'latency':>11} {'MACs':>8} {'bytes':>8} {'findings':>8}  model", "dim")
    for model in report.models:
        whole = model.totals
        cells = (
            f"{numbers.milliseconds(whole.latency_s, rough=model.rough):>11}",
            f"{numbers.quantity(whole.macs, ''):>8}",
            f"{numbers.quantity(whole.bytes_accessed, 'B'):>8}",
            f"{len(model.open_findings) if model.analyzed else numbers.MISSING:>8}",
        )
        yield from look.hanging(f"  {' '.join(cells)}  ", model.title)


def _verdict(report: Report, look: Look) -> Iterator[str]:
    gate = report.gate
    counts = numbers.listed(report.by_severity)
    state = "gate passed" if gate.passed else "gate failed"
    mark = look.mark("ok" if gate.passed else "error")
    head = look.paint(f"{mark} {state}", "good" if gate.passed else "bad")
    yield from look.hanging(f"{head}: ", f"{counts} (fail-on = {gate.fail_on})")
    if gate.reasons:
        yield from look.lines("; ".join(gate.reasons), indent=2)
    rules = [f.rule for model in report.models for f in model.open_findings]
    path = shlex.quote(look.clean(report.models[0].path))
    if rules:
        yield look.paint("  why    ", "dim") + f"costlint explain {rules[0]}"
        yield from look.hanging("  report ", f"costlint report {path} --view")
