"""Two baselines, fitted on the same folds: time proportional to FLOPs, and a plain roofline."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calibration.amounts import Graph
from calibration.corpus import Device


def _errors(device: Device, folds: Mapping[str, int], guess: np.ndarray) -> float:
    """MAPE of `guess` times one factor, which is fitted without the family that is tested."""
    measured = np.array([t.latency_s for t in device.timings])
    fold = np.array([folds[t.family] for t in device.timings])
    errors = np.zeros(len(measured))
    for k in set(fold.tolist()):
        out = fold == k
        factor = np.median(measured[~out] / guess[~out])
        errors[out] = np.abs(factor * guess[out] / measured[out] - 1.0)
    return float(errors.mean())


def flops_proportional(
    device: Device, graphs: Mapping[str, Graph], folds: Mapping[str, int]
) -> float:
    """MAPE of time proportional to multiply-accumulates, what the paper warns against."""
    guess = [float(graphs[t.graph].macs * t.batch) for t in device.timings]
    return _errors(device, folds, np.array(guess))


def roofline(device: Device, graphs: Mapping[str, Graph], folds: Mapping[str, int]) -> float:
    """MAPE of max(macs / peak, bytes / bandwidth) of the graph, at the balance that suits best."""
    macs = np.array([float(graphs[t.graph].macs * t.batch) for t in device.timings])
    moved = np.array([float(graphs[t.graph].bytes_accessed * t.batch) for t in device.timings])
    balances = np.logspace(-1, 3, 17)  # multiply-accumulates in the time of a byte
    return min(_errors(device, folds, np.maximum(macs, b * moved)) for b in balances)
