"""`costlint report`: the HTML page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from costlint.commands.options import Given, option, with_options
from costlint.costmodel.ir.errors import OptionError
from costlint.exit_codes import GATE_FAILED, NOT_ANALYSED
from costlint.settings.option import MODEL, OUTPUT


@with_options(
    "output_file",
    "view",
    "compare",
    "device",
    "shapes",
    "batch",
    "values",
    "select",
    "ignore",
    "config",
    "isolated",
    "traceback",
)
def report(
    models: Annotated[list[str], typer.Argument(metavar="MODEL", help="ONNX files.")],
    *,
    view: Annotated[bool, option("--view", about="Open it in the browser.", panel=OUTPUT)] = False,
    compare: Annotated[
        str | None,
        option("--compare", metavar="OTHER", about="Set OTHER beside MODEL.", panel=MODEL),
    ] = None,
    given: Given,
) -> None:
    """Write one self-contained HTML page, MODEL.costlint.html here by default; its path is printed.

    It holds no address and opens no connection: nothing of the model leaves the machine.
    """
    from costlint.run import run

    if compare is not None and len(models) > 1:
        raise OptionError(
            "--compare sets one model beside MODEL", facts=(f"{len(models)} are named",)
        )
    named = "stdin" if models[0] == "-" else Path(models[0]).stem
    path = given.get("output_file") or f"{named}.costlint.html"
    others = [compare] if compare is not None else []
    html_given = {**given, "output_format": "html", "output_file": path}
    code = run([*models, *others], html_given, compared=compare is not None, gated=False)
    if Path(path).is_file() and code != NOT_ANALYSED:
        sys.stdout.write(f"{path}\n")
        if view:
            typer.launch(Path(path).absolute().as_uri())
    raise typer.Exit(0 if code == GATE_FAILED else code)
