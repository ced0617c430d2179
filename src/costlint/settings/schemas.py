"""The JSON schemas that the keys of a settings file have."""

from __future__ import annotations

from typing import Final

from costlint.settings import readers

STRING: Final = {"type": "string"}
STRINGS: Final = {"anyOf": [STRING, {"type": "array", "items": STRING}]}
SWITCHED: Final = {"type": "boolean"}
AMOUNT: Final = {"type": ["string", "number"]}
COUNT: Final = {"type": "integer", "minimum": 1}
FORMATS: Final = {"enum": list(readers.FORMATS)}
GATING: Final = {"enum": list(readers.FAIL_ON)}
BINDINGS: Final = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [COUNT, {"type": "array", "items": {"type": ["integer", "string"]}}]
    },
}
SEVERITIES: Final = {
    "type": "object",
    "properties": {"error": AMOUNT, "warning": AMOUNT},
    "additionalProperties": False,
}
BUDGETS: Final = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": AMOUNT},
}
IGNORES: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": dict.fromkeys(sorted(readers.IGNORE_KEYS), STRING),
        "required": ["rule"],
        "additionalProperties": False,
    },
}
