"""A model on a device: what `estimate` gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal, TypeAlias

from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.devices import DeviceProfile
from costlint.costmodel.devices.settings import Amounts
from costlint.costmodel.formulas import OP_CLASSES, OpClass
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.latency.combine import Seconds, matrix_seconds, term_seconds
from costlint.costmodel.latency.interval import kernel_factors
from costlint.costmodel.latency.kernel_amounts import KernelAmounts
from costlint.costmodel.runtimes.kernels import Kernel

Bound: TypeAlias = Literal["compute", "memory", "launch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelEstimate(Seconds[float]):
    """One kernel on a device: its amounts by term, and the seconds that they take.

    `model` are all kernels of the model with what counting them takes.
    """

    kernel: Kernel
    amounts: Amounts
    model: KernelAmounts = field(repr=False)

    @property
    def id(self) -> str:
        """The kernel's name within its model."""
        return self.kernel.id

    @property
    def ops(self) -> tuple[OpCost, ...]:
        """The ops that it runs."""
        return self.kernel.ops

    @property
    def main(self) -> OpCost:
        """The op that does the work."""
        return self.kernel.main

    @property
    def kernel_class(self) -> OpClass:
        """The class of the main op."""
        return self.kernel.main.op_class

    @property
    def bytes_accessed(self) -> Dim:
        """Bytes that cross its border, weights included, at the device's precision."""
        return self.model.bytes_accessed(self.kernel)

    @property
    def bound(self) -> Bound:
        """The longest part; copies before and after the kernel do not decide it."""
        if self.launch_s - self.transfer_s >= max(self.compute_s, self.memory_s):
            return "launch"
        return "compute" if self.compute_s >= self.memory_s else "memory"


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The kernels of a graph on a device, and what all take together with the overhead."""

    kernels: tuple[KernelEstimate, ...]
    latency_s: float

    def by_class(self) -> dict[OpClass, float]:
        """Seconds of each class; what is missing to the latency is the device's overhead."""
        totals = dict.fromkeys(OP_CLASSES, 0.0)
        for kernel in self.kernels:
            totals[kernel.kernel_class] += kernel.latency_s
        return totals


@dataclass(frozen=True, kw_only=True)
class Estimate(Prediction):
    """A model on a device. Latencies are of one inference of the whole batch.

    `notes` say what to know before trusting the numbers; `extrapolated` lists what lies outside
    the profile's timings.
    """

    counts: Counts
    device: DeviceProfile
    latency_low_s: float
    latency_high_s: float
    extrapolated: tuple[str, ...]
    notes: tuple[str, ...]
    page: ClassVar[Callable[[Estimate], str] | None] = None
    """What a notebook shows of an estimate; whoever makes pages sets it."""

    def _repr_html_(self) -> str | None:
        return None if Estimate.page is None else Estimate.page(self)

    @property
    def overhead_s(self) -> float:
        """Seconds of one inference that no kernel takes."""
        return self.device.overhead_s

    @cached_property
    def bytes_accessed_fused(self) -> Dim:
        """Bytes that the kernels move, at the device's precision."""
        return sum(kernel.bytes_accessed for kernel in self.kernels)

    @cached_property
    def kernel_intervals_s(self) -> tuple[tuple[float, float], ...]:
        """The 90 % interval of each kernel."""
        if not self.kernels:
            return ()
        amounts, rates = self.kernels[0].model.matrix, self.device.coefficients
        seconds = matrix_seconds(amounts, rates, self.device.overlap)
        spent = term_seconds(amounts, rates, seconds, self.device.overlap)
        low, high = kernel_factors(
            spent, self.device, len(self.extrapolated), self.kernels[0].model.unrated
        )
        ends = seconds.latency_s * low, seconds.latency_s * high
        return tuple(zip(*(end.tolist() for end in ends), strict=True))

    @property
    def graph(self) -> OpGraph:
        """The graph, with every dimension bound."""
        return self.counts.graph

    @property
    def macs(self) -> Dim:
        """Multiply-accumulates."""
        return self.counts.macs

    @property
    def flop(self) -> Dim:
        """Floating operations."""
        return self.counts.flop

    @property
    def bytes_accessed(self) -> Dim:
        """Bytes read and written, unfused, in the graph's own types."""
        return self.counts.bytes_accessed

    @property
    def parameters(self) -> Dim:
        """Number of parameters."""
        return self.counts.parameters

    @property
    def peak_activation_bytes(self) -> Dim:
        """Most bytes of activations that live at once."""
        return self.counts.peak_activation_bytes

    @property
    def coverage(self) -> float:
        """Share of the ops that have a formula, free ones left out."""
        return self.counts.coverage

    @property
    def uncosted(self) -> tuple[OpCost, ...]:
        """Ops whose cost is not in the numbers."""
        return self.counts.uncosted

    @cached_property
    def launch_share(self) -> float:
        """Share of the latency that is launching kernels."""
        launch_s = sum(kernel.launch_s for kernel in self.kernels)
        return launch_s / self.latency_s if self.latency_s else 0.0
