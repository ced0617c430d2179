"""`costlint compare`: one model against another."""

from __future__ import annotations

from typing import Annotated

import typer

from costlint.asked import Asked
from costlint.commands import options
from costlint.commands.parsing import (
    at_least,
    comma_list,
    one_of,
    parse_format,
    parse_shapes,
    parsed,
)
from costlint.output import Show
from costlint.run import run
from costlint.settings.units import share


def compare(  # noqa: PLR0913 - one argument per option
    before: Annotated[str, typer.Argument(metavar="A", help="The model before.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The model after.")],
    *,
    device: options.Device = None,
    shape: options.Shape = None,
    batch: options.Batch = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    output_format: options.Format = None,
    output_file: options.OutputFile = None,
    fail_on_regression: Annotated[
        str | None,
        options.option(
            "--fail-on-regression",
            metavar="SHARE",
            about="Exit with 1 if B is slower by more: 2%.",
            panel=options.GATE,
        ),
    ] = None,
    width: options.Width = None,
    color: options.Color = "auto",
    config: options.Config = None,
    isolated: options.Isolated = False,
    traceback: options.Traceback = False,  # noqa: ARG001 - read where a bug is caught
) -> None:
    """Compare B with A: latency with interval, by class, op by op, findings new and fixed.

    Findings do not fail it, only a regression does.
    """
    asked = Asked(
        devices=tuple(device) if device else None,
        shapes=parse_shapes(shape),
        batch=batch,
        select=comma_list(select),
        ignore=comma_list(ignore),
        compared=True,
        fail_on="never",
        max_regression=parsed("--fail-on-regression", fail_on_regression, share),
        config=config,
        isolated=isolated,
    )
    show = Show(
        output_format=parse_format(output_format) or "full",
        output_file=output_file,
        width=at_least("--width", width, 1),
        color=one_of("--color", color, options.COLORS) or "auto",
    )
    raise typer.Exit(run([before, after], asked, show))
