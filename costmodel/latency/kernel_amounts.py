"""The kernels of a graph with their amounts, for one rule set and a device's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.devices.settings import Amounts, Settings
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.latency.amounts import amounts_of, moved_bytes
from costlint.costmodel.latency.autocast import autocast_widths
from costlint.costmodel.latency.combine import matrix
from costlint.costmodel.latency.integers import multiplies_integers
from costlint.costmodel.latency.reorders import Reorders, added, reorders
from costlint.costmodel.runtimes.fusion import FusionRules
from costlint.costmodel.runtimes.kernels import Kernel, kernels

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, kw_only=True)
class KernelAmounts:
    """Kernels and what counting their amounts takes; they are counted when they are asked for."""

    kernels: tuple[Kernel, ...]
    settings: Settings
    widths: Mapping[str, int]
    border: frozenset[str]
    reorders: Reorders

    def of(self, kernel: Kernel) -> Amounts:
        """The amounts of one of the kernels."""
        return added(self.own(kernel), self.reorders.of(kernel))

    def own(self, kernel: Kernel) -> Amounts:
        """Its amounts without what changes of order cost besides."""
        return amounts_of(kernel, self.settings, self.widths, self.border)

    def bytes_accessed(self, kernel: Kernel) -> Dim:
        """Bytes that one of the kernels moves."""
        return moved_bytes(kernel, self.settings, self.widths)

    @cached_property
    def amounts(self) -> tuple[Amounts, ...]:
        """The amounts of each kernel."""
        return tuple(map(self.of, self.kernels))

    @cached_property
    def unrated(self) -> np.ndarray:
        """1 for each kernel that multiplies integers where there is no rate for them, else 0."""
        import numpy as np

        if self.settings.integers:
            return np.zeros(len(self.kernels))
        products = (k.kernel_class == "conv" and multiplies_integers(k.op) for k in self.kernels)
        return np.fromiter(products, dtype=float, count=len(self.kernels))

    @cached_property
    def matrix(self) -> np.ndarray:
        """The amounts as an array, kernels by terms."""
        return matrix(self.amounts)


def kernel_amounts(counts: Counts, rules: FusionRules, settings: Settings) -> KernelAmounts:
    """The kernels of a counted model by `rules`."""
    made = kernels(counts.ops, counts.graph.outputs, rules)
    return amounts_by_kernel(counts.ops, counts.graph, made, settings)


def amounts_by_kernel(
    rows: Sequence[OpCost], graph: OpGraph, made: tuple[Kernel, ...], settings: Settings
) -> KernelAmounts:
    """The same of kernels that are `made` already, of the costed ops `rows` of a graph."""
    return KernelAmounts(
        kernels=made,
        settings=settings,
        widths=autocast_widths(rows, made) if settings.precision == "amp" else {},
        border=frozenset(t.name for t in (*graph.inputs, *graph.outputs)),
        reorders=reorders(rows, made, graph.outputs, settings),
    )
