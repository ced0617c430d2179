"""All options of `check` and keys of the settings files: one row each, and nothing elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from costlint.settings import kinds
from costlint.settings.gate_options import GateOptions
from costlint.settings.option import Option, many_row, settings_row, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(GateOptions):
    """What holds for a model: what was given, else what its settings file says, else the default.

    Each field is a row: a new option is one here (or in a base: the rows are split by size), and
    the code that uses it.
    """

    jobs: int | None = many_row(
        "--jobs", "-j", **kinds.at_least(1), help="Processes; by default one for each core."
    )
    backend: str | None = many_row(
        "--backend", metavar="NAME", help="Where they run: loky (here), dask://HOST:PORT, ray."
    )
    exclude: tuple[str, ...] = many_row(
        "--exclude",
        **kinds.GLOBS,
        default=(),
        is_added=True,
        help="Leave out of folders and globs. Repeatable.",
        meaning="paths to leave out of folders",
        example='exclude = ["third_party/**"]',
    )
    resume: str | None = many_row(
        "--resume",
        **kinds.FILE,
        help="Write results there as JSON lines, and go on from those that still hold.",
    )
    against: str | None = many_row(
        "--against",
        metavar="FOLDER|FILE",
        help="Compare with models or results of before, by name.",
    )
    no_cache: bool = many_row("--no-cache", **kinds.SWITCH, help="Compute everything anew.")
    cache_dir: str | None = many_row(
        "--cache-dir", metavar="FOLDER", help="Where results are kept."
    )
    config: str | None = settings_row(
        "--config",
        "-c",
        **kinds.FILE,
        help="Settings file; by default the nearest one above the model.",
    )
    isolated: bool = settings_row("--isolated", **kinds.SWITCH, help="Read no settings file.")
    extend: str | None = settings_row(
        **kinds.FILE,
        key="extend",
        meaning="a settings file that this one adds to",
        example='extend = "../costlint.toml"',
    )
    required_version: str | None = settings_row(
        **kinds.TEXT,
        key="required-version",
        meaning="the least version of costlint: >=0.1",
        example='required-version = ">=0.1"',
        default_text="any",
    )


OPTIONS: Final[Mapping[str, Option]] = table(Options)
"""The rows by field, in the order of the command line."""

KEYS: Final[Mapping[str, Option]] = {row.key: row for row in OPTIONS.values() if row.key}
"""The rows that a settings file may have, by key."""

SUPERSEDED: Final = frozenset({"threads", "dtype", "runtime", "precision", "layout"})
"""What a device is made of: `device` alone says it."""


def schema() -> Mapping[str, Any]:
    """The JSON schema of the table [tool.costlint], or of costlint.toml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "costlint settings",
        "type": "object",
        "properties": {
            name: {**key.schema, "description": key.meaning} for name, key in KEYS.items()
        },
        "additionalProperties": False,
    }
