"""All options of `check` and keys of the settings files: one row each, and nothing elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from costlint.settings import readers, schemas
from costlint.settings.gate_options import GateOptions
from costlint.settings.option import MANY, NUMBER, SETTINGS, TEXTS, Option, row, switch, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(GateOptions):
    """What holds for a model: what was given, else what its settings file says, else the default.

    Each field is a row: a new option is one here (or in a base: the rows are split by size), and
    the code that uses it.
    """

    jobs: int | None = row(
        "--jobs",
        "-j",
        read=readers.at_least(1),
        form=NUMBER,
        metavar="N",
        help="Processes; by default one for each core.",
        panel=MANY,
    )
    backend: str | None = row(
        "--backend",
        metavar="NAME",
        help="Where they run: loky (here), dask://HOST:PORT, ray.",
        panel=MANY,
    )
    exclude: tuple[str, ...] = row(
        "--exclude",
        default=(),
        read=readers.names,
        is_added=True,
        form=TEXTS,
        metavar="GLOB",
        help="Leave out of folders and globs. Repeatable.",
        panel=MANY,
        key="exclude",
        schema=schemas.STRINGS,
        meaning="paths to leave out of folders",
        example='exclude = ["third_party/**"]',
    )
    resume: str | None = row(
        "--resume",
        metavar="FILE",
        help="Write results there as JSON lines, and go on from those that still hold.",
        panel=MANY,
    )
    against: str | None = row(
        "--against",
        metavar="FOLDER|FILE",
        help="Compare with models or results of before, by name.",
        panel=MANY,
    )
    no_cache: bool = switch("--no-cache", help="Compute everything anew.", panel=MANY)
    cache_dir: str | None = row(
        "--cache-dir", metavar="FOLDER", help="Where results are kept.", panel=MANY
    )
    config: str | None = row(
        "--config",
        "-c",
        metavar="FILE",
        help="Settings file; by default the nearest one above the model.",
        panel=SETTINGS,
    )
    isolated: bool = switch("--isolated", help="Read no settings file.", panel=SETTINGS)
    extend: str | None = row(
        key="extend",
        schema=schemas.STRING,
        meaning="a settings file that this one adds to",
        example='extend = "../costlint.toml"',
        beside=readers.path_beside,
    )
    required_version: str | None = row(
        key="required-version",
        schema=schemas.STRING,
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
