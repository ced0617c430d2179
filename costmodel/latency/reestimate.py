"""The estimate of an edited graph: what did not change is not computed again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

from costlint.costmodel.counts.op_cost import OpCost, costed_ops, op_cost
from costlint.costmodel.formulas import OP_CLASSES, OpClass
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.latency.autocast import autocast_widths
from costlint.costmodel.latency.combine import kernel_seconds
from costlint.costmodel.latency.estimated import Estimate
from costlint.costmodel.latency.features import Amounts, amounts
from costlint.costmodel.latency.reorders import added, reorders
from costlint.costmodel.runtimes.kernels import Kernel, kernels


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedKernel:
    """One kernel and its latency."""

    ops: tuple[OpCost, ...]
    kernel_class: OpClass
    latency_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reestimate:
    """Latency of an edited graph, kernel by kernel; the same numbers as `estimate` gives."""

    graph: OpGraph
    kernels: tuple[PricedKernel, ...]
    latency_s: float

    def by_class(self) -> dict[OpClass, float]:
        """Seconds of each class."""
        totals = dict.fromkeys(OP_CLASSES, 0.0)
        for kernel in self.kernels:
            totals[kernel.kernel_class] += kernel.latency_s
        return totals


@dataclass(slots=True)
class Reestimator:
    """Prices edits of one estimated graph. An op that an edit leaves alone is the same object."""

    estimate: Estimate
    rows: dict[int, OpCost] = field(default_factory=dict)
    seconds: dict[Hashable, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows.update((id(row.op), row) for row in self.estimate.counts.ops)

    def __call__(self, graph: OpGraph) -> Reestimate:
        """The latency of `graph`, an edit of the estimated one, on the same device."""
        profile = self.estimate.device
        rows = self._rows(graph)
        made = kernels(rows, graph.outputs, profile.rules)
        widths = autocast_widths(rows, made) if profile.settings.precision == "amp" else {}
        ends = frozenset(t.name for t in (*graph.inputs, *graph.outputs))
        moved = reorders(rows, made, graph.outputs, profile.settings)
        priced = tuple([self._priced(kernel, widths, ends, moved.of(kernel)) for kernel in made])
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

    def _priced(
        self, kernel: Kernel, widths: Mapping[str, int], ends: frozenset[str], moved: Amounts
    ) -> PricedKernel:
        border = (*kernel.reads, *kernel.writes)
        ops = [id(row.op) for row in kernel.ops]
        if not all(op in self.rows for op in ops):  # it is new, and so are its like
            latency_s = self._latency_s(kernel, widths, ends, moved)
        else:
            key = (
                kernel.composite,
                *ops,
                *[(t.name, t.shape, widths.get(t.name), t.name in ends) for t in border],
                _order(kernel),
                *moved.items(),
            )
            known = self.seconds.get(key)
            if known is None:
                known = self.seconds[key] = self._latency_s(kernel, widths, ends, moved)
            latency_s = known
        return PricedKernel(ops=kernel.ops, kernel_class=kernel.kernel_class, latency_s=latency_s)

    def _latency_s(
        self, kernel: Kernel, widths: Mapping[str, int], ends: frozenset[str], moved: Amounts
    ) -> float:
        profile = self.estimate.device
        counted = added(amounts(kernel, profile.settings, widths, ends), moved)
        seconds = kernel_seconds(counted, profile.seconds_per_unit, profile.overlap)
        return float(seconds.latency_s)


def _alone(graph: OpGraph, op: Op) -> OpGraph:
    return replace(graph, ops=(op,))


def _order(kernel: Kernel) -> Hashable:
    """How what the kernel reads and writes lies: an edit elsewhere may change that."""
    strided = tuple([tensor.name for tensor in kernel.strided])
    layout = kernel.layout
    if layout is None:
        return strided
    mixed = tuple([tensor.name for tensor in layout.mixed])
    return strided, mixed, layout.is_channels_last, layout.has_bias_apart
