"""`costlint explain`: a rule, an operator, a device, or one kernel of a model."""

from __future__ import annotations

from typing import Annotated

import typer

from costlint.commands.options import Given, option, with_options
from costlint.costmodel.ir.errors import OptionError
from costlint.settings.option import MODEL


def complete_thing(incomplete: str) -> list[tuple[str, str]]:
    """What begins so and can be explained."""
    from costlint.explain import names

    return [(name, what) for name, what in names() if name.startswith(incomplete)]


@with_options("device", "shapes", "batch", "values")
def explain(
    thing: Annotated[
        str | None,
        typer.Argument(
            metavar="THING",
            help="A rule (G101, G1), an operator (Conv), a device, or a MODEL.",
            autocompletion=complete_thing,
        ),
    ] = None,
    *,
    op: Annotated[
        str | None,
        option("--op", metavar="NAME", about="The op of MODEL to explain.", panel=MODEL),
    ] = None,
    given: Given,
) -> None:
    """Explain a rule, an operator, a device, or how the time of one op of a model comes about."""
    if op is not None:
        if thing is None:
            raise OptionError(f"in which model is {op!r}?", fix=f"costlint explain MODEL --op {op}")
        from costlint.explain_kernel import kernel_page

        sizes = dict(given)
        devices = sizes.pop("device", (None,))
        text = kernel_page(thing, op, devices[0], **sizes)
    else:
        from costlint.explain import page

        text = page(thing or "G")
    typer.echo(text)
