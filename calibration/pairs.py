"""Pairs of measured latencies: the predicted saving with its interval beside the measured one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from costlint.analyzers.price import difference
from costlint.costmodel.devices import DeviceProfile
from costlint.costmodel.latency.combine import matrix_seconds

BIG: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Predicted saving with its interval, and the measured one."""

    saved_s: float
    low_s: float
    high_s: float
    measured_s: float
    share: float


def latencies(
    amounts: np.ndarray, parameters: np.ndarray, overlap: float, like: DeviceProfile
) -> SimpleNamespace:
    """What `difference` reads of an estimate, on the device `like` with other parameters."""
    seconds = matrix_seconds(amounts, np.exp(parameters[:-1]), overlap).latency_s
    kernels = [SimpleNamespace(kernel_class="", latency_s=float(s)) for s in seconds]
    total = float(np.exp(parameters[-1]) + seconds.sum())
    return SimpleNamespace(kernels=kernels, latency_s=total, device=like)


def pair(before: Any, after: Any, before_s: float, after_s: float) -> Pair:
    """The pair of two predictions and their measured seconds."""
    found = difference(before, after)
    return Pair(
        saved_s=found.saved_s,
        low_s=found.low_s,
        high_s=found.high_s,
        measured_s=before_s - after_s,
        share=(before_s - after_s) / before_s,
    )


def table_row(title: str, pairs: Sequence[Pair]) -> str:
    """A row of `HEAD`'s table: pairs, sign of those that differ by more than 5 %, coverage.

    The last column is how many times as wide the intervals would hold 90 %.
    """
    big = [one for one in pairs if abs(one.share) > BIG]
    signs = sum((one.saved_s > 0) == (one.measured_s > 0) for one in big)
    covered = sum(one.low_s <= one.measured_s <= one.high_s for one in pairs)
    off = [abs(p.measured_s - p.saved_s) / max((p.high_s - p.low_s) / 2, 1e-12) for p in pairs]
    return (
        f"| {title} | {len(pairs)} | {len(big)} | {signs / len(big):.1%} "
        f"| {covered / len(pairs):.1%} | {np.quantile(off, 0.9):.2f} |"
    )


HEAD: Final = (
    "| pairs of | pairs | differ by over 5 % | sign of these right | covered | width for 90 % |\n"
    "|---|---:|---:|---:|---:|---:|"
)
