"""A device that nobody has seen, from five timings: the prior comes from other chips only."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
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
from costlint.costmodel.fitting.neighbours import neighbour, prior_of
from costlint.costmodel.fitting.samples import Samples

TIMINGS: Final = 5


def new_device_line(
    wanted: Mapping[str, Device], graphs: Mapping[str, Graph], profiles: Sequence[DeviceProfile]
) -> str:
    """A sentence with the errors over all new devices."""
    errors = list(_errors(wanted, graphs, profiles))
    mape = np.mean([e.mean() for e in errors])
    median = np.mean([np.median(e) for e in errors])
    return (
        f"A new ncnn CPU from {TIMINGS} timings, as `costlint calibrate` fits it with the profiles "
        f"of other chips alone, {len(errors)} profiles, the other networks: "
        f"MAPE {mape:.1%}, median {median:.1%} (goal 17 %, 10 %)."
    )


def _errors(
    wanted: Mapping[str, Device], graphs: Mapping[str, Graph], profiles: Sequence[DeviceProfile]
) -> Iterator[np.ndarray]:
    """For each device the errors of the networks that were not among the five."""
    group = GROUPS["ncnn-cpu"]
    for device in wanted.values():
        if device.group != group.name or len(device.timings) < ENOUGH:
            continue
        samples = samples_of(device, graphs, group)
        chosen = _chosen(device.name, samples)
        near = [
            neighbour(profile, samples, group.fusion)
            for profile in profiles
            if wanted[profile.name].chip != device.chip and not profile.provenance.borrowed
        ]
        prior = prior_of(near, group.fusion, chosen)
        few, rest = samples.where(chosen), samples.where(~chosen)
        fitted = fit_from(few, prior, overlap=group.overlap, noise=NOISE)
        predicted_s = predict(rest, fitted.parameters, group.overlap)
        yield np.abs(predicted_s / rest.latency_s - 1.0)


def _chosen(name: str, samples: Samples) -> np.ndarray:
    """Five networks, drawn anew for each device but always the same."""
    order = np.random.default_rng(zlib.crc32(name.encode())).permutation(len(samples))
    chosen = np.zeros(len(samples), dtype=bool)
    chosen[order[:TIMINGS]] = True
    return chosen
