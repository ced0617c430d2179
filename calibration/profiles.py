"""From a fit and its held-out predictions to a profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import spearmanr

from calibration.amounts import Graph
from calibration.corpus import Device
from calibration.groups import Group
from calibration.heldout import HeldOut
from costlint.costmodel.devices.profile import DeviceProfile, Fit, Interval, Provenance, Range
from costlint.costmodel.fitting.fit import Fitted
from costlint.costmodel.fitting.intervals import (
    FAMILY_LEVEL,
    LEVEL,
    POOLED_WEIGHT,
    SINGLE_WEIGHT,
    conformal,
    held_out_coverage,
)
from costlint.costmodel.fitting.samples import Samples

ENOUGH = 15
"""Networks from which on a profile stands alone."""


def make_profile(  # noqa: PLR0913 (what a profile is made of)
    *,
    group: Group,
    device: Device,
    samples: Samples,
    fitted: Fitted,
    tested: HeldOut,
    together: Sequence[HeldOut],
    graphs: Mapping[str, Graph],
    date: str,
) -> DeviceProfile:
    """The profile of one device. `together` are the predictions of the whole group."""
    fusion, settings = group.way_of(device)
    pooled = np.concatenate([held.residuals for held in together])
    level = LEVEL if group.leave_one_out else FAMILY_LEVEL
    weight = SINGLE_WEIGHT if group.leave_one_out else POOLED_WEIGHT
    low, high = conformal(tested.residuals, pooled, level=level, weight=weight)
    pooled_folds = np.concatenate([held.folds for held in together])
    inside = held_out_coverage(
        tested.residuals, tested.folds, pooled, pooled_folds, level=level, weight=weight
    )
    sd = np.sqrt(np.diag(fitted.covariance))
    macs = [row.macs for row in samples.rows]
    batches = [row.batch for row in samples.rows]
    return DeviceProfile(
        name=device.name,
        hardware=device.hardware,
        runtime=device.runtime,
        fusion=fusion,
        precision=settings.precision,
        layout=device.layout,
        threads=device.threads,
        lanes_in=settings.lanes_in,
        lanes_out=settings.lanes_out,
        cache_bytes=settings.cache_bytes,
        cores=settings.cores or None,
        overlap=group.overlap,
        overhead_s=float(np.exp(fitted.parameters[-1])),
        overhead_sd=float(sd[-1]),
        seconds_per_unit=tuple(np.exp(fitted.parameters[:-1]).tolist()),
        term_sd=tuple(sd[:-1].tolist()),
        range=Range(
            batch=(min(batches), max(batches)),
            macs=(min(macs), max(macs)),
            width=(1, max(row.width for row in samples.rows)),
        ),
        provenance=Provenance(
            source=device.source,
            date=date,
            timings=len(samples),
            borrowed=len(samples) < ENOUGH,
        ),
        fit=errors(tested, graphs, inside),
        interval=Interval(base_sd=group.noise, low=low, high=high),
    )


def errors(tested: HeldOut, graphs: Mapping[str, Graph], inside: float) -> Fit:
    """Errors of held-out predictions, beside time proportional to FLOPs."""
    error = np.abs(tested.predicted_s / tested.measured_s - 1.0)
    macs = np.array([graphs[n].macs for n in tested.networks], dtype=float)
    per_mac = np.median(tested.measured_s / macs)
    flop = np.abs(macs * per_mac / tested.measured_s - 1.0)
    return Fit(
        networks=len(error),
        mape=float(error.mean()),
        median=float(np.median(error)),
        p90=float(np.quantile(error, 0.9)),
        within_10=float((error <= 0.1).mean()),
        spearman=float(spearmanr(tested.measured_s, tested.predicted_s).statistic),
        coverage=inside,
        flop_mape=float(flop.mean()),
    )
