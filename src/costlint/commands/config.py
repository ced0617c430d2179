"""`costlint config`, `init` and `schema`: settings and the forms of what is read and written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from costlint.commands.options import Given, one_of, option, with_options
from costlint.costmodel.ir.errors import OptionError
from costlint.output import writing
from costlint.settings.option import MODEL


def complete_key(incomplete: str) -> list[tuple[str, str]]:
    """Keys that begin so, each with its meaning."""
    from costlint.settings.options import KEYS

    return [(name, key.meaning) for name, key in KEYS.items() if name.startswith(incomplete)]


@with_options("config", "isolated")
def config(
    key: Annotated[
        str | None,
        typer.Argument(metavar="KEY", help="One key alone.", autocompletion=complete_key),
    ] = None,
    *,
    model: Annotated[
        str, option("--model", metavar="MODEL", about="For this model.", panel=MODEL)
    ] = "-",
    given: Given,
) -> None:
    """Show the settings in effect, and where each came from.

    An option comes first, then the environment, then the nearest settings file, then the default.
    """
    from costlint.settings import settings_for
    from costlint.settings.options import KEYS

    if key is not None:
        one_of("unknown key", key, tuple(KEYS))
    settings = settings_for(
        model, config=given.get("config"), isolated=given.get("isolated", False)
    )
    names = [key] if key is not None else [name for name in KEYS if name != "extend"]
    width = max(map(len, names))
    for name in names:
        variable = KEYS[name].variable
        if variable in os.environ:
            value, origin = json.dumps(os.environ[variable]), variable
        elif name in settings:
            value = json.dumps(settings[name].written, default=str)
            origin = str(settings[name].origin)
        else:
            value, origin = KEYS[name].default_text, "default"
        typer.echo(f"{name:<{width}} = {value}  # {origin}")


def init(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where to write.")] = ".",
) -> None:
    """Write a commented costlint.toml; pre-commit and workflow snippets go to the screen."""
    from costlint.starter import SETTINGS, SNIPPETS

    path = Path(folder) / "costlint.toml"
    if os.path.lexists(path):
        raise OptionError(f"{str(path)!r} is there already")
    with writing(path), path.open("x", encoding="utf-8") as file:
        file.write(SETTINGS)
    typer.echo(f"wrote {path}\n\n{SNIPPETS}", nl=False)


def schema(
    of: Annotated[str, typer.Argument(metavar="json|config", help="Of which form.")] = "json",
) -> None:
    """Print the JSON Schema of the JSON output, or of the settings."""
    from costlint.reports.as_json import schema as json_schema
    from costlint.settings.options import schema as config_schema

    if one_of("unknown schema", of, ("json", "config")) == "json":
        typer.echo(json_schema(), nl=False)
    else:
        typer.echo(json.dumps(config_schema(), indent=2))
