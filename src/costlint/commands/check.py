"""`costlint check`, the default command: predict, find, gate."""

from __future__ import annotations

from typing import Annotated

import typer

from costlint.commands.options import Given, with_options
from costlint.exit_codes import GATE_FAILED
from costlint.settings.options import OPTIONS, Options


@with_options(*(row for row in OPTIONS.values() if row.flags))
def check(
    models: Annotated[
        list[str],
        typer.Argument(metavar="MODEL", help="ONNX files, folders, globs; - reads standard input."),
    ],
    *,
    given: Given,
) -> None:
    """Predict models and find what is wasteful in them (the default command)."""
    from costlint.many.expand import wants_many
    from costlint.run import run

    options = Options(**given)
    code = run(models, given, many=wants_many(models, options))
    raise typer.Exit(0 if options.exit_zero and code == GATE_FAILED else code)
