"""`costlint report`: the HTML page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from costlint.asked import Asked
from costlint.commands import options
from costlint.commands.parsing import comma_list, parse_shapes
from costlint.costmodel.ir.errors import OptionError
from costlint.output import Show
from costlint.run import run


def report(  # noqa: PLR0913 - one argument per option
    models: Annotated[list[str], typer.Argument(metavar="MODEL", help="ONNX files.")],
    *,
    output_file: options.OutputFile = None,
    view: Annotated[
        bool, options.option("--view", about="Open it in the browser.", panel=options.OUTPUT)
    ] = False,
    compare: Annotated[
        str | None,
        options.option(
            "--compare", metavar="OTHER", about="Set OTHER beside MODEL.", panel=options.MODEL
        ),
    ] = None,
    device: options.Device = None,
    shape: options.Shape = None,
    batch: options.Batch = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    config: options.Config = None,
    isolated: options.Isolated = False,
    traceback: options.Traceback = False,  # noqa: ARG001 - read where a bug is caught
) -> None:
    """Write one self-contained HTML page, MODEL.costlint.html here by default; its path is printed.

    It holds no address and opens no connection: nothing of the model leaves the machine.
    """
    if compare is not None and len(models) > 1:
        raise OptionError(
            "--compare sets one model beside MODEL", facts=(f"{len(models)} are named",)
        )
    named = "stdin" if models[0] == "-" else Path(models[0]).stem
    path = output_file or f"{named}.costlint.html"
    asked = Asked(
        devices=tuple(device) if device else None,
        shapes=parse_shapes(shape),
        batch=batch,
        select=comma_list(select),
        ignore=comma_list(ignore),
        config=config,
        isolated=isolated,
        compared=compare is not None,
    )
    others = [compare] if compare is not None else []
    code = run([*models, *others], asked, Show(output_format="html", output_file=path))
    if Path(path).is_file() and code != 2:
        sys.stdout.write(f"{path}\n")
        if view:
            typer.launch(Path(path).absolute().as_uri())
    raise typer.Exit(0 if code == 1 else code)
