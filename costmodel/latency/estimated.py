"""A model on a device: what `estimate` gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.devices import DeviceProfile
from costlint.costmodel.formulas import OP_CLASSES, OpClass
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import OpGraph

Bound: TypeAlias = Literal["compute", "memory", "launch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelEstimate:
    """One kernel with its predicted latency and 90 % interval; `bound` is its longest part.

    `transfer_s` is what of `launch_s` are copies before and after it: of the network's inputs and
    outputs, between memory orders, to the host and back. They do not decide `bound`.
    """

    id: str
    ops: tuple[OpCost, ...]
    kernel_class: OpClass
    latency_s: float
    low_s: float
    high_s: float
    compute_s: float
    memory_s: float
    launch_s: float
    transfer_s: float
    bound: Bound


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A model on a device. Latencies are of one inference of the whole batch.

    `notes` say what to know before trusting the numbers; `extrapolated` lists what lies outside
    the profile's timings. `bytes_accessed_fused` is of the kernels, at the device's precision.
    """

    counts: Counts
    device: DeviceProfile
    kernels: tuple[KernelEstimate, ...]
    latency_s: float
    latency_low_s: float
    latency_high_s: float
    overhead_s: float
    bytes_accessed_fused: Dim
    extrapolated: tuple[str, ...]
    notes: tuple[str, ...]

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
        launch_s = sum(k.launch_s for k in self.kernels)
        return launch_s / self.latency_s if self.latency_s else 0.0

    def by_class(self) -> dict[OpClass, float]:
        """Seconds of each class; what is missing to the latency is `overhead_s`."""
        totals = dict.fromkeys(OP_CLASSES, 0.0)
        for kernel in self.kernels:
            totals[kernel.kernel_class] += kernel.latency_s
        return totals
