"""What is to be said of an option: one row of the table, which is the fields of `Options`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from costlint.settings import readers

MODEL, RULES, OUTPUT, GATE = "Model", "Rules", "Output", "Gate"
MANY, SETTINGS = "Many models", "Settings"

TEXT: Final[Any] = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of the command line, a key of the settings files, or both.

    `name` is that of its field in `Options`. `flags` are its names on the command line, none
    where it is a key alone; `form` is what the command line makes of its text, `help` says what it
    does. `key` is its name in a settings file, empty where it has none; `schema`, `meaning`,
    `example` and `default_text` document the key.

    `read` makes the value of either, or raises TypeError or ValueError. `beside` makes a value
    that names a file hold from the folder of the settings file. `is_added` says that what is given
    does not replace what a settings file says. `in_result` says that a result depends on it, so
    that the cache keeps one for each of its values.
    """

    name: str = ""
    default: Any = None
    read: Callable[[Any], Any] = readers.text
    in_result: bool = False
    is_added: bool = False
    flags: tuple[str, ...] = ()
    form: Any = TEXT
    is_counted: bool = False
    metavar: str = " "
    help: str = ""
    panel: str = ""
    completion: Callable[[str], list[Any]] | None = None
    key: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)
    meaning: str = ""
    example: str = ""
    default_text: str = "none"
    beside: Callable[[Path, Any], Any] | None = None

    @property
    def flag(self) -> str:
        """The long name on the command line, empty where it has none."""
        return self.flags[0].partition("/")[0] if self.flags else ""

    @property
    def variable(self) -> str:
        """The environment variable: `COSTLINT_FAIL_ON` of `--fail-on`; empty without a flag."""
        named = self.flag.removeprefix("--").replace("-", "_").upper()
        return named and f"COSTLINT_{named}"


def row(*flags: str, **about: Any) -> Any:
    """A field of `Options` with its row of the table, whose `meaning` makes it a key as well.

    The key is called as the option is, unless it says otherwise.
    """
    option = Option(flags=flags, **about)
    if option.meaning and not option.key:
        option = replace(option, key=option.flag.removeprefix("--"))
    if isinstance(option.default, dict):
        return field(default_factory=dict, metadata={"option": option})
    return field(default=option.default, metadata={"option": option})


model_row: Final = partial(row, panel=MODEL)
rule_row: Final = partial(row, panel=RULES, in_result=True)
output_row: Final = partial(row, panel=OUTPUT)
gate_row: Final = partial(row, panel=GATE)
many_row: Final = partial(row, panel=MANY)
settings_row: Final = partial(row, panel=SETTINGS)


def table(record: type[Any]) -> Mapping[str, Option]:
    """The rows of a record of options by the names of its fields."""
    return {f.name: replace(f.metadata["option"], name=f.name) for f in fields(record)}
