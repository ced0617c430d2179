"""What reads the value of a key: each returns it checked, or raises TypeError or ValueError."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from costlint.reports import RENDERERS
from costlint.settings.units import duration_s, share

FAIL_ON: Final = ("error", "warning", "note", "never")


def text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        msg = "a text is needed"
        raise TypeError(msg)
    return value


def texts(value: object) -> tuple[str, ...]:
    """One text or a list of them."""
    return tuple(map(text, value)) if isinstance(value, list) else (text(value),)


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        msg = "true or false is needed"
        raise TypeError(msg)
    return value


def size(value: object) -> int:
    """A positive whole number."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        msg = "a positive whole number is needed"
        raise ValueError(msg)
    return value


def output_format(value: object) -> str:
    """A format that can be written."""
    if value not in RENDERERS:
        msg = f"one of {', '.join(RENDERERS)} is needed"
        raise ValueError(msg)
    return str(value)


def fail_on(value: object) -> str:
    """A severity, or never."""
    if value not in FAIL_ON:
        msg = f"one of {', '.join(FAIL_ON)} is needed"
        raise ValueError(msg)
    return str(value)


def table(value: object) -> Mapping[str, Any]:
    """A table."""
    if not isinstance(value, dict):
        msg = "a table is needed"
        raise TypeError(msg)
    return value


def shapes(value: object) -> Mapping[str, int | tuple[int | str, ...]]:
    """Sizes by name: a number, or a list of numbers and symbols."""
    return {
        name: tuple(d if isinstance(d, str) else size(d) for d in dims)
        if isinstance(dims, list)
        else size(dims)
        for name, dims in table(value).items()
    }


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
