"""`markdown`: a status line, a table of models and devices, the findings folded; for summaries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from costlint.analyzers.finding import Finding
from costlint.reports import numbers
from costlint.reports.caveats import Caveat, caveats
from costlint.reports.compare import compare
from costlint.reports.places import advice
from costlint.reports.report import ModelReport, Report
from costlint.reports.terminal.findings import where
from costlint.reports.text import visible

MOST_BYTES: Final = 900_000
"""GitHub drops a step summary above 1 MiB as a whole."""

_MOST_FINDINGS: Final = 10
_MARKUP: Final = re.compile(r"[&<>`*_\[\]|~@#!\\$]")


def render(report: Report) -> str:
    """Starts at the third heading level; stays below the size a step summary may have."""
    text = "\n".join(_lines(report)) + "\n"
    if len(text.encode()) <= MOST_BYTES:
        return text
    kept = text.encode()[:MOST_BYTES].decode(errors="ignore")
    return kept.rpartition("\n\n")[0] + "\n\nThe rest is left out: it would be too long here.\n"


def _lines(report: Report) -> Iterator[str]:
    state = "gate passed" if report.gate.passed else "gate failed"
    yield f"### costlint: {state}, {numbers.listed(report.by_severity)}"
    yield ""
    yield from (f"- {_escaped(reason)}" for reason in report.gate.reasons)
    yield from [""] if report.gate.reasons else []
    yield "| model | device | latency | 90 % interval | all fixes | MACs | bytes | findings |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    yield from map(_row, report.models)
    yield from _caveats(report.models)
    if report.compared:
        yield from _changes(*report.models)
    for model in report.models:
        if model.open_findings:
            yield from ["", *_details(model)]


def _caveats(models: Iterable[ModelReport]) -> Iterator[str]:
    """What was assumed and what is missing, once for each model however many devices it has."""
    lines = dict.fromkeys(
        f"- {_escaped(model.path)}: {_loud(caveat)}"
        for model in models
        for caveat in caveats(model)
    )
    yield from ["", *lines] if lines else []


def _loud(caveat: Caveat) -> str:
    text = _escaped(caveat.text)
    return f"**{text}**" if caveat.is_loud else text


def _changes(before: ModelReport, after: ModelReport) -> Iterator[str]:
    found = compare(before, after)
    yield from ["", "| change | first | second | |", "|---|--:|--:|--:|"]
    for row in found.totals:
        yield f"| {row.label} | {row.before} | {row.after} | {row.change} |"
    counts = f"{len(found.fixed)} fixed, {len(found.new)} new, {len(found.unchanged)} unchanged"
    yield from ["", f"Findings: {counts}"]


def _row(model: ModelReport) -> str:
    totals = model.totals
    between = numbers.interval(totals.latency_low_s, totals.latency_high_s, like=totals.latency_s)
    saved = totals.recoverable_share
    cells = (
        _escaped(model.path),
        _escaped(model.device.name) if model.device else numbers.MISSING,
        numbers.milliseconds(totals.latency_s),
        between if totals.latency_s is not None else numbers.MISSING,
        numbers.MISSING if saved is None else numbers.change(-saved),
        _escaped(numbers.quantity(totals.macs, "")),
        _escaped(numbers.quantity(totals.bytes_accessed, "B")),
        str(len(model.open_findings)),
    )
    return f"| {' | '.join(cells)} |"


def _details(model: ModelReport) -> Iterator[str]:
    findings = model.open_findings
    yield f"<details><summary>{_escaped(model.title)}</summary>"
    yield ""
    for finding in findings[:_MOST_FINDINGS]:
        yield from _finding(finding)
    if len(findings) > _MOST_FINDINGS:
        yield f"- {len(findings) - _MOST_FINDINGS} more with smaller savings"
    yield ""
    yield "</details>"


def _finding(finding: Finding) -> Iterator[str]:
    saving = finding.saving
    saves = ""
    if saving is not None:
        around = numbers.span(saving.low_s, saving.high_s, like=saving.saved_s)
        point = numbers.milliseconds(saving.saved_s)
        saves = f", saves **{point}** ({around}), {numbers.share(saving.share)}"
    name = _escaped(f"{finding.rule} {finding.name}")
    yield f"- {finding.severity}: **{name}**{saves}  "
    at = f"{_escaped(where(finding.ops))}: " if finding.ops else ""
    yield f"  {at}{_escaped(advice(finding))}"


def _escaped(text: str) -> str:
    """`text` with no character that Markdown or HTML would act on."""
    return _MARKUP.sub(lambda found: f"&#{ord(found.group())};", visible(text))
