"""`costlint fix`: fold what keeps the function, with a proof."""

from __future__ import annotations

from typing import Annotated

import typer

from costlint.commands import options
from costlint.commands.parsing import parse_shapes


def fix(  # noqa: PLR0913 - one argument per option
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An ONNX file with its weights.")],
    *,
    output_file: Annotated[
        str,
        options.option(
            "--output-file",
            "-o",
            metavar="FILE",
            about="Where the new model goes.",
            panel=options.OUTPUT,
        ),
    ],
    device: Annotated[
        str | None,
        options.option(
            "--device",
            "-d",
            metavar="NAME|FILE",
            about="Predict before and after for it.",
            panel=options.MODEL,
            autocompletion=options.complete_device,
        ),
    ] = None,
    shape: options.Shape = None,
    batch: options.Batch = None,
    traceback: options.Traceback = False,  # noqa: ARG001 - read where a bug is caught
) -> None:
    """Fold constants into weights (G404), merge summed branches and rows of convolutions (G301).

    Both models are run with onnxruntime on random inputs; a difference beyond rounding writes
    nothing.
    """
    from costlint.fixing import fix as fix_model
    from costlint.reports.numbers import milliseconds

    found = fix_model(
        model, output_file, device=device, shapes=parse_shapes(shape) or None, batch=batch
    )
    typer.echo(f"{found.output}: {len(found.folded)} nodes folded, the same function")
    typer.echo(
        f"  max difference  {found.max_difference:.3g} where outputs reach {found.largest:.3g}"
    )
    before, after = found.before.latency_s, found.after.latency_s
    typer.echo(f"  predicted       {milliseconds(before)} before, {milliseconds(after)} after")
