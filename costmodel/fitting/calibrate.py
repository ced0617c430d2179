"""A profile from a user's timings: three are enough to start, many stand alone."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from costlint.costmodel.devices.profile import DeviceProfile, Interval, Provenance, Range
from costlint.costmodel.fitting.checks import check_rows, warnings_of
from costlint.costmodel.fitting.fit import Fitted, Prior, fit, predict
from costlint.costmodel.fitting.heldout import HeldOut, errors, held_out
from costlint.costmodel.fitting.intervals import conformal, held_out_coverage
from costlint.costmodel.fitting.neighbours import neighbours_of, prior_of
from costlint.costmodel.fitting.parts import joined, noise_of, parts
from costlint.costmodel.fitting.samples import Samples
from costlint.costmodel.fitting.timed import timed
from costlint.costmodel.fitting.timings import Timing
from costlint.costmodel.runtimes.fusion import fusion_rules

ENOUGH: Final = 15
"""With fewer timings the profile says that it borrows from similar devices."""
NOISE: Final = 0.1
"""Residuals that are expected of the model on steady timings (log scale)."""
OTHER_NOISE: Final = 0.2
"""Those for a runtime that no shipped profile has: its fusion rules and terms were not checked
against timings."""
FIRST_NOISE: Final = 0.3
"""Those at first: a robust fit that begins strict takes what is far from the prior for outliers."""
NORMAL_90: Final = 1.645
"""Nine in ten of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """One timing beside its prediction, in sample and with its family held out (seconds)."""

    graph: str
    batch: int
    family: str
    measured_s: float
    fitted_s: float
    held_out_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The profile with what shows how far to trust it; `neighbours` are the likest devices.

    `interval_ratio` is the median of high / low over the held-out predictions.
    """

    profile: DeviceProfile
    residuals: tuple[Residual, ...]
    interval_ratio: float
    neighbours: tuple[str, ...]
    warnings: tuple[str, ...]


def calibrate(
    rows: Sequence[Timing],
    *,
    graphs: str | os.PathLike[str],
    name: str,
    fusion: str | None = None,
) -> Calibration:
    """Fit a profile to timings of graphs that lie in a folder or zip file.

    `fusion` is the rule set of rows that name none. Shipped profiles that predict the timings best
    are the prior, so that they fill in where the timings are silent.

    Raises:
        CostlintError: the timings or graphs cannot be used, or there are fewer than three.
    """
    rules, precision = check_rows(rows, fusion)
    data = timed(rows, graphs)
    near = neighbours_of(data, rules, precision)
    settings = data.settings(near[0].profile, fusion_rules(rules))
    like = replace(
        near[0].profile,
        fusion=rules,
        precision=precision,
        threads=rows[0].threads or 0,
        lanes_out=settings.lanes_out,
        cache_bytes=settings.cache_bytes,
    )
    samples = data.samples(fusion_rules(rules), like.settings)
    kernels = parts(data, fusion_rules(rules), like.settings)
    expected = NOISE if near[0].profile.fusion == rules else OTHER_NOISE

    def fit_on(chosen: np.ndarray) -> Fitted:
        some = joined(samples.where(chosen), kernels)
        return fit_from(some, prior_of(near, rules, chosen), overlap=like.overlap, noise=expected)

    whole = np.ones(len(samples), dtype=bool)
    fitted = fit_on(whole)
    without = held_out(samples, fit_on, overlap=like.overlap, noise=expected)
    profile = _with_errors(_profile(name, rows, samples, fitted, like), samples, without, expected)
    return Calibration(
        profile=profile,
        residuals=tuple(
            Residual(graph=row.network, batch=row.batch, family=row.family,
                     measured_s=row.latency_s, fitted_s=float(f), held_out_s=float(h))
            for row, f, h in zip(
                samples.rows,
                predict(samples, fitted.parameters, like.overlap),
                without.latency_s,
                strict=True,
            )
        ),
        interval_ratio=float(
            np.exp((profile.interval.high - profile.interval.low) * np.median(without.scale))
        ),
        neighbours=tuple(one.profile.name for one in near[:3]),
        warnings=warnings_of(
            data, samples, fitted, prior_of(near, rules, whole), overlap=like.overlap
        ),
    )  # fmt: skip


def fit_from(samples: Samples, prior: Prior, *, overlap: float, noise: float) -> Fitted:
    """The fit that starts at the prior's mean and is lenient at first."""
    found = fit(samples, prior, overlap=overlap, noise=noise_of(samples, FIRST_NOISE),
                start=prior.mean)  # fmt: skip
    return fit(samples, prior, overlap=overlap, noise=noise_of(samples, noise),
               start=found.parameters)  # fmt: skip


def _profile(
    name: str, rows: Sequence[Timing], samples: Samples, fitted: Fitted, like: DeviceProfile
) -> DeviceProfile:
    whole = [row for row in rows if row.ops is None]
    first = whole[0]
    sd = np.sqrt(np.diag(fitted.covariance))
    return replace(
        like,
        name=name,
        hardware=first.device or name,
        runtime=first.runtime or like.fusion,
        layout=first.layout or like.layout,
        threads=first.threads or 0,
        overhead_s=float(np.exp(fitted.parameters[-1])),
        overhead_sd=float(sd[-1]),
        seconds_per_unit=tuple(np.exp(fitted.parameters[:-1]).tolist()),
        term_sd=tuple(sd[:-1].tolist()),
        range=Range(
            batch=(min(r.batch for r in rows), max(r.batch for r in rows)),
            macs=(min(s.macs for s in samples.rows), max(s.macs for s in samples.rows)),
            width=(1, max(s.width for s in samples.rows)),
        ),
        provenance=Provenance(
            source=first.source or "own timings",
            date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
            timings=len(whole),
            borrowed=len(whole) < ENOUGH,
        ),
        memory_bytes=None,
        notes=(),
    )


def _with_errors(
    profile: DeviceProfile, samples: Samples, found: HeldOut, noise: float
) -> DeviceProfile:
    """The profile with its held-out errors, and intervals from the same residuals.

    A normal distribution's quantiles steady those of few timings. The coverage stated is that of
    quantiles which did not see the families that they are tested on.
    """
    borrowed = np.array([-NORMAL_90, 0.0, NORMAL_90])
    residual = np.log(samples.latency_s / found.latency_s) / found.scale
    low, high = conformal(residual, borrowed)
    everywhere = np.full(len(borrowed), -1)
    inside = held_out_coverage(residual, found.folds, borrowed, everywhere)
    return replace(
        profile,
        fit=errors(samples, found, inside),
        interval=Interval(base_sd=noise, low=low, high=high),
    )
