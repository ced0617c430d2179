"""What `-v` says on stderr: settings, devices, assumptions; with `-vv` each kernel's parts."""

from __future__ import annotations

from collections.abc import Iterator

from costlint.reports import numbers
from costlint.reports.report import ModelReport
from costlint.settings import Settings


def details(entry: ModelReport, settings: Settings, verbose: int) -> Iterator[str]:
    """Lines about how `entry` came about."""
    files = dict.fromkeys(str(setting.origin) for setting in settings.values())
    yield f"{entry.path}: settings from {', '.join(files) or 'no file'}"
    device = entry.device
    if device is not None:
        timings = device.fit.get("timings", 0)
        yield (
            f"{entry.path}: {device.name} is {device.hardware}, {device.runtime}, "
            f"{device.precision}, fitted on {numbers.plural(timings, 'timing')} "
            f"of {device.fit.get('source', 'unknown source')}"
        )
    for note in entry.notes:
        yield f"{entry.path}: {note}"
    for kernel in entry.kernels if verbose > 1 else ():
        parts = ", ".join(
            f"{name} {numbers.milliseconds(seconds)}"
            for name, seconds in (
                ("launch", kernel.launch_s - kernel.transfer_s),
                ("compute", kernel.compute_s),
                ("memory", kernel.memory_s),
                ("transfer", kernel.transfer_s),
            )
            if name != "transfer" or seconds
        )
        time = numbers.milliseconds(kernel.latency_s)
        yield f"  {kernel.id}: {time} ({parts}; {kernel.bound}) {' + '.join(kernel.ops)}"
