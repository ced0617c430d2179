"""Predictions of networks that no shared number has seen."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping

import numpy as np

from calibration.groups import Group
from costlint.costmodel.fitting.fit import Fitted
from costlint.costmodel.fitting.heldout import FOLDS, HeldOut, predictions
from costlint.costmodel.fitting.prior import fit_together
from costlint.costmodel.fitting.samples import Samples


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


def folds_of(families: list[str], group: Group) -> np.ndarray:
    """The fold of each network of one device, by the families of its networks."""
    fold = fold_of(families, group)
    return np.array([fold[family] for family in families])


def held_out(
    devices: Mapping[str, Samples], group: Group, starts: Mapping[str, np.ndarray]
) -> dict[str, HeldOut]:
    """Cross-validate a group: a family is left out of every device and of the prior at once."""
    biggest = max(devices.values(), key=len)
    families = [str(f) for f in biggest.families]
    folds = fold_of(
        families + [f for s in devices.values() for f in set(s.families) - set(families)], group
    )
    of = {name: np.array([folds[f] for f in s.families]) for name, s in devices.items()}
    fits: dict[str, dict[int, Fitted]] = {name: {} for name in devices}
    for fold in sorted(set(folds.values())):
        kept = {name: s.where(of[name] != fold) for name, s in devices.items()}
        found, _ = fit_together(
            kept, group.first, overlap=group.overlap, noise=group.noise, start=starts
        )
        for name, fitted in found.items():
            fits[name][fold] = fitted
    return {name: predictions_of(s, of[name], fits[name], group) for name, s in devices.items()}


def predictions_of(
    samples: Samples, folds: np.ndarray, fits: Mapping[int, Fitted], group: Group
) -> HeldOut:
    """One device's predictions, beside time proportional to the macs of an image."""
    macs = np.array([row.macs for row in samples.rows], dtype=float)
    flop_s = macs * np.median(samples.latency_s / macs)
    return predictions(samples, folds, fits, flop_s, overlap=group.overlap, noise=group.noise)
