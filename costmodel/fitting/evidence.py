"""What timings of a device and the profiles nearest to it say together, and the fit to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from costlint.costmodel.devices.profile import DeviceProfile
from costlint.costmodel.fitting.checks import check_rows
from costlint.costmodel.fitting.fit import Fitted, Prior, fit
from costlint.costmodel.fitting.neighbours import Neighbour, neighbours_of, prior_of
from costlint.costmodel.fitting.parts import joined, noise_of, parts
from costlint.costmodel.fitting.samples import Samples
from costlint.costmodel.fitting.timed import Timed, timed
from costlint.costmodel.fitting.timings import Timing
from costlint.costmodel.runtimes.fusion import fusion_rules

NOISE: Final = 0.1
"""Residuals that are expected of the model on steady timings (log scale)."""
OTHER_NOISE: Final = 0.2
"""Those for a runtime that no shipped profile has: its fusion rules and terms were not checked
against timings."""
FIRST_NOISE: Final = 0.3
"""Those at first: a robust fit that begins strict takes what is far from the prior for outliers."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The timings of a device, and the shipped profiles that are nearest to it.

    `like` is the nearest one with the settings of the timed device. `samples` are whole networks,
    `kernels` parts of them that were timed by themselves.
    """

    timed: Timed
    neighbours: tuple[Neighbour, ...]
    like: DeviceProfile
    samples: Samples
    kernels: Samples

    @property
    def everything(self) -> np.ndarray:
        """The mask that chooses all samples."""
        return np.ones(len(self.samples), dtype=bool)

    @property
    def noise(self) -> float:
        """The residuals that are expected of a timing (log scale)."""
        is_known = self.neighbours[0].profile.fusion == self.like.fusion
        return NOISE if is_known else OTHER_NOISE

    def prior(self, chosen: np.ndarray) -> Prior:
        """What the neighbours say, judged by the `chosen` samples."""
        return prior_of(self.neighbours, self.like.fusion, chosen)

    def fit(self, chosen: np.ndarray) -> Fitted:
        """The parameters by the `chosen` samples and the parts of their families alone."""
        samples = joined(self.samples.where(chosen), self.kernels)
        prior = self.prior(chosen)
        return fit_from(samples, prior, overlap=self.like.overlap, noise=self.noise)


def evidence_of(
    rows: Sequence[Timing], graphs: str | os.PathLike[str], fusion: str | None
) -> Evidence:
    """The evidence of timings of graphs that lie in a folder or zip file; see `calibrate`."""
    name, precision = check_rows(rows, fusion)
    rules = fusion_rules(name)
    data = timed(rows, graphs)
    neighbours = neighbours_of(data, name, precision)
    nearest = neighbours[0].profile
    settings = data.settings(nearest, rules)
    like = replace(
        nearest,
        fusion=name,
        precision=precision,
        threads=rows[0].threads or 0,
        lanes_out=settings.lanes_out,
        cache_bytes=settings.cache_bytes,
    )
    return Evidence(
        timed=data,
        neighbours=neighbours,
        like=like,
        samples=data.samples(rules, like.settings),
        kernels=parts(data, rules, like.settings),
    )


def fit_from(samples: Samples, prior: Prior, *, overlap: float, noise: float) -> Fitted:
    """The fit that starts at the prior's mean and is lenient at first."""
    found = fit(samples, prior, overlap=overlap, noise=noise_of(samples, FIRST_NOISE),
                start=prior.mean)  # fmt: skip
    return fit(samples, prior, overlap=overlap, noise=noise_of(samples, noise),
               start=found.parameters)  # fmt: skip
