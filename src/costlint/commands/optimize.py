"""`costlint optimize`: the widths that make a model fastest at equal macs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from costlint.commands.options import ONE_DEVICE, Given, one_of, option, with_options
from costlint.costmodel.ir.errors import OptionError
from costlint.output import writing
from costlint.settings.option import OUTPUT
from costlint.settings.options import OPTIONS
from costlint.settings.readers import names

if TYPE_CHECKING:
    from costlint.costmodel.space.optimize import Optimum
    from costlint.costmodel.space.search import Progress

KEPT = ("macs", "parameters", "latency")


@with_options(
    replace(
        OPTIONS["output_file"], help="Write the network with the new widths and random weights."
    ),
    "pareto",
    replace(ONE_DEVICE, help="The device to be fast on (costlint devices)."),
    "shapes",
    "batch",
    "values",
    "traceback",
)
def optimize(  # noqa: PLR0913 - one argument per option
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An ONNX file.")],
    *,
    keep: Annotated[
        str, typer.Option("--keep", metavar="WHAT", help="macs, parameters, or latency.")
    ] = "macs",
    free: Annotated[
        list[str] | None,
        typer.Option(
            "--free", metavar="NAMES", help="widths, depth, groups, resolution, or names."
        ),
    ] = None,
    min_width: Annotated[
        int | None, typer.Option("--min-width", metavar="N", help="No width below this.")
    ] = None,
    multiple_of: Annotated[
        int, typer.Option("--multiple-of", metavar="N", help="Widths are multiples of this.")
    ] = 8,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of search and weights.")] = 0,
    time_limit: Annotated[
        float, typer.Option("--time-limit", metavar="S", help="Seconds to search.")
    ] = 20.0,
    pareto: Annotated[
        str | None,
        option(
            "--pareto",
            metavar="FILE",
            about="Write designs that none beats in latency, macs and parameters (CSV).",
            panel=OUTPUT,
        ),
    ] = None,
    given: Given,
) -> None:
    """Find the widths of least latency at equal macs, and write that network."""
    from costlint.optimizing import optimize as search

    _positive("--multiple-of", multiple_of)
    _positive("--time-limit", time_limit)
    _positive("--min-width", 1 if min_width is None else min_width)
    one_of("--keep", keep, KEPT)
    arguments = dict(given)
    output_file = arguments.pop("output_file", None)
    with _progress(time_limit) as progress:
        best = search(
            model,
            **arguments,
            output=output_file,
            keep=keep,
            free=names(free or []) or "widths",
            min_width=min_width,
            multiple_of=multiple_of,
            seed=seed,
            time_limit_s=time_limit,
            progress=progress,
        )
    typer.echo(_text(model, best))
    if output_file is not None:
        typer.echo(output_file, err=True)
    if pareto is not None:
        _write_front(
            best, pareto, min_width=min_width, multiple_of=multiple_of, seed=seed,
            time_limit_s=time_limit,
        )  # fmt: skip
        typer.echo(pareto, err=True)


def _write_front(best: Optimum, path: str, **search: Any) -> None:
    """The front as a table: figures first, then the widths."""
    import csv

    evaluate = best.evaluate
    front = evaluate.space.pareto(evaluate.device, free=best.names, **search)
    columns = [front.latency_s, front.macs.astype(int), front.parameters.astype(int)]
    columns += front.values.values()
    rows = zip(*(column.tolist() for column in columns), strict=True)
    with writing(path), open(path, "w", newline="", encoding="utf-8") as file:  # noqa: PTH123 - /dev/stdout
        writer = csv.writer(file)
        writer.writerow(["latency_s", "macs", "parameters", *front.values])
        writer.writerows(rows)


def _positive(option: str, value: float) -> None:
    if not value > 0:
        raise OptionError(f"{option} {value} is not a positive number")


@contextmanager
def _progress(time_limit_s: float) -> Iterator[Progress | None]:
    """A bar on a screen, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"searching, at most {time_limit_s:g} s", total=1.0)

        def show(share: float, score: float) -> None:
            bar.update(task, completed=share, description=f"best so far {score:.3f} of today")

        yield show


def _text(model: str, best: Optimum) -> str:
    """What sizes it is for, before and after, and the widths that change."""
    from costlint.reports.caveats import sizes_taken
    from costlint.reports.numbers import change, milliseconds, quantity
    from costlint.reports.text import visible

    before, after = best.before, best.after
    rows = [
        ("latency", milliseconds(before.latency_s), milliseconds(after.latency_s),
         change(after.latency_s / before.latency_s - 1)),
        ("macs", quantity(before.macs, "MACs"), quantity(after.macs, "MACs"),
         change(after.macs / before.macs - 1)),
        ("parameters", quantity(before.parameters, ""), quantity(after.parameters, ""),
         change(after.parameters / before.parameters - 1)),
    ]  # fmt: skip
    current = best.evaluate.space.current
    lines = [f"{model}  {best.evaluate.device.name}  keep {best.keep}"]
    lines += [f"  {visible(one.text)}" for one in sizes_taken(best.evaluate.space.graph)]
    lines.append("")
    lines += [f"  {name:<12}{one:>12} -> {other:<12}{by:>8}" for name, one, other, by in rows]
    lines += ["", f"{len(best.values)} of {len(current)} sizes change:"]
    lines += [f"  {current[name]:>5} -> {value:<5} {name}" for name, value in best.values.items()]
    rate = best.evaluated / max(best.spent_s, 1e-9)
    lines.append(f"{best.evaluated:,} designs in {best.spent_s:.1f} s ({rate:,.0f} a second)")
    return "\n".join(lines)
