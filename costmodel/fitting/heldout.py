"""Cross-validation of a fit: each family of networks predicted from the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from costlint.costmodel.devices.profile import Fit, Interval
from costlint.costmodel.fitting.fit import Fitted, predict, shares
from costlint.costmodel.fitting.intervals import (
    LEVEL,
    POOLED_WEIGHT,
    conformal,
    held_out_coverage,
)
from costlint.costmodel.fitting.samples import Samples

FOLDS: Final = 10


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Predictions of networks whose family the fit did not see, seconds.

    `scale_sd` is how unsure each is (log scale); `flop_s` is the baseline's, proportional to FLOPs;
    `folds` numbers what was held out together.
    """

    networks: tuple[str, ...]
    measured_s: np.ndarray
    predicted_s: np.ndarray
    scale_sd: np.ndarray
    flop_s: np.ndarray
    folds: np.ndarray

    @property
    def residuals(self) -> np.ndarray:
        """log(measured / predicted), divided by each prediction's scale."""
        return np.asarray(np.log(self.measured_s / self.predicted_s) / self.scale_sd)


def held_out(
    samples: Samples, fit_on: Callable[[np.ndarray], Fitted], *, overlap: float, noise: float
) -> HeldOut:
    """Predict each family by `fit_on(mask)` of the other families' samples."""
    folds = _folds(samples.families)
    rest = [folds != fold for fold in range(folds.max() + 1)]
    macs = np.array([max(row.macs, 1) * row.batch for row in samples.rows], dtype=float)
    seconds_per_mac = [np.median(samples.latency_s[kept] / macs[kept]) for kept in rest]
    return predictions(
        samples,
        folds,
        {fold: fit_on(kept) for fold, kept in enumerate(rest)},
        macs * np.array(seconds_per_mac)[folds],
        overlap=overlap,
        noise=noise,
    )


def predictions(  # noqa: PLR0913 (samples and who predicts them, then the model by name)
    samples: Samples,
    folds: np.ndarray,
    fits: Mapping[int, Fitted],
    flop_s: np.ndarray,
    *,
    overlap: float,
    noise: float,
) -> HeldOut:
    """Each sample as the fit predicts it that did not see its fold.

    Its scale is the noise, and the share of each term times the term's own uncertainty.
    """
    predicted_s, scale_sd = np.zeros(len(samples)), np.zeros(len(samples))
    for fold in np.unique(folds):
        out, fitted = folds == fold, fits[fold]
        left = samples.where(out)
        predicted_s[out] = predict(left, fitted.parameters, overlap)
        share = shares(left, fitted.parameters, overlap)
        scale_sd[out] = np.sqrt(noise**2 + share**2 @ np.diag(fitted.covariance))
    return HeldOut(
        networks=tuple(row.network for row in samples.rows),
        measured_s=samples.latency_s,
        predicted_s=predicted_s,
        scale_sd=scale_sd,
        flop_s=flop_s,
        folds=folds,
    )


def _folds(families: np.ndarray) -> np.ndarray:
    """What is held out with each sample, at most `FOLDS`; large families are spread over them."""
    names, family, sizes = np.unique(families, return_inverse=True, return_counts=True)
    rank = np.empty(len(names), dtype=int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(names))
    return np.asarray(rank[family] % FOLDS)


def judged(  # noqa: PLR0913 (residuals of a device and its group, then options by name)
    found: HeldOut,
    pooled: np.ndarray,
    pooled_folds: np.ndarray,
    *,
    noise: float,
    level: float = LEVEL,
    weight: float = POOLED_WEIGHT,
) -> tuple[Fit, Interval]:
    """The held-out errors as a profile states them, and its interval.

    `pooled` are residuals that steady those of few timings. The coverage stated is that of
    quantiles which did not see the fold that they are tested on.
    """
    from scipy.stats import spearmanr

    low, high = conformal(found.residuals, pooled, level=level, weight=weight)
    inside = held_out_coverage(
        found.residuals, found.folds, pooled, pooled_folds, level=level, weight=weight
    )
    error = np.abs(found.predicted_s / found.measured_s - 1.0)
    rho = float(spearmanr(found.measured_s, found.predicted_s).statistic)
    fit = Fit(
        networks=len(set(found.networks)),
        mape=float(error.mean()),
        median=float(np.median(error)),
        p90=float(np.quantile(error, 0.9)),
        within_10=float((error <= 0.1).mean()),
        spearman=rho if np.isfinite(rho) else 0.0,
        coverage=inside,
        flop_mape=float(np.abs(found.flop_s / found.measured_s - 1.0).mean()),
    )
    return fit, Interval(base_sd=noise, low=low, high=high)
