"""A measurement as lines of text, beside what was predicted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from costlint.costmodel.counts.counts import Counts
from costlint.measuring.compare import RUNTIME, KernelGap, kernel_gaps, measured_by_class
from costlint.measuring.measurement import Measurement
from costlint.reports.numbers import change, interval, milliseconds, plural
from costlint.reports.text import visible

if TYPE_CHECKING:
    from costlint.costmodel.latency.estimate import Estimate

WORST: Final = 10
_TITLES: Final = {"conv": "Conv", "elementwise": "Element-wise", "shuffle": "Shuffle",
                  "data": "Data", "other": "Other", RUNTIME: "Runtime"}  # fmt: skip


def measurement_text(measurement: Measurement, counts: Counts, estimate: Estimate | None) -> str:
    """The measurement, and where there is an estimate the two by class and the worst kernels."""
    lines = [_head(measurement)]
    if estimate is not None:
        lines += _predicted(measurement, estimate)
    lines += [f"  note: {visible(note)}" for note in measurement.notes]
    lines += ["", *_classes(measurement, counts, estimate)]
    if estimate is not None:
        lines += ["", *_worst(kernel_gaps(measurement, estimate)[:WORST])]
    return "\n".join(lines) + "\n"


def _head(found: Measurement) -> str:
    spread = interval(found.low_s, found.high_s, like=found.latency_s)
    return (
        f"{visible(found.graph or '<model>')} measured here: {milliseconds(found.latency_s)},"
        f" median of {found.runs} ({spread})\n"
        f"  {found.runtime}, {plural(found.threads, 'thread')}, batch {found.batch},"
        f" {plural(len(found.kernels), 'kernel')}"
    )


def _predicted(found: Measurement, estimate: Estimate) -> Iterator[str]:
    low, high = estimate.latency_low_s, estimate.latency_high_s
    off = change(estimate.latency_s / found.latency_s - 1)
    inside = "inside" if low <= found.latency_s <= high else "outside"
    yield (
        f"  {visible(estimate.device.name)} predicts {milliseconds(estimate.latency_s)}"
        f" ({interval(low, high, like=estimate.latency_s)}): {off}, measured lies {inside}"
    )
    yield from (f"  note: {visible(n)}" for n in estimate.notes if n not in found.notes)


def _classes(measurement: Measurement, counts: Counts, estimate: Estimate | None) -> Iterator[str]:
    measured = measured_by_class(measurement, counts)
    predicted: dict[str, float] = {}
    if estimate is not None:
        predicted.update((str(name), s) for name, s in estimate.by_class().items())
    yield f"  {'':<14}{'measured':>12}" + (f"{'predicted':>12}" if predicted else "")
    for name, seconds in measured.items():
        if seconds or predicted.get(name):
            line = f"  {_TITLES[name]:<14}{milliseconds(seconds):>12}"
            if predicted:
                line += f"{milliseconds(predicted.get(name)):>12}"
            yield line + (_own(measurement) if name == RUNTIME else "")
    rest = max(0.0, measurement.latency_s - measurement.kernels_s)
    if estimate is not None:
        yield f"  {'Overhead':<14}{milliseconds(rest):>12}{milliseconds(estimate.overhead_s):>12}"


def _own(measurement: Measurement) -> str:
    """The kernels that the runtime added of its own: `  84 Reshape, 24 Transpose`."""
    types = Counter(kernel.op_type for kernel in measurement.kernels if not kernel.ops)
    return "  " + ", ".join(f"{number} {op_type}" for op_type, number in types.most_common(3))


def _worst(gaps: tuple[KernelGap, ...]) -> Iterator[str]:
    yield f"  {'measured':>12}{'predicted':>12}  widest gaps"
    for gap in gaps:
        more = Counter(gap.op_types[1:])
        joined = ", ".join(t if n == 1 else f"{n} {t}" for t, n in more.most_common(3))
        name = visible(gap.ops[0]) + (f" with {joined}" if joined else f" ({gap.op_types[0]})")
        yield f"  {milliseconds(gap.measured_s):>12}{milliseconds(gap.predicted_s):>12}  {name}"
