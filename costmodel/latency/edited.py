"""Estimates of edited graphs: what an edit leaves alone is not computed again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from costlint.costmodel.counts.op_cost import OpCost, costed_ops, op_cost
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.latency.combine import kernel_seconds
from costlint.costmodel.latency.estimate import Estimate, KernelEstimate, Prediction
from costlint.costmodel.latency.kernel_amounts import KernelAmounts, amounts_by_kernel
from costlint.costmodel.runtimes.kernels import Kernel, kernels


@dataclass(slots=True)
class EditedEstimator:
    """Predicts edits of one estimated graph; the same numbers as `estimate` gives.

    An op that an edit leaves alone is the same object, and so is the estimate of a kernel.
    """

    estimate: Estimate
    rows: dict[int, OpCost] = field(default_factory=dict)
    known: dict[Hashable, KernelEstimate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows.update((id(row.op), row) for row in self.estimate.counts.ops)
        self.known.update((_key(one.kernel, one.model), one) for one in self.estimate.kernels)

    def __call__(self, graph: OpGraph) -> Prediction:
        """What `graph`, an edit of the estimated one, takes on the same device."""
        profile = self.estimate.device
        rows = self._rows(graph)
        made = kernels(rows, graph.outputs, profile.rules)
        model = amounts_by_kernel(rows, graph, made, profile.settings)
        found = tuple([self._kernel(kernel, model) for kernel in made])
        latency_s = profile.overhead_s + sum(kernel.latency_s for kernel in found)
        return Prediction(kernels=found, latency_s=latency_s)

    def _rows(self, graph: OpGraph) -> list[OpCost]:
        found: list[OpCost] = []
        for op in graph.ops:
            if op.bodies:
                found += costed_ops((op,))
                continue
            row = self.rows.get(id(op))
            found.append(op_cost(op) if row is None else row)
        return found

    def _kernel(self, kernel: Kernel, model: KernelAmounts) -> KernelEstimate:
        if not all(id(row.op) in self.rows for row in kernel.ops):  # it is new, so are its like
            return self._estimate(kernel, model)
        key = _key(kernel, model)
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = self._estimate(kernel, model)
        return known

    def _estimate(self, kernel: Kernel, model: KernelAmounts) -> KernelEstimate:
        profile, amounts = self.estimate.device, model.of(kernel)
        seconds = kernel_seconds(amounts, profile.seconds_per_unit, profile.overlap)
        return KernelEstimate(kernel=kernel, amounts=amounts, model=model, **seconds.parts())


def _key(kernel: Kernel, model: KernelAmounts) -> Hashable:
    """What decides how long a kernel takes: its ops, and all that an edit elsewhere may change."""
    border, widths = (*kernel.reads, *kernel.writes), model.widths
    return (
        kernel.composite,
        *[id(row.op) for row in kernel.ops],
        *[(t.name, t.shape, t.dtype, widths.get(t.name), t.name in model.border) for t in border],
        *[t.name for t in kernel.strided],
        _order(kernel),
        *model.reorders.of(kernel).items(),
    )


def _order(kernel: Kernel) -> Hashable:
    """In which order what the kernel reads and writes lies, where the runtime keeps that."""
    order = kernel.memory_order
    if order is None:
        return None
    mixed = tuple([tensor.name for tensor in order.mixed])
    return mixed, order.is_channels_last, order.has_bias_apart
