"""One device from its timings: rates in log space, Gauss-Newton, a prior, robust residuals.

The parameters are the logarithms of the seconds per unit of each term and of the overhead of an
inference, so that every rate is positive. The derivative of log(latency) by one of them is the
share of the latency that the term takes. Residuals are of log(latency), with Student's t of four
degrees of freedom, so that one odd network does not bend the rest (Lange et al., JASA 1989).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from costlint.costmodel.devices.profile import DeviceProfile
from costlint.costmodel.devices.terms import TERMS
from costlint.costmodel.fitting.samples import Samples
from costlint.costmodel.latency.combine import matrix_seconds, term_seconds

SIZE: Final = len(TERMS) + 1
"""Parameters: one for each term and the overhead."""
FREEDOM: Final = 4.0
FREE_S: Final = 1e-18
"""Seconds that stand for none, which has no logarithm: a term that a profile lacks may be free."""


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is known before the timings: a normal distribution over the parameters."""

    mean: np.ndarray
    covariance: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Parameters of one device and their covariance, after its timings."""

    parameters: np.ndarray
    covariance: np.ndarray

    def of_profile(self) -> dict[str, Any]:
        """The fields of a profile that say what a unit of each term and an inference cost."""
        seconds, sd = np.exp(self.parameters), np.sqrt(np.diag(self.covariance))
        return {
            "seconds_per_unit": tuple(seconds[:-1].tolist()),
            "term_sd": tuple(sd[:-1].tolist()),
            "overhead_s": float(seconds[-1]),
            "overhead_sd": float(sd[-1]),
        }


def fitted_of(profile: DeviceProfile) -> Fitted:
    """The fit that a profile holds."""
    seconds = np.maximum([*profile.seconds_per_unit, profile.overhead_s], FREE_S)
    covariance = np.diag([*profile.variances, profile.overhead_sd**2])
    return Fitted(parameters=np.log(seconds), covariance=covariance)


def predict(samples: Samples, parameters: np.ndarray, overlap: float) -> np.ndarray:
    """Predicted seconds of each sample."""
    amounts, times, starts = samples.stacked
    latency_s = matrix_seconds(amounts, np.exp(parameters[:-1]), overlap).latency_s
    overhead_s = np.exp(parameters[-1]) * samples.is_whole
    return np.asarray(np.add.reduceat(latency_s * times, starts) + overhead_s)


def shares(samples: Samples, parameters: np.ndarray, overlap: float) -> np.ndarray:
    """Share of each parameter in each sample's latency (samples, parameters)."""
    amounts, times, starts = samples.stacked
    rates = np.exp(parameters[:-1])
    spent = term_seconds(amounts, rates, matrix_seconds(amounts, rates, overlap), overlap)
    overhead_s = np.exp(parameters[-1]) * samples.is_whole
    summed = np.add.reduceat(spent * times[:, None], starts, axis=0)
    found = np.hstack([summed, overhead_s[:, None]])
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def fit(  # noqa: PLR0913 (samples and prior, then options by name)
    samples: Samples,
    prior: Prior,
    *,
    overlap: float,
    noise: float | np.ndarray,
    start: np.ndarray | None = None,
    steps: int = 25,
) -> Fitted:
    """The most probable parameters. `noise` is the residuals' expected scale (log), of each or all.

    Without `start` the prior's mean is first moved to the device's speed.
    """
    measured = np.log(samples.latency_s)
    precision = np.linalg.inv(prior.covariance)
    now = prior.mean if start is None else start
    if start is None:
        now = now + np.median(measured - np.log(predict(samples, now, overlap)))

    def loss(parameters: np.ndarray) -> float:
        residual = measured - np.log(predict(samples, parameters, overlap))
        away = parameters - prior.mean
        robust = (FREEDOM + 1) * np.log1p(residual**2 / (FREEDOM * noise**2)).sum()
        return float(robust + away @ precision @ away)

    damping, best = 1e-3, loss(now)
    curvature = precision
    for _ in range(steps):
        share = shares(samples, now, overlap)
        residual = measured - np.log(predict(samples, now, overlap))
        weight = (FREEDOM + 1) / (FREEDOM + (residual / noise) ** 2) / noise**2
        curvature = (share * weight[:, None]).T @ share + precision
        slope = (share * weight[:, None]).T @ residual - precision @ (now - prior.mean)
        moved, after, damping = _step(now, curvature, slope, damping, best, loss)
        if moved is None:
            break
        now, gain, best = moved, best - after, after
        if gain < 1e-3:
            break
    return Fitted(parameters=now, covariance=np.linalg.inv(curvature))


def _step(  # noqa: PLR0913, PLR0917 (one step's state)
    now: np.ndarray,
    curvature: np.ndarray,
    slope: np.ndarray,
    damping: float,
    best: float,
    loss: Callable[[np.ndarray], float],
) -> tuple[np.ndarray | None, float, float]:
    """The first damped step (Levenberg-Marquardt) that lowers the loss, or None."""
    for _ in range(6):
        damped = curvature + damping * np.diag(np.diag(curvature))
        moved = now + np.clip(np.linalg.solve(damped, slope), -2.0, 2.0)
        after = loss(moved)
        if after < best:
            return moved, after, max(damping / 5, 1e-6)
        damping *= 5
    return None, best, damping
