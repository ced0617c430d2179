"""Texts of options as values."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from costlint.costmodel.ir.errors import OptionError

T = TypeVar("T")


def parsed(option: str, text: str | None, read: Callable[[object], T]) -> T | None:
    """`text` of an option as a value; None where it was not given.

    Raises:
        OptionError: `read` cannot take it.
    """
    if text is None:
        return None
    try:
        return read(text)
    except (TypeError, ValueError) as error:
        raise OptionError(f"{option} {text!r}: {error}") from error


def one_of(option: str, text: str | None, known: Sequence[str]) -> str | None:
    """`text` of an option that has few values; None where it was not given.

    Raises:
        OptionError: it is none of `known`.
    """
    if text is not None and text not in known:
        near = difflib.get_close_matches(text, known, 1)
        hint = (f"did you mean {near[0]!r}?",) if near else ()
        raise OptionError(f"{option} {text!r}", facts=(*hint, f"it is one of {', '.join(known)}"))
    return text


def at_least(option: str, number: int | None, least: int) -> int | None:
    """`number` of an option; None where it was not given.

    Raises:
        OptionError: it is less than `least`.
    """
    if number is not None and number < least:
        raise OptionError(f"{option} {number}: the least is {least}")
    return number


def parse_format(text: str | None, *, more: Sequence[str] = ()) -> str | None:
    """An output format, one of `more` besides the usual ones; None where none was given.

    Raises:
        OptionError: there is no such format.
    """
    from costlint.reports import RENDERERS

    return one_of("--output-format", text, (*RENDERERS, *more))


def comma_list(texts: Iterable[str] | None) -> tuple[str, ...] | None:
    """Values given with commas, repeated, or both; None where none was given."""
    if not texts:
        return None
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def parse_shapes(texts: list[str] | None) -> dict[str, int | tuple[int | str, ...]]:
    """`["N=8", "x=1x3xHxW"]` as `load` takes it: numbers bind, names stay symbols.

    Raises:
        OptionError: a text without `=`, an empty dimension, the same name twice.
    """
    found: dict[str, int | tuple[int | str, ...]] = {}
    for text in texts or ():
        name, equals, size = text.rpartition("=")
        dims = [d.strip() for d in size.replace("X", "x").split("x")]
        if not equals or not name or not all(dims):
            raise OptionError(
                f"cannot read --shape {text!r}",
                facts=("it is NAME=SIZE for a symbol, NAME=AxBxC for an input",),
                fix="--shape N=8 or --shape x=1x3x224x224",
            )
        if name in found:
            raise OptionError(f"--shape {name} is given twice")
        sizes = [int(d) if d.removeprefix("-").isdecimal() else d for d in dims]
        first = sizes[0]
        found[name] = first if len(sizes) == 1 and isinstance(first, int) else tuple(sizes)
    return found
