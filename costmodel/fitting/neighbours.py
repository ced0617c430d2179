"""The prior for a new device: what the shipped profiles that fit its timings best have in common.

Every shipped profile of the same rules and precision predicts the timings; the nearest, once moved
to the device's speed, are the neighbours. A runtime that no shipped profile has takes neighbours
from all. The hardware's rates carry over then, but dispatch and the cost per inference are the
runtime's own, so the neighbours say little about those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from costlint.costmodel.devices import DeviceProfile, device, devices
from costlint.costmodel.devices.settings import Settings
from costlint.costmodel.devices.terms import INDEX
from costlint.costmodel.fitting.fit import Fitted, Prior, fitted_of, predict
from costlint.costmodel.fitting.prior import SPEED, shared_prior, vague_prior
from costlint.costmodel.fitting.samples import IS_PART, Samples
from costlint.costmodel.fitting.timed import Timed
from costlint.costmodel.runtimes.fusion import fusion_rules

NEAREST: Final = 12
STRANGE_SPEED: Final = 0.1
"""How much a factor e of speed between two devices counts against their likeness (log scale)."""
OTHER_RUNTIME_SD: Final = 2.3
"""Dispatch and cost per inference of another runtime: known to a factor of ten (log scale)."""
OTHER_LIBRARY_SD: Final = 0.5
"""Rates of another runtime's kernels on like hardware (log scale)."""
READS_IN_PLACE: Final = ("onnxruntime",)
"""Runtimes that read the caller's memory: what they are given and give is not copied.
https://onnxruntime.ai/docs/api/python/api_summary.html#data-on-cpu"""
NO_COPY: Final = 100.0
"""How many times a device's copy rate such a runtime has."""

_IS_COPY: Final = np.arange(len(SPEED)) == INDEX["copy"]


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A shipped profile, and log(measured / predicted by it) for each timing.

    `fitted` is what it holds, as expected of the timed runtime.
    """

    profile: DeviceProfile
    fitted: Fitted
    residual: np.ndarray

    def speed(self, chosen: np.ndarray) -> float:
        """log(how much longer the new device takes)."""
        return float(np.median(self.residual[chosen]))

    def distance(self, chosen: np.ndarray) -> float:
        """How badly the profile, moved to the device's speed, predicts the `chosen` timings."""
        speed = self.speed(chosen)
        spread = float(np.mean(np.abs(self.residual[chosen] - speed)))
        return spread + STRANGE_SPEED * abs(speed) + self.profile.fit.mape


def neighbours_of(timed: Timed, fusion: str, precision: str) -> tuple[Neighbour, ...]:
    """The shipped profiles that may be like the timed device, the likest first."""
    rules = fusion_rules(fusion)
    samples: dict[Settings, Samples] = {}
    found = []
    for profile in _alike(fusion, precision, on_cpu=bool(timed.rows[0].threads)):
        settings = timed.settings(profile, rules)
        if settings not in samples:
            samples[settings] = timed.samples(rules, settings)
        found.append(neighbour(profile, samples[settings], fusion))
    whole = np.ones(len(timed.rows), dtype=bool)
    found.sort(key=lambda one: one.distance(whole))
    first = found[0].profile
    return tuple(n for n in found if _group(n.profile) == _group(first))


def neighbour(profile: DeviceProfile, samples: Samples, fusion: str) -> Neighbour:
    """A profile beside the timings of a device whose runtime has the rule set `fusion`."""
    fitted = fitted_of(profile)
    if profile.fusion != fusion and fusion in READS_IN_PLACE:
        free = np.where(_IS_COPY, np.log(NO_COPY), 0.0)
        fitted = replace(fitted, parameters=fitted.parameters - free)
    predicted = predict(samples, fitted.parameters, profile.overlap)
    residual = np.log(samples.latency_s / predicted)
    return Neighbour(profile=profile, fitted=fitted, residual=residual)


def _alike(fusion: str, precision: str, *, on_cpu: bool) -> list[DeviceProfile]:
    """Profiles of the same kind; a wish that none fulfils is dropped."""
    found = [device(row.name) for row in devices()]
    wishes: tuple[Callable[[DeviceProfile], bool], ...] = (
        lambda p: p.precision == precision,
        lambda p: p.fusion == fusion,
        lambda p: p.rules.library.winograd == fusion_rules(fusion).library.winograd,
        lambda p: not on_cpu or p.threads > 0 or "CPU" in p.runtime,
        lambda p: not p.provenance.borrowed,
    )
    for wish in wishes:
        found = [p for p in found if wish(p)] or found
    return found


def prior_of(neighbours: Sequence[Neighbour], fusion: str, chosen: np.ndarray) -> Prior:
    """The prior over the parameters from the timings `chosen` (a mask) alone."""
    nearest = sorted(neighbours, key=lambda one: one.distance(chosen))[:NEAREST]
    fits = {
        one.profile.name: replace(
            one.fitted, parameters=one.fitted.parameters + SPEED * one.speed(chosen)
        )
        for one in nearest
    }
    prior = shared_prior(fits, vague_prior(np.mean([f.parameters for f in fits.values()], axis=0)))
    if nearest[0].profile.fusion == fusion:
        return prior
    sd = np.append(
        np.where(IS_PART["launch"], OTHER_RUNTIME_SD, OTHER_LIBRARY_SD), OTHER_RUNTIME_SD
    )
    if fusion in READS_IN_PLACE:  # that nothing is copied is known, the rest of a runtime is open
        sd[_IS_COPY] = 0.0
    return Prior(mean=prior.mean, covariance=prior.covariance + np.diag(sd**2))


def _group(profile: DeviceProfile) -> tuple[object, ...]:
    """Parameters mean the same only where the amounts are counted alike."""
    return profile.fusion, profile.lanes_in, profile.lanes_out, profile.overlap
