"""Conformal quantiles of held-out residuals, for a level of 90 %."""

from __future__ import annotations

from typing import Final

import numpy as np

LEVEL: Final = 0.9
FAMILY_LEVEL: Final = 0.93
"""Networks of one family err together: their quantiles are taken further out, to hold 90 %."""
POOLED_WEIGHT: Final = 30.0
"""A device's own residuals count as much as its group's when it has this many."""
SINGLE_WEIGHT: Final = 100.0
"""Likewise where each network is held out alone: the ends of twenty residuals say little."""


def conformal(
    own: np.ndarray, pooled: np.ndarray, *, level: float = LEVEL, weight: float = POOLED_WEIGHT
) -> tuple[float, float]:
    """Quantiles (low, high) of scaled residuals log(measured / predicted).

    The device's own residuals say how wide its interval must be, those of its group steady them
    where it has few. Ranks are those of split conformal prediction, (n + 1) * level
    (Vovk et al., Algorithmic Learning in a Random World, 2005).
    """
    share = len(own) / (len(own) + weight)
    low, high = (
        share * _quantile(own, side) + (1 - share) * _quantile(pooled, side)
        for side in ((1 - level) / 2, (1 + level) / 2)
    )
    return min(low, -0.1), max(high, 0.1)


def coverage(residuals: np.ndarray, low: float, high: float) -> float:
    """Share of the residuals between the two."""
    return float(((residuals >= low) & (residuals <= high)).mean())


def held_out_coverage(  # noqa: PLR0913 (residuals and folds twice, then options by name)
    own: np.ndarray,
    folds: np.ndarray,
    pooled: np.ndarray,
    pooled_folds: np.ndarray,
    *,
    level: float = LEVEL,
    weight: float = POOLED_WEIGHT,
) -> float:
    """Coverage by quantiles that did not see the fold they are tested on.

    `own` are scaled residuals of a device (n,), `pooled` those of its group (m,); `folds` and
    `pooled_folds` number what was held out together (Vovk, Cross-conformal predictors, 2015).
    """
    inside = 0.0
    for fold in np.unique(folds):
        out = folds == fold
        low, high = conformal(own[~out], pooled[pooled_folds != fold], level=level, weight=weight)
        inside += coverage(own[out], low, high) * out.sum()
    return float(inside / len(own))


def _quantile(residuals: np.ndarray, level: float) -> float:
    rank = level * (len(residuals) + 1)
    index = np.ceil(rank - 1) if level > 0.5 else np.floor(rank)
    return float(np.sort(residuals)[int(np.clip(index, 0, len(residuals) - 1))])
