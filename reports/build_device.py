"""What a device adds to a counted model: kernels, times, findings, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any, Final

from costlint.analyzers.finding import Analysis, OpAnalysis
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.devices import DeviceProfile
from costlint.costmodel.devices.terms import INDEX
from costlint.costmodel.latency.estimate import Estimate, KernelEstimate
from costlint.reports import rows
from costlint.reports.report import UNUSED, ModelReport

_COMPUTE_ROOFS: Final = ("dense_1x1", "dense_3x3", "linear")
_MEMORY_ROOFS: Final = ("elementwise", "activation")
_BEHIND: Final = (
    "bound",
    "g1_bound_elements",
    "groups",
    "block",
    "block_kernels",
    "elementwise_share",
)


def with_estimate(entry: ModelReport, estimate: Estimate) -> ModelReport:
    """`entry` with the device's kernels and times; an op that leads its kernel has the time."""
    places = {id(row): kernel for kernel in estimate.kernels for row in kernel.ops}
    ops = [
        _timed(shown, row, places.get(id(row)))
        for shown, row in zip(entry.ops, estimate.counts.ops, strict=True)
    ]
    totals = replace(
        entry.totals,
        bytes_accessed_fused=estimate.bytes_accessed_fused,
        launch_share=estimate.launch_share,
        overhead_s=estimate.overhead_s,
        latency_s=estimate.latency_s,
        latency_low_s=estimate.latency_low_s,
        latency_high_s=estimate.latency_high_s,
    )
    return replace(
        entry,
        device=_device(estimate.device),
        totals=totals,
        ops=tuple(ops),
        kernels=tuple(
            _kernel(kernel, *ends)
            for kernel, ends in zip(estimate.kernels, estimate.kernel_intervals_s, strict=True)
        ),
        class_latency_s={str(name): seconds for name, seconds in estimate.by_class().items()},
        notes=estimate.notes,
    )


def with_analysis(entry: ModelReport, analysis: Analysis) -> ModelReport:
    """`entry` with the findings, and with what the guidelines say of each op."""
    seen = {one.output: one for one in analysis.ops}
    keys = [next(iter(op.outputs), "") for op in entry.ops]
    ops = tuple(
        _judged(op, seen[key]) if key in seen else op
        for op, key in zip(entry.ops, keys, strict=True)
    )
    unused = tuple(f"{UNUSED}{ignore}" for ignore in analysis.unused_ignores)
    totals = replace(
        entry.totals,
        fragmentation=analysis.fragmentation,
        latency_after_fixes_s=analysis.latency_after_fixes_s,
    )
    return replace(
        entry,
        totals=totals,
        ops=ops,
        analyzed=True,
        findings=analysis.findings,
        class_latency_after_fixes_s=analysis.class_latency_after_fixes_s,
        notes=(*entry.notes, *unused),
        used_ignores=analysis.used_ignores,
    )


def _judged(op: rows.OpRow, seen: OpAnalysis) -> rows.OpRow:
    behind = {name: getattr(seen, name) for name in _BEHIND}
    return replace(op, verdicts=seen.verdicts, analysis=behind)


def _device(profile: DeviceProfile) -> rows.DeviceReport:
    return rows.DeviceReport(
        name=profile.name,
        hardware=profile.hardware,
        runtime=profile.runtime,
        precision=profile.precision,
        threads=profile.threads or None,
        calibrated=profile.provenance.timings > 0,
        fit={**asdict(profile.fit), **asdict(profile.provenance)},
        flop_per_s=_fastest(profile, _COMPUTE_ROOFS, 2.0),
        bandwidth_byte_per_s=_fastest(profile, _MEMORY_ROOFS, 1.0),
    )


def _fastest(profile: DeviceProfile, terms: Sequence[str], amount: float) -> float | None:
    """The best rate among `terms`, `amount` for each unit; 0 seconds is a term nobody saw."""
    times = [seconds for name in terms if (seconds := profile.seconds_per_unit[INDEX[name]]) > 0]
    return amount / min(times) if times else None


def _kernel(kernel: KernelEstimate, low_s: float, high_s: float) -> rows.KernelRow:
    own: dict[str, Any] = {
        "ops": tuple(row.op.name for row in kernel.ops),
        "low_s": low_s,
        "high_s": high_s,
        "flop": sum(row.cost.flop for row in kernel.ops),
    }
    names = [field.name for field in fields(rows.KernelRow) if field.name not in own]
    return rows.KernelRow(**own, **{name: getattr(kernel, name) for name in names})


def _timed(shown: rows.OpRow, row: OpCost, kernel: KernelEstimate | None) -> rows.OpRow:
    if kernel is None:
        return replace(shown, latency_s=0.0)
    if row is kernel.main:
        return replace(shown, kernel=kernel.id, latency_s=kernel.latency_s)
    return replace(shown, kernel=kernel.id, latency_s=0.0, fused_into=kernel.main.op.name)
