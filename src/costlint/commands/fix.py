"""`costlint fix`: fold what keeps the function, with a proof."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from costlint.commands.options import ONE_DEVICE, Given, option, with_options
from costlint.settings.option import OUTPUT


@with_options(
    replace(ONE_DEVICE, help="Predict before and after for it."),
    "shapes",
    "batch",
    "values",
    "traceback",
)
def fix(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An ONNX file with its weights.")],
    *,
    output_file: Annotated[
        str,
        option(
            "--output-file",
            "-o",
            metavar="FILE",
            about="Where the new model goes.",
            panel=OUTPUT,
        ),
    ],
    given: Given,
) -> None:
    """Fold constants into weights (G404), merge summed branches and rows of convolutions (G301).

    Both models are run with onnxruntime on random inputs; a difference beyond rounding writes
    nothing.
    """
    from costlint.fixing import fix as fix_model
    from costlint.reports.caveats import sizes_taken
    from costlint.reports.numbers import milliseconds
    from costlint.reports.text import visible

    found = fix_model(model, output_file, **given)
    typer.echo(f"{found.output}: {len(found.folded)} nodes folded, the same function")
    for caveat in sizes_taken(found.before.graph):
        typer.echo(f"  {visible(caveat.text)}")
    typer.echo(
        f"  max difference  {found.max_difference:.3g} where outputs reach {found.largest:.3g}"
    )
    before, after = found.before.latency_s, found.after.latency_s
    typer.echo(f"  predicted       {milliseconds(before)} before, {milliseconds(after)} after")
