"""`costlint verify`: the advice of each finding, run on this machine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from costlint.commands.options import ONE_DEVICE, Given, with_options

if TYPE_CHECKING:
    from costlint.verifying import Verified


@with_options(
    replace(
        ONE_DEVICE,
        key="",
        default="host",
        help="This machine's profile (costlint measure, then costlint calibrate).",
    ),
    "select",
    "ignore",
    "shapes",
    "batch",
    "values",
    "traceback",
)
def verify(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An ONNX file.")],
    *,
    runs: Annotated[int, typer.Option("--runs", metavar="N", help="Timed runs of each.")] = 20,
    threads: Annotated[int, typer.Option("--threads", metavar="N", help="Of the runtime.")] = 1,
    given: Given,
) -> None:
    """Build the networks before and after each finding, run both here, compare the savings."""
    from costlint.verifying import verify as verify_model

    rows = verify_model(model, **given, runs=runs, threads=threads)
    for row in rows:
        typer.echo(_line(row))
    ran = [row for row in rows if row.predicted is not None]
    if ran:
        signs, covered = sum(row.has_sign for row in ran), sum(row.is_covered for row in ran)
        close = sum(row.is_close for row in ran)
        typer.echo(
            f"{len(ran)} run: sign right in {signs}, inside the interval in {covered}; "
            f"{close} too close to call, counted like the rest"
        )
    else:
        typer.echo("no finding that can be run")


def _line(row: Verified) -> str:
    from costlint.reports.numbers import milliseconds

    head = f"{row.finding.rule} {row.finding.ops[0]}"
    if row.predicted is None:
        return f"{head}: not run, {row.why_not}"
    low, high = milliseconds(row.predicted.low_s), milliseconds(row.predicted.high_s)
    return (
        f"{head}: predicted {milliseconds(row.predicted.saved_s)} ({low} to {high}), "
        f"measured {milliseconds(row.saved_s)} of {milliseconds(row.before_s)}"
    )
