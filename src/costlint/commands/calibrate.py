"""`costlint calibrate`: a device profile from timings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from costlint.commands.options import Given, with_options
from costlint.costmodel.ir.errors import OptionError
from costlint.output import writing
from costlint.settings.options import OPTIONS


@with_options(
    replace(
        OPTIONS["output_file"],
        metavar="FILE|host",
        help="Write the profile (TOML), or keep it as `host`, the profile of this machine.",
    ),
    "traceback",
)
def calibrate(  # noqa: PLR0913 - one argument per option
    timings: Annotated[
        list[str],
        typer.Argument(
            metavar="TIMINGS",
            help="Timings files (CSV), onnxruntime profiles, trtexec times, benchncnn output.",
        ),
    ],
    *,
    graphs: Annotated[
        str,
        typer.Option("--graphs", metavar="DIR|ZIP", help="Where the graphs of the timings lie."),
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Of the device; else the file's.")
    ] = None,
    fusion: Annotated[
        str | None,
        typer.Option("--fusion", metavar="RULES", help="What fuses, where no timing says it."),
    ] = None,
    batch: Annotated[
        int, typer.Option("--batch", metavar="N", help="Of timings that do not say it.")
    ] = 1,
    given: Given,
) -> None:
    """Fit a device profile to timings and say how well it predicts."""
    from costlint.calibrating import NAME, calibrated
    from costlint.calibration_page import calibration_page
    from costlint.costmodel.devices.catalogue import HOST, host_path
    from costlint.costmodel.runtimes.fusion import fusion_rules

    output_file = given.get("output_file")
    path = host_path() if output_file == HOST else Path(output_file) if output_file else None
    if path is not None and path.suffix != ".toml":
        raise OptionError(f"--output-file {output_file!r} is no TOML file", fix=f"-o {path}.toml")
    if fusion is not None:
        fusion_rules(fusion)
    found = calibrated(
        tuple(timings),
        graphs=graphs,
        name=name or (path.stem if path else NAME),
        fusion=fusion,
        batch=batch,
    )
    typer.echo(calibration_page(found))
    if path is None:
        return
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        found.profile.save(path)
    which = HOST if output_file == HOST else path
    typer.echo(f"{path}: costlint MODEL -d {which}", err=True)
