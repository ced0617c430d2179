"""A profile from a user's timings: three are enough to start, many stand alone."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from costlint.costmodel.devices.profile import DeviceProfile, Provenance, Range, without_integers
from costlint.costmodel.devices.terms import INDEX, INTEGERS
from costlint.costmodel.fitting.checks import warnings_of
from costlint.costmodel.fitting.evidence import evidence_of
from costlint.costmodel.fitting.fit import Fitted, predict
from costlint.costmodel.fitting.heldout import held_out, judged
from costlint.costmodel.fitting.samples import Samples
from costlint.costmodel.fitting.timings import Timing

ENOUGH: Final = 15
"""With fewer timings the profile says that it borrows from similar devices."""
NORMAL: Final = np.array([-1.645, 0.0, 1.645])
"""A normal distribution's quantiles, which steady those of few timings: nine in ten lie between."""


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
    evidence = evidence_of(rows, graphs, fusion)
    samples, like = evidence.samples, evidence.like
    fitted = evidence.fit(evidence.everything)
    without = held_out(samples, evidence.fit, overlap=like.overlap, noise=evidence.noise)
    fit, interval = judged(without, NORMAL, np.full(len(NORMAL), -1), noise=evidence.noise)
    profile = replace(_profile(name, rows, samples, fitted, like), fit=fit, interval=interval)
    fitted_s = predict(samples, fitted.parameters, like.overlap)
    interval_width = (interval.high - interval.low) * np.median(without.scale_sd)
    prior = evidence.prior(evidence.everything)
    return Calibration(
        profile=profile,
        residuals=_residuals(samples, fitted_s, without.predicted_s),
        interval_ratio=float(np.exp(interval_width)),
        neighbours=tuple(one.profile.name for one in evidence.neighbours[:3]),
        warnings=warnings_of(evidence.timed, samples, fitted, prior, overlap=like.overlap),
    )


def _residuals(samples: Samples, fitted_s: np.ndarray, held_s: np.ndarray) -> tuple[Residual, ...]:
    return tuple(
        Residual(
            graph=row.network,
            batch=row.batch,
            family=row.family,
            measured_s=row.latency_s,
            fitted_s=float(fitted),
            held_out_s=float(held),
        )
        for row, fitted, held in zip(samples.rows, fitted_s, held_s, strict=True)
    )


def _profile(
    name: str, rows: Sequence[Timing], samples: Samples, fitted: Fitted, like: DeviceProfile
) -> DeviceProfile:
    whole = [row for row in rows if row.ops is None]
    first = whole[0]
    made = replace(
        like,
        name=name,
        hardware=first.device or name,
        runtime=first.runtime or like.fusion,
        layout=first.layout or like.layout,
        threads=first.threads or 0,
        **fitted.of_profile(),
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
    has_integers = samples.stacked[0][:, [INDEX[name] for name in INTEGERS]].any()
    return made if has_integers or like.settings.integers else without_integers(made)
