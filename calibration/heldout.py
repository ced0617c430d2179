"""Predictions of networks that no shared number has seen."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.groups import Group
from costlint.costmodel.fitting.fit import predict, shares
from costlint.costmodel.fitting.prior import fit_together
from costlint.costmodel.fitting.samples import Samples

FOLDS = 10


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Held-out predictions of one device; `scale_sd` is each prediction's own uncertainty.

    `folds` says with which others a network was held out: devices of a group share them.
    """

    networks: tuple[str, ...]
    measured_s: np.ndarray
    predicted_s: np.ndarray
    scale_sd: np.ndarray
    folds: np.ndarray

    @property
    def residuals(self) -> np.ndarray:
        """log(measured / predicted), divided by each prediction's scale."""
        scaled: np.ndarray = np.log(self.measured_s / self.predicted_s) / self.scale_sd
        return scaled


def fold_of(families: list[str], group: Group) -> dict[str, int]:
    """Which fold holds out each family: one each, or ten folds of equal size."""
    sizes = Counter(families)
    if group.leave_one_out:
        return {family: i for i, family in enumerate(sorted(sizes))}
    filled = [0] * min(FOLDS, len(sizes))
    folds: dict[str, int] = {}
    for family in sorted(sizes, key=lambda f: (-sizes[f], zlib.crc32(f.encode()))):
        folds[family] = int(np.argmin(filled))
        filled[folds[family]] += sizes[family]
    return folds


def held_out(
    devices: Mapping[str, Samples], group: Group, starts: Mapping[str, np.ndarray]
) -> dict[str, HeldOut]:
    """Cross-validate a group: a family is left out of every device and of the prior at once."""
    biggest = max(devices.values(), key=len)
    families = [str(f) for f in biggest.families]
    folds = fold_of(
        families + [f for s in devices.values() for f in set(s.families) - set(families)], group
    )
    predicted = {name: np.zeros(len(s)) for name, s in devices.items()}
    scale = {name: np.zeros(len(s)) for name, s in devices.items()}
    first = group.first
    for fold in sorted(set(folds.values())):
        out = {n: np.array([folds[f] == fold for f in s.families]) for n, s in devices.items()}
        kept = {n: s.where(~out[n]) for n, s in devices.items()}
        fits, _ = fit_together(kept, first, overlap=group.overlap, noise=group.noise, start=starts)
        for name, samples in devices.items():
            if out[name].any():
                left = samples.where(out[name])
                parameters = fits[name].parameters
                predicted[name][out[name]] = predict(left, parameters, group.overlap)
                sd = np.sqrt(np.diag(fits[name].covariance))
                scale[name][out[name]] = prediction_sd(left, parameters, sd, group)
    return {
        name: HeldOut(
            networks=tuple(r.network for r in samples.rows),
            measured_s=samples.latency_s,
            predicted_s=predicted[name],
            scale_sd=scale[name],
            folds=np.array([folds[f] for f in samples.families]),
        )
        for name, samples in devices.items()
    }


def prediction_sd(
    samples: Samples, parameters: np.ndarray, sd: np.ndarray, group: Group
) -> np.ndarray:
    """The interval's scale: noise and the uncertainty of the terms that a network leans on."""
    share = shares(samples, parameters, group.overlap)
    scale: np.ndarray = np.sqrt(group.noise**2 + (share**2) @ sd**2)
    return scale
