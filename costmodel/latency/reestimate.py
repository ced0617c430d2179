"""The estimate of an edited graph: what did not change is not computed again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from costlint.costmodel.counts.op_cost import OpCost, costed_ops, op_cost
from costlint.costmodel.formulas import OpClass
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.latency.combine import kernel_seconds
from costlint.costmodel.latency.estimated import Estimate, KernelEstimate, by_class
from costlint.costmodel.latency.featurize import Grouped, group
from costlint.costmodel.runtimes.kernels import Kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class Reestimate:
    """Latency of an edited graph, kernel by kernel; the same numbers as `estimate` gives."""

    graph: OpGraph
    kernels: tuple[KernelEstimate, ...]
    latency_s: float

    def by_class(self) -> dict[OpClass, float]:
        """Seconds of each class."""
        return by_class(self.kernels)


@dataclass(slots=True)
class Reestimator:
    """Prices edits of one estimated graph.

    An op that an edit leaves alone is the same object, and so is the estimate of a kernel.
    """

    estimate: Estimate
    rows: dict[int, OpCost] = field(default_factory=dict)
    known: dict[Hashable, KernelEstimate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows.update((id(row.op), row) for row in self.estimate.counts.ops)
        self.known.update((_key(one.kernel, one.grouped), one) for one in self.estimate.kernels)

    def __call__(self, graph: OpGraph) -> Reestimate:
        """The latency of `graph`, an edit of the estimated one, on the same device."""
        profile = self.estimate.device
        grouped = group(self._rows(graph), graph, profile.rules, profile.settings)
        priced = tuple([self._priced(kernel, grouped) for kernel in grouped.kernels])
        return Reestimate(
            graph=graph,
            kernels=priced,
            latency_s=profile.overhead_s + sum(kernel.latency_s for kernel in priced),
        )

    def _rows(self, graph: OpGraph) -> list[OpCost]:
        found: list[OpCost] = []
        for op in graph.ops:
            if op.bodies:
                found += costed_ops(_alone(graph, op))
                continue
            row = self.rows.get(id(op))
            found.append(op_cost(op) if row is None else row)
        return found

    def _priced(self, kernel: Kernel, grouped: Grouped) -> KernelEstimate:
        if not all(id(row.op) in self.rows for row in kernel.ops):  # it is new, so are its like
            return self._estimated(kernel, grouped)
        key = _key(kernel, grouped)
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = self._estimated(kernel, grouped)
        return known

    def _estimated(self, kernel: Kernel, grouped: Grouped) -> KernelEstimate:
        profile, amounts = self.estimate.device, grouped.amounts(kernel)
        return KernelEstimate(
            kernel=kernel,
            amounts=amounts,
            seconds=kernel_seconds(amounts, profile.seconds_per_unit, profile.overlap),
            grouped=grouped,
        )


def _alone(graph: OpGraph, op: Op) -> OpGraph:
    return replace(graph, ops=(op,))


def _key(kernel: Kernel, grouped: Grouped) -> Hashable:
    """What decides how long a kernel takes: its ops, and all that an edit elsewhere may change."""
    border, widths = (*kernel.reads, *kernel.writes), grouped.widths
    return (
        kernel.composite,
        *[id(row.op) for row in kernel.ops],
        *[(t.name, t.shape, widths.get(t.name), t.name in grouped.border) for t in border],
        _order(kernel),
        *grouped.reorders.of(kernel).items(),
    )


def _order(kernel: Kernel) -> Hashable:
    """How what the kernel reads and writes lies: an edit elsewhere may change that."""
    strided = tuple([tensor.name for tensor in kernel.strided])
    layout = kernel.layout
    if layout is None:
        return strided
    mixed = tuple([tensor.name for tensor in layout.mixed])
    return strided, mixed, layout.is_channels_last, layout.has_bias_apart
