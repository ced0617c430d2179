"""Tables of ops for the terminal: numbers first, the name last, so that a long name wraps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from costlint.reports import numbers
from costlint.reports.report import ModelReport, guidelines
from costlint.reports.rows import OpRow
from costlint.reports.terminal.screen import Look

_DEAREST = 10
_DEAREST_TIMED = 5
_NAME = 26

_UNKNOWN: Final = "?"
"""In place of what nobody knows: an op that is not costed is no free one."""


def dearest(model: ModelReport, look: Look) -> Iterator[str]:
    """The ops with the most time, or without a device with the largest share of bytes or MACs."""
    costly = [op for op in model.ops if not op.is_free and _weight(op, model) > 0]
    ranked = sorted(costly, key=lambda op: -_weight(op, model))
    ranked = ranked[: _DEAREST_TIMED if model.device else _DEAREST]
    if not ranked:
        return
    title = "dearest ops" if model.device else "dearest ops, by the larger share"
    yield look.paint(f"  {title}", "bold")
    yield from _table(ranked, model, look)
    yield ""


def every(model: ModelReport, look: Look) -> Iterator[str]:
    """Every op in the order they run."""
    yield look.paint("  every op, in order", "bold")
    yield from _table(model.ops, model, look, judged=True)
    yield ""


def statistics(model: ModelReport, look: Look) -> Iterator[str]:
    """Ops by operator and by guideline, then findings by rule."""
    yield from _by_operator(model, look)
    yield ""
    if any(op.verdicts for op in model.ops):
        yield look.paint("  by guideline", "bold")
        for guideline, title, states in guidelines(model):
            counts = ", ".join(f"{number:,} {state}" for state, number in states.items())
            yield from look.hanging(f"  {guideline}  ", f"{title}: {counts}")
        yield ""
    if model.open_findings:
        yield look.paint("  by rule", "bold")
        yield from look.tally(f"{finding.rule} {finding.name}" for finding in model.open_findings)
        yield ""


def _by_operator(model: ModelReport, look: Look) -> Iterator[str]:
    """Sums for each operator, the one that moves the most bytes first."""
    yield look.paint("  by operator", "bold")
    yield look.paint(f"  {'ops':>6} {'bytes':>8} {'':>6} {'MACs':>7} {'':>6}  operator", "dim")
    count: Counter[str] = Counter()
    moved: Counter[str] = Counter()
    macs: Counter[str] = Counter()
    for op in model.ops:
        count[op.op_type] += 1
        moved[op.op_type] += op.bytes_accessed
        macs[op.op_type] += op.macs
    for name, size in moved.most_common():
        columns = f"{_bytes_columns(size, model)} {_macs_columns(macs[name], model)}"
        yield from look.hanging(f"  {count[name]:>6,} {columns}  ", name)


def _table(
    ops: Iterable[OpRow], model: ModelReport, look: Look, *, judged: bool = False
) -> Iterator[str]:
    """A line for each op, numbers first; the name has its own line where the screen is narrow.

    `judged` adds what the guidelines say of each op.
    """
    ops = list(ops)
    most = max((op.latency_s or 0.0 for op in ops), default=0.0)
    timed = model.device is not None
    times = f"{'time':>11} {'':>6} " if timed else ""
    yield look.paint(f"  {times}{'bytes':>8} {'':>6} {'MACs':>7} {'':>6}  op", "dim")
    for op in ops:
        columns = f"{_bytes_columns(op.bytes_accessed, model)} {_macs_columns(op.macs, model)}"
        if op.why_uncosted:
            columns = f"{_UNKNOWN:>8} {'':>6} {_UNKNOWN:>7} {'':>6}"
        head = f"  {_time_columns(op, model, most) if timed else ''}{columns}  "
        if look.columns - len(head) >= _NAME:
            yield from look.hanging(head, _label(op))
        else:
            yield head.rstrip()
            yield from look.hanging("    ", _label(op))
        if judged and op.verdicts:
            yield from look.lines(_behind(op), indent=4, style="dim")
            yield from look.lines(_verdicts(op), indent=4, style="dim")


def _behind(op: OpRow) -> str:
    """What the verdicts rest on: `conv, memory-bound, 12.8 M flop, 1.61 M elements moved`."""
    bound, least = op.analysis.get("bound"), op.analysis.get("g1_bound_elements")
    parts = [op.op_class] + ([f"{bound}-bound"] if bound and not op.fused_into else [])
    parts += [f"{numbers.quantity(op.flop, '')} flop"] if op.flop else []
    parts.append(f"{numbers.quantity(op.memory_access_elements, '')} elements moved")
    parts += [f"{numbers.quantity(least, '')} at least (G1)"] if least is not None else []
    return ", ".join(parts)


def _verdicts(op: OpRow) -> str:
    """The verdicts in words: `G1 violated (1:6), G2 fine (1 group); not applicable: G4`."""
    told = ", ".join(
        f"{v.guideline} {v.state}" + (f" ({v.meaning})" if v.meaning else "")
        for v in op.verdicts
        if v.state != "not applicable"
    )
    without = [v.guideline for v in op.verdicts if v.state == "not applicable"]
    rest = f"not applicable: {', '.join(without)}" if without else ""
    return "; ".join(part for part in (told, rest) if part)


def _label(op: OpRow) -> str:
    """The op's name, with its operator where the name does not contain it."""
    return op.name if op.op_type in op.name.rpartition("/")[2] else f"{op.name} ({op.op_type})"


def _weight(op: OpRow, model: ModelReport) -> float:
    if model.device:
        return model.cost(op)
    of_bytes = numbers.ratio(op.bytes_accessed, model.totals.bytes_accessed) or 0.0
    return max(of_bytes, numbers.ratio(op.macs, model.totals.macs) or 0.0)


def _time_columns(op: OpRow, model: ModelReport, most: float) -> str:
    if op.fused_into:
        return f"{'fused':>11} {'':>6} "
    if op.why_uncosted:
        return f"{_UNKNOWN:>11} {'':>6} "
    time = numbers.milliseconds(op.latency_s, like=most)
    part = numbers.ratio(op.latency_s, model.totals.latency_s)
    return f"{time:>11} {numbers.share(part):>6} "


def _bytes_columns(moved: float, model: ModelReport) -> str:
    part = numbers.ratio(moved, model.totals.bytes_accessed)
    return f"{numbers.quantity(moved, 'B'):>8} {numbers.share(part):>6}"


def _macs_columns(macs: float, model: ModelReport) -> str:
    if not macs:
        return f"{numbers.MISSING:>7} {'':>6}"
    part = numbers.ratio(macs, model.totals.macs)
    return f"{numbers.quantity(macs, ''):>7} {numbers.share(part):>6}"
