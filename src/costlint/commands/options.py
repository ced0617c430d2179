"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

import typer

from costlint.reports import RENDERERS
from costlint.settings.readers import FAIL_ON

COLORS: Final = ("auto", "always", "never")
MODEL, RULES, OUTPUT, GATE, SETTINGS = "Model", "Rules", "Output", "Gate", "Settings"


def complete_device(incomplete: str) -> list[tuple[str, str]]:
    """Names of shipped devices that begin so, each with its hardware."""
    from costlint.costmodel.devices import devices

    return [(row.name, row.hardware) for row in devices() if row.name.startswith(incomplete)]


def complete_rule(incomplete: str) -> list[tuple[str, str]]:
    """Rule ids that begin so, each with its title."""
    from costlint.analyzers.rules import RULES as ALL

    return [(rule.id, rule.title) for rule in ALL if rule.id.startswith(incomplete.upper())]


def complete_format(incomplete: str) -> list[str]:
    """Output formats that begin so."""
    return [name for name in RENDERERS if name.startswith(incomplete)]


def complete_color(incomplete: str) -> list[str]:
    """When colours are used."""
    return [when for when in COLORS if when.startswith(incomplete)]


def complete_severity(incomplete: str) -> list[str]:
    """Severities that can fail the gate."""
    return [name for name in FAIL_ON if name.startswith(incomplete)]


def option(*names: str, about: str, panel: str, metavar: str = " ", **more: Any) -> Any:
    """A typer option in a panel of the help, and as COSTLINT_NAME in the environment.

    `metavar` stands for the value, nothing for a flag.
    """
    variable = names[0].split("/")[0].removeprefix("--").replace("-", "_").upper()
    more.setdefault("envvar", f"COSTLINT_{variable}")
    return typer.Option(
        *names, help=about, rich_help_panel=panel, metavar=metavar, show_envvar=False, **more
    )


Device: TypeAlias = Annotated[
    list[str] | None,
    option(
        "--device",
        "-d",
        metavar="NAME|FILE",
        about="Predict for it (costlint devices); repeat to compare several.",
        panel=MODEL,
        autocompletion=complete_device,
    ),
]
Shape: TypeAlias = Annotated[
    list[str] | None,
    option(
        "--shape",
        metavar="NAME=AxBxC",
        about="Bind an input (x=1x3x224x224) or a symbol (N=8). Repeatable.",
        panel=MODEL,
    ),
]
Batch: TypeAlias = Annotated[
    int | None,
    option("--batch", metavar="N", about="The batch size.", panel=MODEL),
]
Select: TypeAlias = Annotated[
    list[str] | None,
    option(
        "--select",
        "-s",
        metavar="RULES",
        about="Rules by prefix, with commas or repeated: G1,G403.",
        panel=RULES,
        autocompletion=complete_rule,
    ),
]
Ignore: TypeAlias = Annotated[
    list[str] | None,
    option(
        "--ignore",
        "-i",
        metavar="RULES",
        about="Rules to leave out.",
        panel=RULES,
        autocompletion=complete_rule,
    ),
]
OutputFile: TypeAlias = Annotated[
    str | None,
    option(
        "--output-file",
        "-o",
        metavar="FILE",
        about="Write there instead of the screen.",
        panel=OUTPUT,
    ),
]
Config: TypeAlias = Annotated[
    str | None,
    option(
        "--config",
        "-c",
        metavar="FILE",
        about="Settings file; by default the nearest one above the model.",
        panel=SETTINGS,
    ),
]
Isolated: TypeAlias = Annotated[
    bool, option("--isolated", about="Read no settings file.", panel=SETTINGS)
]
Traceback: TypeAlias = Annotated[
    bool, option("--traceback", about="Show where a bug in costlint came from.", panel=OUTPUT)
]
Format: TypeAlias = Annotated[
    str | None,
    option(
        "--output-format",
        "-f",
        metavar="FORMAT",
        about=f"One of {', '.join(RENDERERS)}; full on a screen and concise in a pipe by default.",
        panel=OUTPUT,
        autocompletion=complete_format,
    ),
]
Width: TypeAlias = Annotated[
    int | None,
    option("--width", metavar="N", about="Columns of the full form.", panel=OUTPUT),
]
Color: TypeAlias = Annotated[
    str,
    option(
        "--color",
        metavar="WHEN",
        about="auto, always or never.",
        panel=OUTPUT,
        autocompletion=complete_color,
    ),
]
