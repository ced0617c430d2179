"""Cross-validation of a fit: each family of networks predicted from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from costlint.costmodel.devices.profile import Fit
from costlint.costmodel.fitting.fit import Fitted, predict, shares
from costlint.costmodel.fitting.samples import Samples

FOLDS: Final = 10


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Predictions of networks whose family the fit did not see, seconds.

    `scale` is how unsure each is (log scale); `flop_s` is the baseline's, proportional to FLOPs;
    `folds` numbers what was held out together.
    """

    latency_s: np.ndarray
    scale: np.ndarray
    flop_s: np.ndarray
    folds: np.ndarray


def held_out(
    samples: Samples, fit_on: Callable[[np.ndarray], Fitted], *, overlap: float, noise: float
) -> HeldOut:
    """Predict each family by `fit_on(mask)` of the other families' samples."""
    found = HeldOut(
        latency_s=np.zeros(len(samples)),
        scale=np.zeros(len(samples)),
        flop_s=np.zeros(len(samples)),
        folds=np.zeros(len(samples), dtype=int),
    )
    macs = np.array([max(row.macs, 1) * row.batch for row in samples.rows], dtype=float)
    for fold, out in enumerate(_splits(samples.families)):
        found.folds[out] = fold
        left = samples.where(out)
        without = fit_on(~out)
        found.latency_s[out] = predict(left, without.parameters, overlap)
        found.scale[out] = scale_of(left, without, overlap=overlap, noise=noise)
        seconds_per_mac = np.median(samples.latency_s[~out] / macs[~out])
        found.flop_s[out] = macs[out] * seconds_per_mac
    return found


def scale_of(samples: Samples, fitted: Fitted, *, overlap: float, noise: float) -> np.ndarray:
    """How unsure a prediction is: the noise, and each term's share times its own uncertainty."""
    share = shares(samples, fitted.parameters, overlap)
    return np.sqrt(noise**2 + share**2 @ np.diag(fitted.covariance))


def _splits(families: np.ndarray) -> Iterator[np.ndarray]:
    """Masks of what is held out, at most `FOLDS`; large families are spread over them."""
    names, sizes = np.unique(families, return_counts=True)
    ordered = names[np.argsort(-sizes, kind="stable")]
    for fold in range(min(FOLDS, len(ordered))):
        yield np.isin(families, ordered[fold::FOLDS])


def errors(samples: Samples, found: HeldOut, inside: float) -> Fit:
    """The held-out errors as a profile states them; `inside` is the intervals' coverage."""
    from scipy.stats import spearmanr

    measured = samples.latency_s
    error = np.abs(found.latency_s / measured - 1.0)
    rho = float(spearmanr(measured, found.latency_s).statistic)
    return Fit(
        networks=len({row.network for row in samples.rows}),
        mape=float(error.mean()),
        median=float(np.median(error)),
        p90=float(np.quantile(error, 0.9)),
        within_10=float((error <= 0.1).mean()),
        spearman=rho if np.isfinite(rho) else 0.0,
        coverage=inside,
        flop_mape=float(np.abs(found.flop_s / measured - 1.0).mean()),
    )
