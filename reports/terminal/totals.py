"""The head of a model's block on a terminal: what it is, its totals, a bar for each class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from costlint.reports import numbers
from costlint.reports.caveats import Caveat, headlines
from costlint.reports.report import CLASSES, ModelReport, Totals
from costlint.reports.terminal.screen import Look
from costlint.reports.text import cells

_CLOSED_FORMS: Final = (
    "macs",
    "flop",
    "bytes_read",
    "bytes_written",
    "bytes_accessed",
    "parameters",
    "weight_bytes",
    "peak_activation_bytes",
)


def headline(model: ModelReport, look: Look) -> list[str]:
    """The model and where it runs."""
    path = look.clean(model.path)
    if model.device is None:
        detail = "counts only, no device"
        title = path
    else:
        device = model.device
        title = f"{path} on {look.clean(device.name)}"
        threads = numbers.plural(device.threads, "thread") if device.threads else ""
        detail = ", ".join(part for part in (device.runtime, device.precision, threads) if part)
    batch = f"batch {model.batch}" if model.batch is not None else ""
    more = f"({', '.join(part for part in (detail, batch) if part)})"
    if cells(f"{title} {more}") <= look.columns:
        return [f"{look.paint(title, 'bold')} {look.paint(more, 'dim')}"]
    return [*look.lines(title, style="bold"), *look.lines(more, indent=2, style="dim")]


def caveat_lines(model: ModelReport, look: Look) -> Iterator[str]:
    """What was assumed and what is not in the totals, below the headline."""
    for caveat in headlines(model):
        yield from one_caveat(caveat, look)


def one_caveat(caveat: Caveat, look: Look) -> Iterator[str]:
    """The sentence behind its mark."""
    mark, style = (look.mark("warning"), "warning") if caveat.is_loud else ("-", "note")
    first, *rest = look.lines(caveat.text, indent=4)
    yield look.paint(f"  {mark} {first[4:]}", style)
    yield from (look.paint(line, style) for line in rest)


def predicted(model: ModelReport, look: Look) -> Iterator[str]:
    """Latency with its interval, with all fixes, and the size of the graph."""
    totals = model.totals
    rough = model.rough
    point = totals.latency_s
    between = numbers.interval(totals.latency_low_s, totals.latency_high_s, like=point, rough=rough)
    more = f"90 % interval {between}" + (", not calibrated: rough" if rough else "")
    yield from look.field("predicted", numbers.milliseconds(point, rough=rough), more)
    if totals.latency_after_fixes_s is not None and totals.recoverable_share:
        after = numbers.milliseconds(totals.latency_after_fixes_s, like=point, rough=rough)
        less = f"{numbers.share(totals.recoverable_share)} less"
        yield from look.field("with all fixes", after, less, style="good")
    graph = [numbers.plural(len(model.ops), "op")]
    if model.kernels:
        graph.append(f"{numbers.plural(len(model.kernels), 'kernel')} after fusion")
    graph.append(numbers.quantity(totals.macs, "MACs"))
    graph.append(f"{numbers.quantity(totals.parameters, '')} parameters")
    yield from look.field("graph", ", ".join(graph), style="dim")


def counted(model: ModelReport, look: Look) -> Iterator[str]:
    """What can be said without a device."""
    totals = model.totals
    flop = numbers.quantity(totals.flop, "FLOP")
    yield from look.field("compute", numbers.quantity(totals.macs, "MACs"), f"{flop} in all")
    read, written = (numbers.quantity(n, "B") for n in (totals.bytes_read, totals.bytes_written))
    accessed = numbers.quantity(totals.bytes_accessed, "B")
    yield from look.field("bytes accessed", accessed, f"unfused: {read} read, {written} written")
    per_byte = numbers.intensity(totals.flop, totals.bytes_accessed)
    if per_byte != numbers.MISSING:
        yield from look.field("intensity", per_byte)
    weights = numbers.quantity(totals.weight_bytes, "B")
    yield from look.field(
        "parameters", numbers.quantity(totals.parameters, ""), f"{weights} of weights"
    )
    peak = numbers.quantity(totals.peak_activation_bytes, "B")
    yield from look.field("activations", peak, "at most alive at once")
    free = sum(op.is_free for op in model.ops)
    more = f"{free} of them free, coverage {numbers.share(totals.coverage)}"
    yield from look.field("graph", numbers.plural(len(model.ops), "op"), more)
    of_bytes = f"{numbers.share(totals.elementwise_share_bytes)} of bytes"
    of_ops = f"{numbers.share(totals.elementwise_share_ops)} of ops"
    yield from look.field("element-wise", of_bytes, of_ops)


def closed_forms(totals: Totals, look: Look) -> Iterator[str]:
    """The totals as expressions of the free dimensions, named as in the JSON output."""
    for name in _CLOSED_FORMS:
        yield from look.hanging(f"  {name:<22}= ", str(getattr(totals, name)))


def time_by_class(model: ModelReport, look: Look) -> Iterator[str]:
    """A bar for each class of kernels, and the overhead."""
    total = model.totals.latency_s or 0.0
    rough = model.rough
    width = look.prose - 37
    for name, label in CLASSES.items():
        seconds = model.class_latency_s.get(name, 0.0)
        part = seconds / total if total else 0.0
        time = numbers.milliseconds(seconds, like=total, rough=rough)
        yield f"  {label:<13} {look.bar(part, width, name)} {time:>11} {numbers.share(part):>6}"
    if model.totals.overhead_s:
        time = numbers.milliseconds(model.totals.overhead_s, like=total, rough=rough)
        yield f"  {'Overhead':<13} {' ' * width} {time:>11}"


def bytes_by_class(model: ModelReport, look: Look) -> Iterator[str]:
    """A bar for each class of ops: bytes, and the share of the MACs."""
    width = look.prose - 39
    yield look.paint(f"  {'':<13} {' ' * width} {'bytes':>8} {'':>6} {'MACs':>6}", "dim")
    for name, label in CLASSES.items():
        ops = [op for op in model.ops if op.op_class == name]
        moved = sum(op.bytes_accessed for op in ops)
        part = numbers.ratio(moved, model.totals.bytes_accessed) or 0.0
        macs = numbers.ratio(sum(op.macs for op in ops), model.totals.macs) or 0.0
        yield (
            f"  {label:<13} {look.bar(part, width, name)} {numbers.quantity(moved, 'B'):>8} "
            f"{numbers.share(part):>6} {numbers.share(macs):>6}"
        )
