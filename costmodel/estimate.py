"""Predict what a model takes on a device: kernels, their latencies, an interval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache

from costlint.costmodel.count import count
from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices import DEFAULT_DEVICE, Device, DeviceProfile, device
from costlint.costmodel.devices.settings import Settings
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.latency.combine import Seconds, matrix_seconds, term_seconds
from costlint.costmodel.latency.estimated import Estimate, KernelEstimate
from costlint.costmodel.latency.featurize import Featured, featurize
from costlint.costmodel.latency.interval import out_of_range, total_factors
from costlint.costmodel.reader import Model
from costlint.costmodel.runtimes.fusion import fusion_rules
from costlint.costmodel.runtimes.kernels import Kernel, kernels


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
    return next(estimate_on(count(model, shapes=shapes, batch=batch), (device,)))


def estimate_on(counts: Counts, devices: Iterable[Device]) -> Iterator[Estimate]:
    """Predict a counted model on each of `devices`.

    Kernels are made once for each rule set, their amounts once for devices of the same settings.

    Raises:
        CostlintError: a device cannot be used.
    """
    profiles = [device(which) for which in devices]

    @cache
    def made(fusion: str) -> tuple[Kernel, ...]:
        return kernels(counts.ops, counts.graph.outputs, fusion_rules(fusion))

    @cache
    def features(fusion: str, settings: Settings) -> Featured:
        return featurize(counts, fusion_rules(fusion), settings, made(fusion))

    return (_estimated(counts, p, features(p.fusion, p.settings)) for p in profiles)


def _estimated(counts: Counts, profile: DeviceProfile, featured: Featured) -> Estimate:
    amounts, rates, overlap = featured.matrix, profile.coefficients, profile.overlap
    seconds = matrix_seconds(amounts, rates, overlap)
    outside = out_of_range(counts, profile)
    spent = term_seconds(amounts, rates, seconds, overlap)
    low, high = total_factors(spent, profile, len(outside))
    total = profile.overhead_s + float(seconds.latency_s.sum())
    return Estimate(
        counts=counts,
        device=profile,
        kernels=_kernel_estimates(featured, seconds),
        latency_s=total,
        latency_low_s=total * low,
        latency_high_s=total * high,
        extrapolated=outside,
        notes=_notes(counts, profile, outside),
    )


def _kernel_estimates(featured: Featured, seconds: Seconds) -> tuple[KernelEstimate, ...]:
    parts = [part.name for part in fields(Seconds)]
    rows = zip(*(getattr(seconds, part).tolist() for part in parts), strict=True)
    return tuple(
        [
            KernelEstimate(
                kernel=kernel,
                amounts=amounts,
                seconds=Seconds(**dict(zip(parts, row, strict=True))),
                grouped=featured.grouped,
            )
            for kernel, amounts, row in zip(featured.kernels, featured.amounts, rows, strict=True)
        ]
    )


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
