"""A device profile: hardware, runtime, rates, where they come from and how far to trust them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from costlint.costmodel.devices.rates import UNKNOWN_SD
from costlint.costmodel.devices.settings import Settings, under
from costlint.costmodel.devices.terms import INDEX, INTEGERS, TERMS
from costlint.costmodel.devices.writing import toml_of
from costlint.costmodel.runtimes.fusion import FusionRules, fusion_rules

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What the timings covered, from smallest to largest; outside it an estimate extrapolates."""

    batch: tuple[int, int]
    macs: tuple[int, int]
    width: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the numbers come from. `borrowed` says that other devices fill in for few timings."""

    source: str
    date: str
    timings: int
    borrowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Errors on held-out networks, as shares; `flop_mape` is the FLOPs-proportional baseline's."""

    networks: int
    mape: float
    median: float
    p90: float
    within_10: float
    spearman: float
    coverage: float
    flop_mape: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Quantiles of held-out residuals, log(measured / predicted), in units of their scale.

    The scale is sqrt(base_sd**2 + sum of (share of a term * its sd)**2).
    """

    base_sd: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class DeviceProfile:
    """One hardware with one runtime, precision, layout and number of threads.

    `seconds_per_unit` and `term_sd` follow `TERMS`; rates in the file are their inverse, and the
    standard deviation is that of the rate's logarithm. `threads` 0 means a GPU. `notes` say where
    the file had a term that is gone, or lacked one.
    """

    name: str
    hardware: str
    runtime: str
    fusion: str
    precision: str
    layout: str
    threads: int
    lanes_in: int
    lanes_out: int
    cache_bytes: int
    overlap: float
    overhead_s: float
    overhead_sd: float
    seconds_per_unit: tuple[float, ...]
    term_sd: tuple[float, ...]
    range: Range
    provenance: Provenance
    fit: Fit
    interval: Interval
    memory_bytes: float | None = None
    cores: int | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def rules(self) -> FusionRules:
        """The fusion rules of the runtime."""
        return fusion_rules(self.fusion)

    @cached_property
    def settings(self) -> Settings:
        """What of the device changes a kernel's amounts."""
        plain = Settings(
            precision=self.precision,
            lanes_in=self.lanes_in,
            lanes_out=self.lanes_out,
            cache_bytes=self.cache_bytes,
            cores=self.cores or 0,
            integers=self.term_sd[INDEX["integer"]] < UNKNOWN_SD,
        )
        return under(plain, self.rules.library, self.threads)

    @cached_property
    def coefficients(self) -> np.ndarray:
        """`seconds_per_unit` as an array."""
        import numpy as np

        return np.array(self.seconds_per_unit)

    @cached_property
    def variances(self) -> np.ndarray:
        """Squares of `term_sd` as an array."""
        import numpy as np

        return np.array(self.term_sd) ** 2

    def to_toml(self) -> str:
        """The profile as a TOML file."""
        return toml_of(self)

    def save(self, path: str | Path) -> None:
        """Write the profile to a TOML file."""
        Path(path).write_text(self.to_toml(), encoding="utf-8")


def without_integers(profile: DeviceProfile) -> DeviceProfile:
    """`profile` as one of a device on which nothing with integers was timed: with the defaults."""
    seconds, sds = list(profile.seconds_per_unit), list(profile.term_sd)
    for place in map(INDEX.__getitem__, INTEGERS):
        like = INDEX[TERMS[place].default]
        seconds[place], sds[place] = seconds[like], math.hypot(sds[like], UNKNOWN_SD)
    return replace(profile, seconds_per_unit=tuple(seconds), term_sd=tuple(sds))
