"""Two baselines, fitted on the same folds: time proportional to FLOPs, and a plain roofline."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calibration.amounts import Graph
from calibration.corpus import Device


def baselines(
    device: Device, graphs: Mapping[str, Graph], folds: np.ndarray
) -> tuple[float, float]:
    """MAPE of time proportional to multiply-accumulates, and of a roofline.

    The paper warns against the first. The second is max(macs / peak, bytes / bandwidth) of the
    graph, at the balance that suits best. `folds` numbers what is held out with each timing.
    """
    measured = np.array([t.latency_s for t in device.timings])
    macs = np.array([float(graphs[t.graph].macs * t.batch) for t in device.timings])
    moved = np.array([float(graphs[t.graph].bytes_accessed * t.batch) for t in device.timings])
    balances = np.logspace(-1, 3, 17)  # multiply-accumulates in the time of a byte
    return _error(measured, macs, folds), min(
        _error(measured, np.maximum(macs, balance * moved), folds) for balance in balances
    )


def _error(measured: np.ndarray, guess: np.ndarray, folds: np.ndarray) -> float:
    """MAPE of `guess` times one factor, which is fitted without the family that is tested."""
    errors = np.zeros(len(measured))
    for fold in np.unique(folds):
        out = folds == fold
        factor = np.median(measured[~out] / guess[~out])
        errors[out] = np.abs(factor * guess[out] / measured[out] - 1.0)
    return float(errors.mean())
