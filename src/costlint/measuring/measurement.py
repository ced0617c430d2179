"""What one measurement says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from costlint.costmodel.fitting.timings import Timing, fusion_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelTiming:
    """One kernel as the runtime ran it: `latency_s` is the median of the profiled runs.

    `ops` names the ops of the graph that it does the work of; none where it is the runtime's own
    (a change of layout, say).
    """

    name: str
    op_type: str
    ops: tuple[str, ...]
    latency_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One model timed on this machine; `latency_s` is the median of `runs` runs.

    `low_s` and `high_s` are the 5th and the 95th percentile. `graph` is the path as given, '' for
    bytes. The kernels come from further runs with the runtime's profiler, which slows them a
    little: their sum is not `latency_s`. `lanes` and `cache_bytes` are as in a timings file.
    """

    graph: str
    batch: int
    threads: int
    runs: int
    runtime: str
    latency_s: float
    low_s: float
    high_s: float
    kernels: tuple[KernelTiming, ...]
    device: str = "host"
    notes: tuple[str, ...] = ()
    lanes: int | None = None
    cache_bytes: int | None = None

    @property
    def kernels_s(self) -> float:
        """The sum of the kernels."""
        return sum(kernel.latency_s for kernel in self.kernels)

    def timings(self, graph: str) -> tuple[Timing, ...]:
        """Rows of a timings file: the whole graph, then each kernel by the ops that it does.

        `graph` is the path inside the folder of graphs.
        """
        whole = Timing(
            graph=graph,
            batch=self.batch,
            latency_s=self.latency_s,
            threads=self.threads,
            device=self.device,
            runtime=self.runtime,
            fusion=fusion_of(self.runtime),
            low_s=self.low_s,
            high_s=self.high_s,
            source="costlint measure",
            lanes=self.lanes,
            cache_bytes=self.cache_bytes,
        )
        parts = (
            replace(whole, latency_s=k.latency_s, low_s=None, high_s=None, ops=k.ops)
            for k in self.kernels
            if k.latency_s > 0
        )
        return (whole, *parts)
