"""What reads the value of an option: each returns it checked, or raises TypeError or ValueError.

A value may be the text or the texts of a command line, or what a settings file has for the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from costlint.costmodel.ir.errors import OptionError
from costlint.settings.units import duration_s, share

T = TypeVar("T")
Number: TypeAlias = int | float | bool | str


class UnknownWordError(ValueError):
    """A value that is none of a few `known` words."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = known
        super().__init__(f"one of {', '.join(known)} is needed")


def _instance(kind: type[T], needed: str) -> Callable[[object], T]:
    """What reads a value that is of a kind already."""

    def read(value: object) -> T:
        if not isinstance(value, kind):
            msg = f"{needed} is needed"
            raise TypeError(msg)
        return value

    return read


text: Final = _instance(str, "a text")
flag: Final = _instance(bool, "true or false")
table: Final[Callable[[object], Mapping[str, Any]]] = _instance(dict, "a table")


def texts(value: object) -> tuple[str, ...]:
    """One text or a list of them."""
    return tuple(map(text, value)) if isinstance(value, list) else (text(value),)


def names(value: object) -> tuple[str, ...]:
    """Texts, each of which may be several with commas between them."""
    parts = (part.strip() for words in texts(value) for part in words.split(","))
    return tuple(part for part in parts if part)


def at_least(least: int, needed: str = "") -> Callable[[object], int]:
    """What reads a whole number that is `least` or more."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            msg = needed or f"the least is {least}"
            raise ValueError(msg)
        return value

    return read


size: Final = at_least(1, "a positive whole number is needed")
length: Final = at_least(0, "a whole number is needed, 0 for an empty input")


def one_of(known: Sequence[str]) -> Callable[[object], str]:
    """What reads one of the words that are `known`."""

    def read(value: object) -> str:
        if value not in known:
            raise UnknownWordError(known)
        return str(value)

    return read


def path_beside(folder: Path, path: str) -> str:
    """A path of a settings file in `folder`."""
    return str(folder / path)


def devices_beside(folder: Path, devices: Sequence[str]) -> tuple[str, ...]:
    """Names of devices, or the paths of their files as a settings file in `folder` says them."""
    return tuple(
        path_beside(folder, name) if name.endswith(".toml") or "/" in name else name
        for name in devices
    )


def shapes(value: object) -> Mapping[str, int | tuple[int | str, ...]]:
    """Sizes by name: a number, or a list of numbers and symbols; on the command line as texts."""
    if isinstance(value, list):
        return _shapes_of_texts(value)
    return {
        name: tuple(d if isinstance(d, str) else length(d) for d in dims)
        if isinstance(dims, list)
        else length(dims)
        for name, dims in table(value).items()
    }


def _shapes_of_texts(given: Sequence[object]) -> Mapping[str, int | tuple[int | str, ...]]:
    """`["N=8", "x=1x3xHxW"]` as `load` takes it: numbers bind, names stay symbols."""
    found: dict[str, int | tuple[int | str, ...]] = {}
    for words in map(text, given):
        name, equals, sizes = words.rpartition("=")
        dims = [d.strip() for d in sizes.replace("X", "x").split("x")]
        if not equals or not name or not all(dims):
            raise OptionError(
                f"cannot read --shape {words!r}",
                facts=("it is NAME=SIZE for a symbol, NAME=AxBxC for an input",),
                fix="--shape N=8 or --shape x=1x3x224x224",
            )
        if name in found:
            raise OptionError(f"--shape {name} is given twice")
        bound = [int(d) if d.removeprefix("-").isdecimal() else d for d in dims]
        first = bound[0]
        found[name] = first if len(bound) == 1 and isinstance(first, int) else tuple(bound)
    return found


def values(value: object) -> Mapping[str, Number | tuple[Number, ...]]:
    """Contents by name: a number, true, false or a text, or a list; or as texts `NAME=VALUE`."""
    if isinstance(value, list):
        return _values_of_texts(value)
    return {
        name: tuple(map(content, given)) if isinstance(given, list) else content(given)
        for name, given in table(value).items()
    }


def content(value: object) -> Number:
    """What an input holds in one place."""
    if not isinstance(value, int | float | str):
        msg = "a number, true, false or a text is needed"
        raise TypeError(msg)
    return value


def _values_of_texts(given: Sequence[object]) -> Mapping[str, Number | tuple[Number, ...]]:
    """`["sr=16000", "sizes=640,640"]` as `load` takes it."""
    found: dict[str, Number | tuple[Number, ...]] = {}
    for words in map(text, given):
        name, equals, said = words.partition("=")
        if not equals or not name or not said:
            raise OptionError(
                f"cannot read --value {words!r}",
                facts=("it is NAME=VALUE, with commas between several",),
                fix="--value sr=16000 or --value sizes=640,640",
            )
        if name in found:
            raise OptionError(f"--value {name} is given twice")
        items = tuple(_number(one.strip()) for one in said.split(","))
        found[name] = items[0] if len(items) == 1 else items
    return found


def _number(said: str) -> Number:
    """`said` as a whole number, a number, true or false, else the text that it is."""
    if said.lower() in ("true", "false"):
        return said.lower() == "true"
    for kind in (int, float):
        with suppress(ValueError):
            return kind(said)
    return said


def severity(value: object) -> Mapping[str, float]:
    """Shares of the latency by severity."""
    limits = {name: share(limit) for name, limit in table(value).items()}
    if not limits.keys() <= {"error", "warning"}:
        msg = "its keys are error and warning"
        raise ValueError(msg)
    return limits


def budgets(value: object) -> Mapping[str, Mapping[str, float]]:
    """Seconds by model and device."""
    return {
        model: {device: duration_s(limit) for device, limit in table(limits).items()}
        for model, limits in table(value).items()
    }


IGNORE_KEYS: Final = frozenset({"rule", "node", "model", "reason", "expires"})


def ignores(value: object) -> tuple[Mapping[str, Any], ...]:
    """Entries, each with a rule and maybe more."""
    if not isinstance(value, list):
        msg = "an array of tables is needed: [[tool.costlint.ignores]]"
        raise TypeError(msg)
    for entry in value:
        unknown = table(entry).keys() - IGNORE_KEYS
        if unknown or "rule" not in entry:
            msg = f"an entry has rule and may have {', '.join(sorted(IGNORE_KEYS - {'rule'}))}"
            raise ValueError(msg)
        if "expires" in entry and not isinstance(entry["expires"], date):
            msg = "expires is a date: 2027-06-01"
            raise ValueError(msg)
    return tuple(value)


OPS_KEYS: Final = frozenset({"op", "like"})


def ops(value: object) -> Mapping[str, str]:
    """What each operator is like, of entries that name both."""
    if not isinstance(value, list):
        msg = "an array of tables is needed: [[tool.costlint.ops]]"
        raise TypeError(msg)
    found: dict[str, str] = {}
    for entry in value:
        if table(entry).keys() != OPS_KEYS or not all(map(text, entry.values())):
            msg = 'an entry has op and like: op = "my.ops::FancyConv", like = "Conv"'
            raise ValueError(msg)
        if found.setdefault(entry["op"], entry["like"]) != entry["like"]:
            msg = f"{entry['op']!r} is there twice"
            raise ValueError(msg)
    return found
