"""A device that nobody has seen, from five timings: the prior comes from other chips only."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

import numpy as np

from calibration.amounts import Graph
from calibration.corpus import Device
from calibration.groups import GROUPS
from calibration.rebuild import samples_of
from costlint.costmodel.calibration.fit import Fitted, fit, predict
from costlint.costmodel.calibration.prior import shared_prior
from costlint.costmodel.calibration.samples import Samples

TIMINGS: Final = 5


def predictions(
    wanted: Mapping[str, Device], graphs: Mapping[str, Graph], fits: Mapping[str, Fitted]
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """(profile, measured, predicted) of the networks that were not among the five."""
    group = GROUPS["ncnn-cpu"]
    members = {d.name: d for d in wanted.values() if d.group == group.name}
    found = []
    first = group.first
    for name, device in members.items():
        if len(device.timings) < 15:
            continue
        others = {n: f for n, f in fits.items() if members[n].chip != device.chip}
        prior = shared_prior(others, first)
        samples = samples_of(device, graphs, group)
        chosen = _chosen(name, samples)
        few, rest = samples.where(chosen), samples.where(~chosen)
        fitted = fit(few, prior, overlap=group.overlap, noise=group.noise)
        found.append((name, rest.latency_s, predict(rest, fitted.parameters, group.overlap)))
    return found


def _chosen(name: str, samples: Samples) -> np.ndarray:
    """Five networks, drawn anew for each device but always the same."""
    order = np.random.default_rng(zlib.crc32(name.encode())).permutation(len(samples))
    chosen = np.zeros(len(samples), dtype=bool)
    chosen[order[:TIMINGS]] = True
    return chosen


def new_device_line(
    wanted: Mapping[str, Device], graphs: Mapping[str, Graph], fits: Mapping[str, Fitted]
) -> str:
    """A sentence with the errors over all new devices."""
    errors = [np.abs(p / m - 1.0) for _, m, p in predictions(wanted, graphs, fits)]
    mape = np.mean([e.mean() for e in errors])
    median = np.mean([np.median(e) for e in errors])
    return (
        f"A new ncnn CPU from {TIMINGS} timings, {len(errors)} profiles, the other networks: "
        f"MAPE {mape:.1%}, median {median:.1%} (goal 17 %, 10 %)."
    )
