"""Findings as blocks of two or three lines: what and how much, where, why and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costlint.analyzers.finding import Finding
from costlint.reports import numbers
from costlint.reports.report import ModelReport
from costlint.reports.terminal.screen import Look
from costlint.reports.text import cells, shortened, wrap

_INDENT = 10
_LEAST_GAP = 2
_MOST_NAMES = 4


def finding_lines(model: ModelReport, look: Look) -> Iterator[str]:
    """Every open finding, largest saving first, then what was left out and what is suppressed."""
    findings = model.open_findings
    most = look.max_findings or len(findings)
    for finding in findings[:most]:
        yield from _finding(finding, look, rough=model.rough)
    if not findings:
        yield f"{look.paint(look.mark('ok'), 'good')} no findings"
    yield ""
    if len(findings) > most:
        yield f"  {len(findings) - most} more: --max-findings 0 shows them"
    yield from _suppressed(model, look)
    yield from _how_to_read(findings[:most], look)


def _suppressed(model: ModelReport, look: Look) -> Iterator[str]:
    """How many findings are suppressed, by reason."""
    found = model.suppressed_findings
    if found:
        yield f"  {numbers.plural(len(found), 'finding')} suppressed:"
        reasons = (shortened(finding.why_suppressed) for finding in found)
        yield from look.tally(reasons, look.max_findings or None)
        yield ""


def _how_to_read(findings: Sequence[Finding], look: Look) -> Iterator[str]:
    """What to know of the savings, once for all of them."""
    if any(f.saving is not None and f.saving.low_s <= 0 for f in findings):
        text = "Where an interval reaches 0, measure before you act."
        yield from look.lines(text, indent=2, style="dim")
    if sum(f.saving is not None for f in findings) > 1:
        text = 'Savings overlap: "with all fixes" is predicted anew, not summed.'
        yield from look.lines(text, indent=2, style="dim")
        yield ""


def _finding(finding: Finding, look: Look, *, rough: bool) -> Iterator[str]:
    yield from _headline(finding, look, rough=rough)
    if finding.ops:
        yield from look.lines(where(finding.ops), indent=_INDENT)
    yield from look.lines(finding.message, indent=_INDENT, style="dim")
    if finding.fix:
        yield from look.lines(f"Fix: {finding.fix}", indent=_INDENT, style="dim")


def _headline(finding: Finding, look: Look, *, rough: bool) -> list[str]:
    """Mark, severity, rule and name; the saving at the right end or on a second line."""
    severity, saving = finding.severity, finding.saving
    label = f"{look.mark(severity)} {severity:<7} "
    name, *more = wrap(look.clean(f"{finding.rule} {finding.name}"), look.columns - cells(label))
    head = look.paint(label, severity) + look.paint(name, "bold")
    lines = [head, *(" " * _INDENT + look.paint(line, "bold") for line in more)]
    if saving is None:
        return lines
    point = numbers.milliseconds(saving.saved_s, rough=rough)
    around = numbers.span(saving.low_s, saving.high_s, like=saving.saved_s, rough=rough)
    around = f"({around})  {numbers.share(saving.share)}"
    text = f"saves {look.paint(point, 'bold')} {look.paint(around, 'dim')}"
    gap = look.prose - cells(f"{label}{name}saves {point} {around}")
    if _INDENT + cells(f"saves {point} {around}") > look.columns:
        ends = (f"saves {look.paint(point, 'bold')}", look.paint(around, "dim"))
        return [*lines, *(" " * _INDENT + line for line in ends)]
    if more or gap < _LEAST_GAP:
        return [*lines, " " * _INDENT + text]
    return [head + " " * gap + text]


def where(ops: Sequence[str]) -> str:
    """`/features/features.2: conv.0/Conv, conv.2/Conv (2 ops)`: the shared part, then the rest."""
    if len(ops) == 1:
        return ops[0]
    split = [name.split("/") for name in ops]
    shared = 0
    while all(len(parts) > shared + 1 and parts[shared] == split[0][shared] for parts in split):
        shared += 1
    prefix = "/".join(split[0][:shared])
    # A name is shown as an ignore would have to spell it: a leading slash alone is not shared.
    names = ["/".join(parts[shared:]) for parts in split] if prefix else ops
    listed = ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
    return f"{prefix}: {listed} ({len(ops)} ops)" if prefix else f"{listed} ({len(ops)} ops)"


def fused_lines(model: ModelReport, look: Look) -> Iterator[str]:
    """The ops that the runtime fuses into others and that so cost nothing."""
    fused = [op for op in model.ops if op.fused_into]
    if not fused:
        return
    none = numbers.milliseconds(0.0, like=model.totals.latency_s)
    text = f"{numbers.plural(len(fused), 'op')} fused into others on this device, {none}"
    text += " of their own" + (":" if look.show_fused else " (--show-fused)")
    yield from look.lines(text, indent=2, style="dim")
    if look.show_fused:
        for op in fused:
            yield from look.lines(f"{op.name} in {op.fused_into}", indent=4)
