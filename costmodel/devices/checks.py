"""What is refused in a profile's file: one message each, with the value and what it should be."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping
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
