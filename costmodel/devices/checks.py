"""What is refused in a profile's file: one message each, with the value and what it should be."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from typing import Any, Final

from costlint.costmodel.ir.errors import CostlintError

_FIX: Final = "costlint calibrate timings.csv --graphs DIR -o my-device.toml writes a valid one"


class ProfileError(CostlintError):
    """A device profile is not valid."""


def checked_keys(
    table: Any, known: Collection[str], where: str, *, needed: Collection[str]
) -> Mapping[str, Any]:
    """`table`, which is one, has no key that is not `known`, and all that are `needed`."""
    if not isinstance(table, Mapping):
        raise ProfileError(f"{where} is no table", fix=_FIX)
    unknown = sorted(set(table) - set(known))
    if unknown:
        nearest = difflib.get_close_matches(unknown[0], known, n=1, cutoff=0.0)
        raise ProfileError(
            f"unknown key {unknown[0]!r} in {where}",
            facts=tuple(f"the nearest known key is {key!r}" for key in nearest),
            fix="correct the key, or leave the line out",
        )
    missing = sorted(set(needed) - set(table))
    if missing:
        raise missing_key(missing[0], where)
    return table


def missing_key(key: str, where: str) -> ProfileError:
    """The error that `key` is not there."""
    return ProfileError(f"key {key!r} is missing in {where}", fix=_FIX)


def wrong(where: str, key: str, value: Any, wanted: str) -> ProfileError:
    """The error that `key` has such a value."""
    return ProfileError(
        f"{key} = {value!r} in {where}",
        facts=(f"it must be {wanted}",),
        fix="correct the value",
    )


def is_finite(value: Any) -> bool:
    """Whether `value` is a number, and neither infinite nor NaN."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def is_positive(value: Any) -> bool:
    """Whether `value` is a finite number over zero."""
    return is_finite(value) and value > 0


def is_whole(value: Any) -> bool:
    """Whether `value` is a whole number from 0 on."""
    return type(value) is int and value >= 0


def is_span(value: Any) -> bool:
    """Whether `value` is a list of two whole numbers, the smaller one first."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(map(is_whole, value))
        and value[0] <= value[1]
    )


_VALUES: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "str": (lambda value: isinstance(value, str), "a text"),
    "bool": (lambda value: isinstance(value, bool), "true or false"),
    "int": (is_whole, "a whole number from 0 on"),
    "int | None": (lambda value: is_whole(value) and value > 0, "a whole number over 0"),
    "float": (is_finite, "a finite number"),
    "float | None": (is_positive, "a positive number"),
    "tuple[int, int]": (is_span, "two whole numbers, the smaller one first"),
}
"""What a value must be, by the type that the record gives its field."""


def check_values(table: Mapping[str, Any], kind: type, where: str) -> None:
    """ProfileError for the first value of `table` that the field of `kind` cannot hold."""
    for field in fields(kind):
        if field.name in table and field.type in _VALUES:
            fits, wanted = _VALUES[str(field.type)]
            if not fits(table[field.name]):
                raise wrong(where, field.name, table[field.name], wanted)
