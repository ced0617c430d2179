"""Predicted against measured: by class, and where they differ most."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.fitting.parts import leaders
from costlint.measuring.measurement import Measurement

if TYPE_CHECKING:
    from costlint.costmodel.latency.estimate import Estimate

RUNTIME: Final = "runtime"
"""What the runtime does besides the ops of the graph: changes of layout, mostly."""

# A kernel is of the first of these that it holds an op of.
_ORDER: Final = ("conv", "other", "shuffle", "data", "elementwise")


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelGap:
    """Measured and predicted seconds of kernels that do the work of the same ops.

    `ops` are the names of these ops, `op_types` their operators.
    """

    ops: tuple[str, ...]
    op_types: tuple[str, ...]
    measured_s: float
    predicted_s: float


def measured_by_class(measurement: Measurement, counts: Counts) -> dict[str, float]:
    """Seconds of the measured kernels by class, with `RUNTIME` for those of no op."""
    classes = {row.op.name: row.op_class for row in counts.ops}
    totals = dict.fromkeys((*_ORDER, RUNTIME), 0.0)
    for kernel in measurement.kernels:
        held = {classes.get(name, "data") for name in kernel.ops}
        totals[next((c for c in _ORDER if c in held), RUNTIME)] += kernel.latency_s
    return totals


def kernel_gaps(measurement: Measurement, estimate: Estimate) -> tuple[KernelGap, ...]:
    """Measured and predicted kernels paired by their ops, the widest gap first.

    Where the runtime fused otherwise than predicted, all kernels that share ops are one pair.
    """
    types = {row.op.name: row.op.op_type for row in estimate.counts.ops}
    predicted = [
        (tuple(row.op.name for row in kernel.ops), kernel.latency_s) for kernel in estimate.kernels
    ]
    measured = [(k.ops, k.latency_s) for k in measurement.kernels if k.ops]
    leader = leaders([ops for ops, _ in (*predicted, *measured)])
    seconds: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    members: dict[str, dict[str, None]] = defaultdict(dict)
    for side, kernels in enumerate((measured, predicted)):
        for ops, latency_s in kernels:
            seconds[leader[ops[0]]][side] += latency_s
            members[leader[ops[0]]].update(dict.fromkeys(ops))
    gaps = [
        KernelGap(
            ops=tuple(members[name]),
            op_types=tuple(types.get(op, "") for op in members[name]),
            measured_s=sides[0],
            predicted_s=sides[1],
        )
        for name, sides in seconds.items()
    ]
    return tuple(sorted(gaps, key=lambda gap: -abs(gap.measured_s - gap.predicted_s)))
