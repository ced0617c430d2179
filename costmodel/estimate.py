"""Predict what a model takes on a device: kernels, their latencies, an interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from costlint.costmodel.count import count
from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices import DEFAULT_DEVICE, Device, DeviceProfile, device
from costlint.costmodel.devices.terms import TRANSFERS
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.latency.combine import Seconds, matrix, matrix_seconds
from costlint.costmodel.latency.estimated import Bound, Estimate, KernelEstimate
from costlint.costmodel.latency.featurize import Featured, featurize
from costlint.costmodel.latency.interval import interval_factors, out_of_range
from costlint.costmodel.reader import Model

if TYPE_CHECKING:
    import numpy as np


def estimate(
    model: Model | OpGraph,
    device: Device = DEFAULT_DEVICE,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
) -> Estimate:
    """Predict `model` on `device` (a name, a unique prefix, a TOML path or a profile).

    Raises:
        CostlintError: the model, its shapes or the device cannot be used.
    """
    return estimate_on(model, (device,), shapes=shapes, batch=batch)[0]


def estimate_on(
    model: Model | OpGraph,
    devices: Iterable[Device],
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
) -> tuple[Estimate, ...]:
    """Predict `model` on several devices; kernels are made once for each rule set."""
    profiles = [device(which) for which in devices]
    counts = count(model, shapes=shapes, batch=batch)
    made: dict[object, tuple[Featured, np.ndarray]] = {}
    found = []
    for profile in profiles:
        key = (profile.fusion, profile.settings)
        if key not in made:
            featured = featurize(counts, profile.rules, profile.settings)
            made[key] = featured, matrix(featured.amounts)
        found.append(_estimated(counts, profile, *made[key]))
    return tuple(found)


def latencies(
    model: Model | OpGraph, devices: Iterable[Device], *, batch: int | None = None
) -> dict[str, float]:
    """Seconds by device name, without kernels or intervals: the quick way over many devices."""
    import numpy as np

    counts = count(model, batch=batch)
    groups: dict[object, list[DeviceProfile]] = {}
    profiles = [device(which) for which in devices]
    for profile in profiles:
        groups.setdefault((profile.fusion, profile.settings), []).append(profile)
    totals: dict[str, float] = {}
    for members in groups.values():
        featured = featurize(counts, members[0].rules, members[0].settings)
        seconds = matrix_seconds(
            matrix(featured.amounts),
            np.array([p.seconds_per_unit for p in members]),
            np.array([[p.overlap] for p in members]),
        )
        sums = seconds.latency_s.sum(axis=1)
        totals |= {p.name: p.overhead_s + float(s) for p, s in zip(members, sums, strict=True)}
    return {p.name: totals[p.name] for p in profiles}


def _estimated(
    counts: Counts, profile: DeviceProfile, featured: Featured, amounts: np.ndarray
) -> Estimate:
    seconds = matrix_seconds(amounts, profile.coefficients, profile.overlap)
    outside = out_of_range(counts, profile)
    low, high, total_low, total_high = interval_factors(amounts, seconds, profile, len(outside))
    transfer_s = amounts[:, [*TRANSFERS]] @ profile.coefficients[[*TRANSFERS]]
    total = profile.overhead_s + float(seconds.latency_s.sum())
    return Estimate(
        counts=counts,
        device=profile,
        kernels=_kernel_estimates(featured, seconds, transfer_s, low, high),
        latency_s=total,
        latency_low_s=total * total_low,
        latency_high_s=total * total_high,
        overhead_s=profile.overhead_s,
        bytes_accessed_fused=featured.bytes_accessed,
        extrapolated=outside,
        notes=_notes(counts, profile, outside),
    )


def _kernel_estimates(
    featured: Featured,
    seconds: Seconds,
    transfer_s: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
) -> tuple[KernelEstimate, ...]:
    columns = zip(
        featured.kernels,
        seconds.latency_s.tolist(),
        seconds.compute_s.tolist(),
        seconds.memory_s.tolist(),
        seconds.launch_s.tolist(),
        transfer_s.tolist(),
        low.tolist(),
        high.tolist(),
        strict=True,
    )
    return tuple(
        [
            KernelEstimate(
                id=kernel.id,
                ops=kernel.ops,
                kernel_class=kernel.kernel_class,
                latency_s=latency,
                low_s=latency * lower,
                high_s=latency * upper,
                compute_s=compute,
                memory_s=memory,
                launch_s=launch,
                transfer_s=transfer,
                bound=_bound(compute, memory, launch - transfer),
            )
            for kernel, latency, compute, memory, launch, transfer, lower, upper in columns
        ]
    )


def _bound(compute: float, memory: float, launch: float) -> Bound:
    if launch >= max(compute, memory):
        return "launch"
    return "compute" if compute >= memory else "memory"


def _notes(counts: Counts, profile: DeviceProfile, outside: tuple[str, ...]) -> tuple[str, ...]:
    notes = [*counts.graph.notes, *profile.notes]
    notes += [f"extrapolated: {what}" for what in outside]
    if profile.provenance.borrowed:
        timings = profile.provenance.timings
        notes.append(f"{profile.name} has {timings} timings and borrows from similar devices")
    needed = counts.weight_bytes + counts.peak_activation_bytes
    if profile.memory_bytes is not None and needed > profile.memory_bytes:
        short = needed / profile.memory_bytes
        notes.append(f"needs {_gigabytes(needed)}, {short:.1f} times the memory of {profile.name}")
    return tuple(notes)


def _gigabytes(size: float) -> str:
    digits = max(0, 2 - math.floor(math.log10(size / 1e9))) if size < 1e11 else 0
    return f"{size / 1e9:.{min(digits, 3)}f} GB"
