"""Counts and device profiles become estimates: kernels, their latencies, an interval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices import DeviceProfile
from costlint.costmodel.devices.settings import Settings
from costlint.costmodel.latency.combine import Seconds, matrix_seconds, term_seconds
from costlint.costmodel.latency.estimate import Estimate, KernelEstimate
from costlint.costmodel.latency.interval import out_of_range, total_factors
from costlint.costmodel.latency.kernel_amounts import KernelAmounts, amounts_by_kernel
from costlint.costmodel.runtimes.fusion import fusion_rules
from costlint.costmodel.runtimes.kernels import Kernel, kernels

if TYPE_CHECKING:
    import numpy as np


def predict(counts: Counts, profiles: Iterable[DeviceProfile]) -> Iterator[Estimate]:
    """Predict a counted model on each device.

    Kernels are made once for each rule set, their amounts once for devices of the same settings.
    """

    @cache
    def made(fusion: str) -> tuple[Kernel, ...]:
        return kernels(counts.ops, counts.graph.outputs, fusion_rules(fusion))

    @cache
    def amounts(fusion: str, settings: Settings) -> KernelAmounts:
        return amounts_by_kernel(counts.ops, counts.graph, made(fusion), settings)

    for profile in profiles:
        yield _estimate(counts, profile, amounts(profile.fusion, profile.settings))


def _estimate(counts: Counts, profile: DeviceProfile, found: KernelAmounts) -> Estimate:
    amounts, rates, overlap = found.matrix, profile.coefficients, profile.overlap
    seconds = matrix_seconds(amounts, rates, overlap)
    outside = out_of_range(counts, profile)
    spent = term_seconds(amounts, rates, seconds, overlap)
    low, high = total_factors(spent, profile, len(outside), found.unrated)
    total = profile.overhead_s + float(seconds.latency_s.sum())
    return Estimate(
        counts=counts,
        device=profile,
        kernels=tuple(_kernel_estimates(found, seconds)),
        latency_s=total,
        latency_low_s=total * low,
        latency_high_s=total * high,
        extrapolated=outside,
        notes=(*_notes(counts, profile, outside), *_unrated(found, profile)),
    )


def _kernel_estimates(
    found: KernelAmounts, seconds: Seconds[np.ndarray]
) -> Iterator[KernelEstimate]:
    parts = seconds.parts()
    rows = zip(*(array.tolist() for array in parts.values()), strict=True)
    for kernel, amounts, row in zip(found.kernels, found.amounts, rows, strict=True):
        own = dict(zip(parts, row, strict=True))
        yield KernelEstimate(kernel=kernel, amounts=amounts, model=found, **own)


def _notes(counts: Counts, profile: DeviceProfile, outside: tuple[str, ...]) -> Iterator[str]:
    yield from counts.graph.notes
    yield from profile.notes
    yield from (f"extrapolated: {what}" for what in outside)
    if profile.provenance.borrowed:
        timings = profile.provenance.timings
        yield f"{profile.name} has {timings} timings and borrows from similar devices"
    needed = counts.weight_bytes + counts.peak_activation_bytes
    if profile.memory_bytes is not None and needed > profile.memory_bytes:
        short = needed / profile.memory_bytes
        yield f"needs {_gigabytes(needed)}, {short:.1f} times the memory of {profile.name}"


def _unrated(found: KernelAmounts, profile: DeviceProfile) -> Iterator[str]:
    number = int(found.unrated.sum())
    if number:
        what = "kernel multiplies" if number == 1 else "kernels multiply"
        yield (
            f"{number} {what} integers, for which {profile.name} has no rate: its rates of floats"
            " are taken, and the interval is wider"
        )


def _gigabytes(size: float) -> str:
    digits = max(0, 2 - math.floor(math.log10(size / 1e9))) if size < 1e11 else 0
    return f"{size / 1e9:.{min(digits, 3)}f} GB"
