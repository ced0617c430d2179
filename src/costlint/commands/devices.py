"""`costlint devices`: what can be predicted for, and how well."""

from __future__ import annotations

from typing import Annotated

import typer


def devices(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="Words of the name, hardware or runtime; or a name."),
    ] = None,
) -> None:
    """List devices with their held-out error, or show one whole."""
    from costlint.costmodel.devices import devices as known
    from costlint.costmodel.ir.errors import OptionError
    from costlint.device_page import device_list, device_page

    text = " ".join(words or ())
    rows = known(text)
    if len(rows) == 1 or any(row.name == text for row in rows):
        typer.echo(device_page(text if any(row.name == text for row in rows) else rows[0].name))
        return
    if not rows:
        raise OptionError(f"no device has {text!r} in its name", fix="costlint devices")
    typer.echo(device_list(rows), nl=False)
