"""A device that nobody has seen, from five timings: the prior comes from other chips only."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from calibration.amounts import Graph
from calibration.corpus import Device
from calibration.groups import GROUPS
from calibration.rebuild import samples_of
from costlint.costmodel.devices.profile import DeviceProfile
from costlint.costmodel.fitting.calibrate import ENOUGH
from costlint.costmodel.fitting.evidence import NOISE, fit_from
from costlint.costmodel.fitting.fit import predict
from costlint.costmodel.fitting.neighbours import Neighbour, prior_of
from costlint.costmodel.fitting.samples import Samples

TIMINGS: Final = 5


def predictions(
    wanted: Mapping[str, Device], graphs: Mapping[str, Graph], profiles: Sequence[DeviceProfile]
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """(profile, measured, predicted) of the networks that were not among the five.

    As `costlint calibrate` does it, with the profiles of other chips alone.
    """
    group = GROUPS["ncnn-cpu"]
    chips = {d.name: d.chip for d in wanted.values()}
    found = []
    for device in wanted.values():
        if device.group != group.name or len(device.timings) < ENOUGH:
            continue
        samples = samples_of(device, graphs, group)
        chosen = _chosen(device.name, samples)
        near = [
            _neighbour(p, samples)
            for p in profiles
            if chips[p.name] != device.chip and not p.provenance.borrowed
        ]
        prior = prior_of(near, group.fusion, chosen)
        few, rest = samples.where(chosen), samples.where(~chosen)
        fitted = fit_from(few, prior, overlap=group.overlap, noise=NOISE)
        predicted = predict(rest, fitted.parameters, group.overlap)
        found.append((device.name, rest.latency_s, predicted))
    return found


def _neighbour(profile: DeviceProfile, samples: Samples) -> Neighbour:
    parameters = np.log([*profile.seconds_per_unit, profile.overhead_s])
    predicted = predict(samples, parameters, profile.overlap)
    residual = np.log(samples.latency_s / predicted)
    return Neighbour(profile=profile, parameters=parameters, residual=residual)


def _chosen(name: str, samples: Samples) -> np.ndarray:
    """Five networks, drawn anew for each device but always the same."""
    order = np.random.default_rng(zlib.crc32(name.encode())).permutation(len(samples))
    chosen = np.zeros(len(samples), dtype=bool)
    chosen[order[:TIMINGS]] = True
    return chosen


def new_device_line(
    wanted: Mapping[str, Device], graphs: Mapping[str, Graph], profiles: Sequence[DeviceProfile]
) -> str:
    """A sentence with the errors over all new devices."""
    errors = [np.abs(p / m - 1.0) for _, m, p in predictions(wanted, graphs, profiles)]
    mape = np.mean([e.mean() for e in errors])
    median = np.mean([np.median(e) for e in errors])
    return (
        f"A new ncnn CPU from {TIMINGS} timings, as `costlint calibrate` fits it with the profiles "
        f"of other chips alone, {len(errors)} profiles, the other networks: "
        f"MAPE {mape:.1%}, median {median:.1%} (goal 17 %, 10 %)."
    )
