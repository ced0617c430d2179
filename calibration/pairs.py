"""Pairs of measured latencies: the predicted saving with its interval beside the measured one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from costlint.analyzers.finding import Saving
from costlint.analyzers.price import difference
from costlint.costmodel.devices import DeviceProfile
from costlint.costmodel.latency.combine import matrix_seconds

BIG: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Predicted saving with its interval, and the seconds measured."""

    predicted: Saving
    before_s: float
    after_s: float

    @property
    def measured_s(self) -> float:
        """The measured saving."""
        return self.before_s - self.after_s


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
    return Pair(predicted=difference(before, after), before_s=before_s, after_s=after_s)


def table_row(title: str, pairs: Sequence[Pair]) -> str:
    """A row of `HEAD`'s table: pairs, sign of those that differ by more than 5 %, coverage.

    The last column is how many times as wide the intervals would hold 90 %.
    """
    both = [(one.predicted, one.measured_s) for one in pairs]
    big = [one for one in pairs if abs(one.measured_s / one.before_s) > BIG]
    signs = sum((one.predicted.saved_s > 0) == (one.measured_s > 0) for one in big)
    covered = sum(found.low_s <= measured_s <= found.high_s for found, measured_s in both)
    off = [abs(s - f.saved_s) / max((f.high_s - f.low_s) / 2, 1e-12) for f, s in both]
    return (
        f"| {title} | {len(pairs)} | {len(big)} | {signs / len(big):.1%} "
        f"| {covered / len(pairs):.1%} | {np.quantile(off, 0.9):.2f} |"
    )


HEAD: Final = (
    "| pairs of | pairs | differ by over 5 % | sign of these right | covered | width for 90 % |\n"
    "|---|---:|---:|---:|---:|---:|"
)
