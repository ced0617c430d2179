"""The terms in a profile's file, whichever version wrote it, as today's terms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from costlint.costmodel.devices.checks import checked_keys, is_positive, missing_key, wrong
from costlint.costmodel.devices.terms import FREE, INTEGERS, NEEDED, TERMS, Term
from costlint.costmodel.devices.versions import FORMER

UNKNOWN_SD: Final = 1.0
"""How far the rate of a term may be off of which a file says nothing (log scale)."""

Given: TypeAlias = dict[str, tuple[float, float]]
"""Value and standard deviation of its logarithm, by the key of the term."""


def rates_of(table: Mapping[str, Any], version: int, where: str) -> dict[str, Any]:
    """The fields of a profile that its file's terms give, and the notes on them.

    A term that is gone is mapped or dropped, with a note.

    Raises:
        ProfileError: a key that no version had, a value out of bounds, or a term is missing that
            no profile can do without.
    """
    stored = _of_version_1(table, where) if version == 1 else _pairs(table["terms"], where)
    given, notes = _todays(stored)
    found = [_rate(term, given, where) for term in TERMS]
    return {
        "seconds_per_unit": tuple(seconds for seconds, _ in found),
        "term_sd": tuple(sd for _, sd in found),
        "notes": tuple(f"profile {table['name']}: {note}" for note in (*notes, *_lacking(given))),
    }


def _keys() -> dict[str, str]:
    """The key of each term that there ever was, by its name."""
    former = {name: f"{name}_{term.unit}" for name, term in FORMER.items()}
    return former | {term.name: term.key for term in TERMS}


def _of_version_1(table: Mapping[str, Any], where: str) -> Given:
    names = {key: name for name, key in _keys().items()}
    rates = checked_keys(table["rates"], names, f"{where} [rates]", needed=())
    sds = checked_keys(table["uncertainty"], names.values(), f"{where} [uncertainty]", needed=())
    for part, values in (("rates", rates), ("uncertainty", sds)):
        for key, value in values.items():
            if not is_positive(value):
                raise wrong(f"{where} [{part}]", key, value, "a positive number")
    return {key: (rate, sds.get(names[key], UNKNOWN_SD)) for key, rate in rates.items()}


def _pairs(table: Any, where: str) -> Given:
    given: Given = {}
    for key, pair in checked_keys(table, _keys().values(), f"{where} [terms]", needed=()).items():
        if not (isinstance(pair, list) and len(pair) == 2 and all(map(is_positive, pair))):
            wanted = "two positive numbers: the rate, and the standard deviation of its logarithm"
            raise wrong(f"{where} [terms]", key, pair, wanted)
        given[key] = (pair[0], pair[1])
    return given


def _todays(stored: Given) -> tuple[Given, list[str]]:
    """What is left without the terms that are gone, and what became of each of those."""
    keys, given, notes = _keys(), dict(stored), []
    for name, former in FORMER.items():
        pair = given.pop(keys[name], None)
        if pair is None:
            continue
        if former.by is None or keys[former.by] in given:
            notes.append(f"term {name} is no longer used ({former.reason})")
        else:
            given[keys[former.by]] = pair
            notes.append(f"term {name} is now {former.by} ({former.reason})")
    return given, notes


def _lacking(given: Given) -> Iterator[str]:
    for term in TERMS:
        is_said = term.default != NEEDED and term.name not in INTEGERS
        if term.key not in given and is_said:
            taken = "is free" if term.default == FREE else f"is as {term.default}"
            yield f"term {term.name}, which it does not have, {taken}"


def _rate(term: Term, given: Given, where: str) -> tuple[float, float]:
    """Seconds for each unit, and the standard deviation of their logarithm."""
    if term.key in given:
        value, sd = given[term.key]
        return term.inverse(value), sd
    if term.default == NEEDED:
        raise missing_key(term.key, where)
    if term.default == FREE:
        return 0.0, UNKNOWN_SD
    like = next(other for other in TERMS if other.name == term.default)
    seconds, sd = _rate(like, given, where)
    return seconds, math.hypot(sd, UNKNOWN_SD)
