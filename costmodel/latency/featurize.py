"""The kernels of a counted graph with their amounts, for one rule set and precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.latency.autocast import autocast_widths
from costlint.costmodel.latency.combine import matrix
from costlint.costmodel.latency.features import (
    Amounts,
    Settings,
    amounts,
    moved_bytes,
)
from costlint.costmodel.latency.reorders import Reorders, added, reorders
from costlint.costmodel.runtimes.fusion import FusionRules
from costlint.costmodel.runtimes.kernels import Kernel, kernels

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Kernels with what counting their amounts takes: the amounts come one kernel at a time."""

    kernels: tuple[Kernel, ...]
    settings: Settings
    widths: Mapping[str, int]
    border: frozenset[str]
    reorders: Reorders

    def amounts(self, kernel: Kernel) -> Amounts:
        """The amounts of one of the kernels."""
        return added(self.kernel_amounts(kernel), self.reorders.of(kernel))

    def kernel_amounts(self, kernel: Kernel) -> Amounts:
        """The amounts without what layouts cost besides."""
        return amounts(kernel, self.settings, self.widths, self.border)

    def bytes_accessed(self, kernel: Kernel) -> Dim:
        """Bytes that one of the kernels moves."""
        return moved_bytes(kernel, self.settings, self.widths)


def group(
    rows: Sequence[OpCost],
    graph: OpGraph,
    rules: FusionRules,
    settings: Settings,
    made: tuple[Kernel, ...] | None = None,
) -> Grouped:
    """Group the costed ops of `graph` into kernels by `rules`, if that is not `made` already."""
    found = kernels(rows, graph.outputs, rules) if made is None else made
    return Grouped(
        kernels=found,
        settings=settings,
        widths=autocast_widths(rows, found) if settings.precision == "amp" else {},
        border=frozenset(t.name for t in (*graph.inputs, *graph.outputs)),
        reorders=reorders(rows, found, graph.outputs, settings),
    )


@dataclass(frozen=True, kw_only=True)
class Featured:
    """Kernels with the amounts of each."""

    grouped: Grouped
    amounts: tuple[Amounts, ...]

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """The kernels, in the order of their amounts."""
        return self.grouped.kernels

    @cached_property
    def matrix(self) -> np.ndarray:
        """The amounts as an array, kernels by terms."""
        return matrix(self.amounts)


def featurize(
    counts: Counts,
    rules: FusionRules,
    settings: Settings,
    made: tuple[Kernel, ...] | None = None,
) -> Featured:
    """Count the amounts of each kernel; `made` are the kernels by `rules` if they are known."""
    grouped = group(counts.ops, counts.graph, rules, settings, made)
    return Featured(
        grouped=grouped, amounts=tuple([grouped.amounts(kernel) for kernel in grouped.kernels])
    )
