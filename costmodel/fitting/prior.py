"""What similar devices share: empirical Bayes over the devices of one runtime.

Each device's parameters are drawn from a common normal distribution; its mean and covariance are
estimated from the devices themselves by expectation maximisation (Morris, JASA 1983).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from costlint.costmodel.devices.terms import INDEX
from costlint.costmodel.fitting.fit import SIZE, Fitted, Prior, fit
from costlint.costmodel.fitting.samples import IS_PART, Samples

LAUNCH_SPEED: Final = 0.3
"""How far launches follow a device's speed: dispatch is the host's work."""
SPEED: Final = np.append(np.where(IS_PART["launch"], LAUNCH_SPEED, 1.0), LAUNCH_SPEED)
"""How far each parameter follows the device's speed."""
PART_SD: Final = 0.5
FLOOR: Final = 0.002
"""Variance that is always left: no two devices are known to be alike to better than 4 %."""


def vague_prior(
    mean: np.ndarray,
    *,
    ratio_sd: float = 0.8,
    speed_sd: float = 2.0,
    known: Mapping[str, float] | None = None,
) -> Prior:
    """`mean`'s ratios known to `ratio_sd`, the device's speed only to `speed_sd` (log scale).

    Rates of one part (launch, compute, memory) also move together, by `PART_SD`. Terms in `known`
    are known to that sd whatever the device's speed: a latency of memory, say.
    """
    covariance = np.eye(SIZE) * ratio_sd**2 + np.outer(SPEED, SPEED) * speed_sd**2
    for part in IS_PART.values():
        members = np.append(part, False)
        covariance += np.outer(members, members) * PART_SD**2
    for name, sd in (known or {}).items():
        covariance[INDEX[name]] = covariance[:, INDEX[name]] = 0.0
        covariance[INDEX[name], INDEX[name]] = sd**2
    return Prior(mean=mean, covariance=covariance)


def shared_prior(fits: Mapping[str, Fitted], first: Prior, *, weight: float = 8.0) -> Prior:
    """Mean and covariance of the fitted devices; `first` counts as `weight` devices."""
    parameters = np.array([f.parameters for f in fits.values()])
    mean = parameters.mean(axis=0)
    away = parameters - mean
    scatter = away.T @ away + sum(f.covariance for f in fits.values())
    vague = first.covariance * 0.25
    covariance = (scatter + weight * vague) / (len(fits) + weight)
    return Prior(mean=mean, covariance=covariance + FLOOR * np.eye(SIZE))


def fit_together(  # noqa: PLR0913 (devices and prior, then options by name)
    devices: Mapping[str, Samples],
    first: Prior,
    *,
    overlap: float,
    noise: float,
    rounds: int = 3,
    start: Mapping[str, np.ndarray] | None = None,
) -> tuple[dict[str, Fitted], Prior]:
    """Fit every device and the prior that they share. `start` only saves steps."""
    prior = first
    begin = dict(start or {})
    fits: dict[str, Fitted] = {}
    for _ in range(rounds):
        for name, samples in devices.items():
            fits[name] = fit(
                samples,
                prior,
                overlap=overlap,
                noise=noise,
                start=begin.get(name),
                steps=12 if name not in begin else 5,
            )
            begin[name] = fits[name].parameters
        prior = shared_prior(fits, first)
    return fits, prior
