"""`costlint example`: known networks as ONNX files."""

from __future__ import annotations

from typing import Annotated

import typer

from costlint.commands.options import Given, with_options
from costlint.costmodel.ir.errors import OptionError
from costlint.output import writing


@with_options("output_file")
def example(  # noqa: PLR0913 - one argument per option
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="For instance shufflenet_v2_1.0x.")
    ] = None,
    *,
    batch: Annotated[
        int | None, typer.Option("--batch", metavar="N", help="The batch size; symbolic if absent.")
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", metavar="S", help="Height and width of the input.")
    ] = None,
    weights: Annotated[
        bool, typer.Option("--weights/--no-weights", help="Random weights, or none: a few kB.")
    ] = True,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the weights.")] = 0,
    show_list: Annotated[
        bool, typer.Option("--list", help="List the names (that contain NAME) instead.")
    ] = False,
    given: Given,
) -> None:
    """Write a known network as an ONNX file, NAME.onnx here by default."""
    from costlint.examples import example as build

    if show_list:
        typer.echo(_listing(name or ""), nl=False)
        return
    if name is None:
        raise OptionError("which example?", fix="costlint example --list")
    for option, value in (("--batch", batch), ("--size", size)):
        if value is not None and value < 1:
            raise OptionError(f"{option} {value} is not a positive whole number")
    try:
        model = build(name, batch=batch or "N", size=size, weights=weights, seed=seed)
    except (LookupError, ValueError) as error:
        raise OptionError(str(error.args[0]), fix="costlint example --list") from error
    path = given.get("output_file") or f"{name}.onnx"
    with writing(path), open(path, "wb") as file:  # noqa: PTH123 - `-o /dev/stdout` works too
        file.write(model.SerializeToString())
    typer.echo(path, err=True)


def _listing(text: str) -> str:
    """One line for each example whose name contains `text`, with its counts."""
    from costlint.examples import list_examples
    from costlint.reports.numbers import quantity

    found = list_examples(text)
    if not found:
        raise OptionError(f"no example has {text!r} in its name", fix="costlint example --list")
    width = max(len(item.name) for item in found)
    return "".join(
        f"{item.name:<{width}}  {quantity(item.macs, 'MACs'):>11}"
        f"  {quantity(item.parameters, ''):>7}  {item.source}\n"
        for item in found
    )
