"""`concise`: one line a finding, or a model that has none; for grep and editors.

Before them stand the caveats of a model, a line each, once however many devices there are.
"""

from __future__ import annotations

from collections.abc import Iterator

from costlint.analyzers.finding import Finding
from costlint.reports import numbers
from costlint.reports.caveats import Caveat, caveats
from costlint.reports.report import ModelReport, Report
from costlint.reports.terminal.findings import where
from costlint.reports.text import visible


def render(report: Report) -> str:
    """Lines that never wrap; their form is stable within a major version."""
    lines = []
    told: set[str] = set()
    for model in report.models:
        lines += caveat_lines(model, told)
        lines += _model(model)
    if report.compared:
        lines.append(visible(_change(*report.models)))
    return "".join(f"{line}\n" for line in lines)


def caveat_lines(model: ModelReport, told: set[str]) -> list[str]:
    """`MODEL: assumed: ...`, a line for each caveat that was not `told`, and then is."""
    lines = [visible(f"{model.path}: {_prefixed(one)}") for one in caveats(model)]
    fresh = [line for line in dict.fromkeys(lines) if line not in told]
    told.update(fresh)
    return fresh


def _prefixed(caveat: Caveat) -> str:
    return f"note: {caveat.text}" if caveat.kind == "note" else caveat.text


def _model(model: ModelReport) -> Iterator[str]:
    yield from finding_lines(model) or [visible(summary(model))]


def finding_lines(model: ModelReport) -> list[str]:
    """A line for each open finding."""
    return [visible(_finding(finding, model)) for finding in model.open_findings]


def _finding(finding: Finding, model: ModelReport) -> str:
    saving = finding.saving
    saves = ""
    if saving is not None:
        point = numbers.milliseconds(saving.saved_s)
        around = numbers.span(saving.low_s, saving.high_s, like=saving.saved_s)
        saves = f" saves {point} [{around.replace(' to ', ', ')}] {numbers.share(saving.share)}"
    at = f" at {where(finding.ops)}" if finding.ops else ""
    device = f" on {model.device.name}" if model.device else ""
    what = f"{finding.severity}: {finding.rule}{saves}{at}{device}"
    return f"{model.path}: {what}: {finding.message}"


def _change(before: ModelReport, after: ModelReport) -> str:
    from costlint.reports.compare import compare

    found = compare(before, after)
    total = found.totals[0]
    return (
        f"{after.title} against {before.title}: {total.label} {total.before} to {total.after} "
        f"({total.change}), findings: {len(found.new)} new, {len(found.fixed)} fixed"
    )


def summary(model: ModelReport) -> str:
    """One line on a model: what it costs, and the latency where there is a device."""
    totals = model.totals
    counts = (
        f"{numbers.quantity(totals.macs, 'MACs')}, "
        f"{numbers.quantity(totals.bytes_accessed, 'B')} accessed, "
        f"{numbers.quantity(totals.parameters, '')} parameters, "
        f"peak activations {numbers.quantity(totals.peak_activation_bytes, 'B')}, "
        f"{numbers.plural(len(model.ops), 'op')}, coverage {numbers.share(totals.coverage)}"
    )
    if model.device is None:
        return f"{model.path}: {counts}"
    between = numbers.interval(totals.latency_low_s, totals.latency_high_s, like=totals.latency_s)
    time = f"{numbers.milliseconds(totals.latency_s)} ({between})"
    found, suppressed = len(model.open_findings), len(model.suppressed_findings)
    verdict = numbers.plural(found, "finding") if found else "ok: no findings"
    verdict += f" ({suppressed} suppressed)" if suppressed else ""
    verdict = f"{verdict} on {model.device.name}: " if model.analyzed else f"{model.device.name}: "
    return f"{model.path}: {verdict}predicted {time}, {counts}"
