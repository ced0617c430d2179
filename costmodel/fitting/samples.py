"""Timings made ready for a fit: for each network the amounts of its kernels and its latency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from costlint.costmodel.devices.terms import PARTS

IS_PART = {part: np.array([p == part for p in PARTS]) for part in ("launch", "compute", "memory")}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One measured network: `amounts` is kernels by terms, `family` what is held out together.

    A part is kernels of a network that were timed by themselves, without the cost per inference.
    """

    network: str
    family: str
    amounts: np.ndarray
    latency_s: float
    batch: int = 1
    macs: int = 0
    width: int = 0
    is_part: bool = False


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Networks timed on one device, with equal kernels of a network merged."""

    rows: tuple[Sample, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, mask: Sequence[bool] | np.ndarray) -> Samples:
        """The samples for which `mask` holds."""
        return Samples(rows=tuple(r for r, keep in zip(self.rows, mask, strict=True) if keep))

    @cached_property
    def latency_s(self) -> np.ndarray:
        """Measured seconds."""
        return np.array([row.latency_s for row in self.rows])

    @cached_property
    def is_whole(self) -> np.ndarray:
        """Which rows are whole networks."""
        return np.array([not row.is_part for row in self.rows])

    @cached_property
    def families(self) -> np.ndarray:
        """The family of each row."""
        return np.array([row.family for row in self.rows])

    @cached_property
    def stacked(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Distinct kernels of all networks, how often each runs, where each network starts."""
        kernels, times, starts = [], [], [0]
        for row in self.rows:
            distinct, counts = np.unique(row.amounts, axis=0, return_counts=True)
            kernels.append(distinct)
            times.append(counts)
            starts.append(starts[-1] + len(distinct))
        return np.vstack(kernels), np.concatenate(times).astype(float), np.array(starts[:-1])
