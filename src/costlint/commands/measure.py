"""`costlint measure`: how long models take on this machine, and how far predictions are off."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from costlint.commands.options import ONE_DEVICE, Given, with_options
from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.output import tell
from costlint.settings.options import OPTIONS

if TYPE_CHECKING:
    from costlint.costmodel.devices import DeviceProfile
    from costlint.measuring.measurement import Measurement

FEWEST_RUNS: Final = 5
"""A median of fewer runs is no timing to calibrate with."""


@with_options(
    replace(OPTIONS["output_file"], help="Write a timings file (CSV), for costlint calibrate."),
    replace(
        ONE_DEVICE,
        help="Compare with what it predicts; by default with `host` where that exists.",
    ),
    "shapes",
    "batch",
    "values",
    "traceback",
)
def measure(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL", help="ONNX files, with weights or without.")
    ],
    *,
    runs: Annotated[
        int, typer.Option("--runs", metavar="N", help="Timed runs, after a warm-up.")
    ] = 30,
    threads: Annotated[int, typer.Option("--threads", metavar="N", help="Of the runtime.")] = 1,
    given: Given,
) -> None:
    """Time models here with onnxruntime and set the prediction beside it."""
    sizes = dict(given)
    output_file, device_name = sizes.pop("output_file", None), sizes.pop("device", None)
    if output_file is not None and runs < FEWEST_RUNS:
        raise OptionError(
            f"--runs {runs} is too few for a timings file", fix=f"--runs {FEWEST_RUNS}"
        )
    profile = _profile(device_name)  # a wrong name is told before minutes of measuring
    found: dict[str, Measurement] = {}
    failed = False
    for model in models:
        try:
            found[model] = _measured(model, profile, runs=runs, threads=threads, sizes=sizes)
        except CostlintError as error:
            tell(error)
            failed = True
    if output_file is not None and found:
        _write(found, output_file)
    if failed:
        raise typer.Exit(2)


def _measured(
    model: str, profile: DeviceProfile | None, *, runs: int, threads: int, sizes: Given
) -> Measurement:
    """Measure one model and print it beside its estimate."""
    from costlint import measuring
    from costlint.costmodel.count import count
    from costlint.costmodel.estimate import estimate
    from costlint.measuring.as_text import measurement_text

    found = measuring.measure(model, runs=runs, threads=threads, **sizes)
    counts = count(model, **sizes)
    predicted = None if profile is None else estimate(counts.graph, profile)
    typer.echo(measurement_text(found, counts, predicted))
    return found


def _profile(name: str | None) -> DeviceProfile | None:
    """The device that was asked for, else that of this machine where it was calibrated."""
    from costlint.costmodel.devices import device
    from costlint.costmodel.devices.catalogue import HOST, host_path

    if name is None and not host_path().is_file():
        return None
    return device(name or HOST)


def _write(found: dict[str, Measurement], path: str) -> None:
    """Write the rows of each model, its path being that below the folder that holds them all."""
    from costlint.costmodel.fitting.timings import write_timings

    folder = Path(os.path.commonpath([Path(model).resolve().parent for model in found]))
    write_timings(
        (
            row
            for model, one in found.items()
            for row in one.timings(Path(model).resolve().relative_to(folder).as_posix())
        ),
        path,
    )
    typer.echo(
        f"{path}: {len(found)} timings; costlint calibrate {path} --graphs {folder} -o host",
        err=True,
    )
