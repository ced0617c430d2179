"""Timings of a device, from files of any kind, made into a profile of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from costlint.costmodel.devices import DeviceProfile
    from costlint.costmodel.fitting.calibrate import Calibration

NAME: Final = "my-device"


def calibrate(
    *timings: str | os.PathLike[str],
    graphs: str | os.PathLike[str],
    name: str = NAME,
    fusion: str | None = None,
) -> DeviceProfile:
    """A device profile from timings files; `graphs` is the folder or zip file of their graphs.

    Three timings are enough to start: shipped profiles of similar devices fill in. `fusion` is the
    rule set (`onnxruntime`, `ncnn`, ...) where neither the file nor its runtime's name says it.

    Raises:
        CostlintError: a file, a graph or the runtime's name cannot be used.
    """
    return calibrated(timings, graphs=graphs, name=name, fusion=fusion).profile


def calibrated(
    timings: tuple[str | os.PathLike[str], ...],
    *,
    graphs: str | os.PathLike[str],
    name: str,
    fusion: str | None = None,
    batch: int = 1,
) -> Calibration:
    """The profile with residuals and warnings; `batch` is that of files that do not say it."""
    from costlint.costmodel.fitting.calibrate import calibrate as fitted
    from costlint.measuring.importers import timings_from

    rows = [
        row
        for path in timings
        for row in timings_from(os.fspath(path), batch=batch, fusion=fusion or "")
    ]
    return fitted(rows, graphs=graphs, name=name, fusion=fusion)
