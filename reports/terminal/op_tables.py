"""Tables of ops for the terminal: numbers first, the name last, so that a long name wraps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from costlint.reports import numbers
from costlint.reports.report import ModelReport, guidelines
from costlint.reports.rows import OpRow
from costlint.reports.terminal.screen import Look

_DEAREST = 10
_DEAREST_TIMED = 5
_NAME = 26


def dearest(model: ModelReport, look: Look) -> Iterator[str]:
    """The ops with the most time; without a device the largest share of bytes or of MACs."""
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
    """Ops by operator, then findings by rule."""
    yield look.paint("  by operator", "bold")
    yield look.paint(f"  {'ops':>6} {'bytes':>8} {'':>6} {'MACs':>7} {'':>6}  operator", "dim")
    groups: dict[str, list[OpRow]] = {}
    for op in model.ops:
        groups.setdefault(op.op_type, []).append(op)
    for op_type, ops in sorted(groups.items(), key=lambda item: -sum(map(_bytes, item[1]))):
        moved, macs = sum(map(_bytes, ops)), sum(op.macs for op in ops)
        head = f"  {len(ops):>6,} {_bytes_columns(moved, model)} {_macs_columns(macs, model)}  "
        yield from look.hanging(head, op_type)
    yield ""
    if any(op.verdicts for op in model.ops):
        yield look.paint("  by guideline", "bold")
        for guideline, title, states in guidelines(model):
            counts = ", ".join(f"{number:,} {state}" for state, number in states.items())
            yield from look.hanging(f"  {guideline}  ", f"{title}: {counts}")
        yield ""
    rules = Counter((f.rule, f.name) for f in model.open_findings)
    if rules:
        yield look.paint("  by rule", "bold")
        for (rule, name), number in rules.most_common():
            yield from look.hanging(f"  {number:>6,}  ", f"{rule} {name}")
        yield ""


def uncosted(model: ModelReport, look: Look) -> Iterator[str]:
    """The ops whose cost nobody knows, by reason."""
    if not model.uncosted:
        return
    label = f"{look.mark('warning')} {numbers.plural(len(model.uncosted), 'op')} not costed"
    yield f"  {look.paint(label, 'warning')}, not in the totals:"
    for reason, number in Counter(op.why_uncosted for op in model.uncosted).most_common():
        yield from look.hanging(f"  {number:>6,}  ", reason)


def _table(
    ops: Iterable[OpRow], model: ModelReport, look: Look, *, judged: bool = False
) -> Iterator[str]:
    """Numbers, then the op; on a line of its own where too few columns are left for it."""
    ops = list(ops)
    most = max((op.latency_s or 0.0 for op in ops), default=0.0)
    timed = model.device is not None
    times = f"{'time':>11} {'':>6} " if timed else ""
    yield look.paint(f"  {times}{'bytes':>8} {'':>6} {'MACs':>7} {'':>6}  op", "dim")
    for op in ops:
        columns = f"{_bytes_columns(op.bytes_accessed, model)} {_macs_columns(op.macs, model)}"
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
    """`conv, memory-bound, 12.8 M flop, 1.61 M elements moved, 1.21 M at least`."""
    bound, least = op.analysis.get("bound"), op.analysis.get("g1_bound_elements")
    parts = [op.op_class] + ([f"{bound}-bound"] if bound and not op.fused_into else [])
    parts += [f"{numbers.quantity(op.flop, '')} flop"] if op.flop else []
    parts.append(f"{numbers.quantity(op.memory_access_elements, '')} elements moved")
    parts += [f"{numbers.quantity(least, '')} at least (G1)"] if least is not None else []
    return ", ".join(parts)


def _verdicts(op: OpRow) -> str:
    """`G1 violated (memory access 39% above its bound), G2 fine (1 group); not applicable: G4`."""
    told = ", ".join(
        f"{v.guideline} {v.state}" + (f" ({v.meaning})" if v.meaning else "")
        for v in op.verdicts
        if v.state != "not applicable"
    )
    without = [v.guideline for v in op.verdicts if v.state == "not applicable"]
    rest = f"not applicable: {', '.join(without)}" if without else ""
    return "; ".join(part for part in (told, rest) if part)


def _label(op: OpRow) -> str:
    """The name, which mostly ends with the operator; else both."""
    return op.name if op.op_type in op.name.rpartition("/")[2] else f"{op.name} ({op.op_type})"


def _weight(op: OpRow, model: ModelReport) -> float:
    if model.device:
        return op.latency_s or 0.0
    of_bytes = numbers.ratio(op.bytes_accessed, model.totals.bytes_accessed) or 0.0
    return max(of_bytes, numbers.ratio(op.macs, model.totals.macs) or 0.0)


def _bytes(op: OpRow) -> float:
    return float(op.bytes_accessed)


def _time_columns(op: OpRow, model: ModelReport, most: float) -> str:
    if op.fused_into:
        return f"{'fused':>11} {'':>6} "
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
