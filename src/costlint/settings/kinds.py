"""The kinds of values of options: how each is read, shown in the help, described and completed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from costlint.reports import RENDERERS
from costlint.settings import completions, readers
from costlint.settings.units import duration_or_share, duration_s, share

Kind: TypeAlias = Mapping[str, Any]
"""What the rows of one kind have in common, by the fields of `Option`."""

TEXTS: Final[Any] = list[str] | None
NUMBER: Final[Any] = int | None


def _words(known: Sequence[str], metavar: str, offered: Sequence[str] | None = None) -> Kind:
    return {
        "read": readers.one_of(known),
        "metavar": metavar,
        "completion": completions.words(known if offered is None else offered),
        "schema": {"enum": list(known)},
    }


_STRING: Final[Kind] = {"type": "string"}
_STRINGS: Final[Kind] = {"anyOf": [_STRING, {"type": "array", "items": _STRING}]}
_COUNT: Final[Kind] = {"type": "integer", "minimum": 1}
_LENGTH: Final[Kind] = {"type": "integer", "minimum": 0}
_CONTENT: Final[Kind] = {"type": ["number", "boolean", "string"]}
_AMOUNT: Final[Kind] = {"type": ["string", "number"]}

# Without a value on the command line.
SWITCH: Final[Kind] = {"default": False, "read": readers.flag, "form": bool}
FLAG: Final[Kind] = {**SWITCH, "form": bool | None, "schema": {"type": "boolean"}}
COUNTED: Final[Kind] = {"default": 0, "read": readers.at_least(0), "form": int, "is_counted": True}

# One text or number.
TEXT: Final[Kind] = {"schema": _STRING}
FILE: Final[Kind] = {"metavar": "FILE", "schema": _STRING, "beside": readers.path_beside}
DURATION: Final[Kind] = {"read": duration_s, "metavar": "TIME", "schema": _AMOUNT}
SHARE: Final[Kind] = {"read": share, "metavar": "SHARE", "schema": _AMOUNT}
SAVING: Final[Kind] = {"read": duration_or_share, "metavar": "TIME|SHARE", "schema": _AMOUNT}
COLOR: Final = _words(("auto", "always", "never"), "WHEN")
SEVERITY: Final = _words(("error", "warning", "note", "never"), "SEVERITY")
FORMAT: Final = _words((*RENDERERS, "parquet"), "FORMAT", offered=tuple(RENDERERS))
SIZE: Final[Kind] = {"read": readers.size, "form": NUMBER, "metavar": "N", "schema": _COUNT}


def at_least(least: int) -> Kind:
    """A whole number that is `least` or more."""
    return {"read": readers.at_least(least), "form": NUMBER, "metavar": "N"}


def _several(read: Callable[[Any], Any], metavar: str, **more: Any) -> Kind:
    return {"read": read, "form": TEXTS, "metavar": metavar, "schema": _STRINGS, **more}


DEVICES: Final = _several(
    readers.texts, "NAME|FILE", completion=completions.devices, beside=readers.devices_beside
)
RULES: Final = _several(readers.names, "RULES", completion=completions.rules)
GLOBS: Final = _several(readers.names, "GLOB")

# Tables of a settings file.
VALUES: Final[Kind] = {
    "default": {},
    "read": readers.values,
    "form": TEXTS,
    "metavar": "NAME=VALUE",
    "schema": {
        "type": "object",
        "additionalProperties": {"anyOf": [_CONTENT, {"type": "array", "items": _CONTENT}]},
    },
}
SHAPES: Final[Kind] = {
    "default": {},
    "read": readers.shapes,
    "form": TEXTS,
    "metavar": "NAME=AxBxC",
    "schema": {
        "type": "object",
        "additionalProperties": {
            "anyOf": [_LENGTH, {"type": "array", "items": {"type": ["integer", "string"]}}]
        },
    },
}
SEVERITY_LIMITS: Final[Kind] = {
    "default": {},
    "read": readers.severity,
    "schema": {
        "type": "object",
        "properties": {"error": _AMOUNT, "warning": _AMOUNT},
        "additionalProperties": False,
    },
}
BUDGETS: Final[Kind] = {
    "default": {},
    "read": readers.budgets,
    "schema": {
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": _AMOUNT},
    },
}
IGNORES: Final[Kind] = {
    "default": (),
    "read": readers.ignores,
    "schema": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": dict.fromkeys(sorted(readers.IGNORE_KEYS), _STRING),
            "required": ["rule"],
            "additionalProperties": False,
        },
    },
}
OPS: Final[Kind] = {
    "default": {},
    "read": readers.ops,
    "schema": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": dict.fromkeys(sorted(readers.OPS_KEYS), _STRING),
            "required": sorted(readers.OPS_KEYS),
            "additionalProperties": False,
        },
    },
}
