"""A tiny device for tests of the rules: a roofline with a launch cost, on every costed op.

No fusion unless asked for: a kernel is an op, so that expected numbers stay arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from costlint.analyzers.analyze import _findings
from costlint.analyzers.facts import Facts
from costlint.analyzers.finding import Finding
from costlint.analyzers.price import TYPICAL_ERROR
from costlint.analyzers.rule import Rule
from costlint.analyzers.structure import Structure
from costlint.analyzers.suppress import Ignores
from costlint.costmodel.count import count
from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.runtimes.fusion import fusion_rules
from costlint.costmodel.runtimes.kernels import kernels


@dataclass(frozen=True, kw_only=True)
class Kernel:
    id: str
    ops: tuple[OpCost, ...]
    main: OpCost
    kernel_class: str
    compute_s: float
    memory_s: float
    launch_s: float

    @property
    def latency_s(self):
        return self.launch_s + max(self.compute_s, self.memory_s)

    @property
    def bound(self):
        parts = {"compute": self.compute_s, "memory": self.memory_s, "launch": self.launch_s}
        return max(parts, key=parts.__getitem__)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    counts: Counts
    kernels: tuple[Kernel, ...]
    device: Device

    @property
    def graph(self):
        return self.counts.graph

    @cached_property
    def latency_s(self):
        return sum(kernel.latency_s for kernel in self.kernels)

    def by_class(self):
        found: dict[str, float] = {}
        for kernel in self.kernels:
            found[kernel.kernel_class] = found.get(kernel.kernel_class, 0) + kernel.latency_s
        return found


@dataclass(frozen=True)
class Fit:
    """The held-out error of the paper's platforms."""

    median: float = TYPICAL_ERROR


@dataclass(frozen=True, kw_only=True)
class Device:
    """Rates of the device; each extra group of a convolution is a launch of its own."""

    mac_per_s: float = 1e9
    byte_per_s: float = 1e9
    launch_s: float = 1e-6
    fusion: str = "none"
    lanes_out: int = 1
    name: str = "toy"
    fit: Fit = Fit()

    def __call__(self, graph: OpGraph) -> Any:  # stands in for an estimate of the package
        counts = count(graph)
        made = kernels(counts.ops, counts.graph.outputs, fusion_rules(self.fusion))
        return Estimate(
            counts=counts, kernels=tuple(self._kernel(one) for one in made), device=self
        )

    def _kernel(self, one):
        tensors = (*one.reads, *one.weights, *one.writes)
        return Kernel(
            id=one.id,
            ops=one.ops,
            main=one.main,
            kernel_class=one.kernel_class,
            compute_s=sum(row.cost.macs * self._padding(row) for row in one.ops) / self.mac_per_s,
            memory_s=sum(t.size_bytes for t in tensors) / self.byte_per_s,
            launch_s=self.launch_s,
        )

    def _padding(self, row):
        """Channels that the lanes compute, over those asked for."""
        if row.op.op_type != "Conv":
            return 1
        width = row.op.y.known_shape[1]
        return -(-width // self.lanes_out) * self.lanes_out / width


def facts_on(device: Device, graph: OpGraph) -> Facts:
    """What the rules look at, for a graph on a device."""
    estimate = device(graph)
    return Facts(estimate=estimate, reprice=device, structure=Structure(counts=estimate.counts))


def found_by(rules: Iterable[Rule], facts: Facts) -> list[Finding]:
    """The findings of `rules` without any suppression, in the order of the rules."""
    return list(_findings(rules, facts, Ignores(), set()))
