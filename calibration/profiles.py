"""From a fit and its held-out predictions to a profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from calibration.corpus import Device
from calibration.groups import Group
from costlint.costmodel.devices.profile import DeviceProfile, Provenance, Range
from costlint.costmodel.fitting.calibrate import ENOUGH
from costlint.costmodel.fitting.fit import Fitted
from costlint.costmodel.fitting.heldout import HeldOut, judged
from costlint.costmodel.fitting.intervals import (
    FAMILY_LEVEL,
    LEVEL,
    POOLED_WEIGHT,
    SINGLE_WEIGHT,
)
from costlint.costmodel.fitting.samples import Samples

DATE: Final = "2026-11-30"
"""When the profiles were fitted."""


def make_profile(  # noqa: PLR0913 (what a profile is made of)
    *,
    group: Group,
    device: Device,
    samples: Samples,
    fitted: Fitted,
    tested: HeldOut,
    together: Sequence[HeldOut],
) -> DeviceProfile:
    """The profile of one device. `together` are the predictions of the whole group."""
    fusion, settings = group.settings_of(device)
    fit, interval = judged(
        tested,
        np.concatenate([held.residuals for held in together]),
        np.concatenate([held.folds for held in together]),
        noise=group.noise,
        level=LEVEL if group.leave_one_out else FAMILY_LEVEL,
        weight=SINGLE_WEIGHT if group.leave_one_out else POOLED_WEIGHT,
    )
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
        **fitted.of_profile(),
        range=Range(
            batch=(min(batches), max(batches)),
            macs=(min(macs), max(macs)),
            width=(1, max(row.width for row in samples.rows)),
        ),
        provenance=Provenance(
            source=device.source,
            date=DATE,
            timings=len(samples),
            borrowed=len(samples) < ENOUGH,
        ),
        fit=fit,
        interval=interval,
    )
