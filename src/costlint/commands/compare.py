"""`costlint compare`: one model against another."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from costlint.commands.options import Given, with_options
from costlint.settings.options import OPTIONS


@with_options(
    "device",
    "shapes",
    "batch",
    "assume",
    "values",
    "select",
    "ignore",
    "output_format",
    "output_file",
    replace(OPTIONS["fail_on_regression"], help="Exit with 1 if B is slower by more: 2%."),
    "width",
    "color",
    "config",
    "isolated",
    "traceback",
)
def compare(
    before: Annotated[str, typer.Argument(metavar="A", help="The model before.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The model after.")],
    *,
    given: Given,
) -> None:
    """Compare B with A: latency with interval, by class, op by op, findings new and fixed.

    Findings do not fail it, only a regression does.
    """
    from costlint.run import run

    raise typer.Exit(run([before, after], {"output_format": "full", **given}, compared=True))
