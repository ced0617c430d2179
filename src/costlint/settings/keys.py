"""The keys of a settings file: one line each, for reading, for the schema and for the docs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from costlint.reports import RENDERERS
from costlint.settings import readers
from costlint.settings.units import duration_or_share, duration_s, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key: what reads its value, its JSON schema, what it means, what holds without it.

    `example` is its line or table in a settings file, `default_text` the default as one says it.
    """

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    meaning: str
    example: str
    default: Any = None
    default_text: str = ""


_STRING: Final = {"type": "string"}
_STRINGS: Final = {"anyOf": [_STRING, {"type": "array", "items": _STRING}]}
_AMOUNT: Final = {"type": ["string", "number"]}
_COUNT: Final = {"type": "integer", "minimum": 1}

KEYS: Final[Mapping[str, Key]] = {
    "extend": Key(
        read=readers.text,
        schema=_STRING,
        meaning="a settings file that this one adds to",
        default_text="none",
        example='extend = "../costlint.toml"',
    ),
    "required-version": Key(
        read=readers.text,
        schema=_STRING,
        meaning="the least version of costlint: >=0.1",
        default_text="any",
        example='required-version = ">=0.1"',
    ),
    "device": Key(
        read=readers.texts,
        schema=_STRINGS,
        meaning="devices to predict for",
        example='device = ["pixel4-tflite-1large", "devices/our-npu.toml"]',
        default_text="snapdragon810-neon-1t",
    ),
    "batch": Key(
        read=readers.size,
        schema=_COUNT,
        meaning="the batch size",
        example="batch = 1",
        default_text="that of the model; 1 where it is open",
    ),
    "shapes": Key(
        read=readers.shapes,
        schema={
            "type": "object",
            "additionalProperties": {
                "anyOf": [_COUNT, {"type": "array", "items": {"type": ["integer", "string"]}}]
            },
        },
        meaning="sizes of dimensions and inputs by name",
        default={},
        example="[shapes]\nN = 1\npixels = [1, 3, 224, 224]",
        default_text="none",
    ),
    "strict": Key(
        read=readers.flag,
        schema={"type": "boolean"},
        meaning="refuse models with ops of unknown cost",
        default=False,
        example="strict = true",
        default_text="false",
    ),
    "select": Key(
        read=readers.texts,
        schema=_STRINGS,
        meaning="rules, by prefix",
        default=("G",),
        example='select = ["G1", "G4"]',
        default_text='["G"], all rules',
    ),
    "ignore": Key(
        read=readers.texts,
        schema=_STRINGS,
        meaning="rules to leave out",
        default=(),
        example='ignore = ["G303"]',
        default_text="none",
    ),
    "min-savings": Key(
        read=duration_or_share,
        schema=_AMOUNT,
        meaning="findings that save less are not shown: 0.05ms or 1%",
        default=(0.0, 0.0),
        example='min-savings = "1%"',
        default_text="0ms",
    ),
    "severity": Key(
        read=readers.severity,
        schema={
            "type": "object",
            "properties": {"error": _AMOUNT, "warning": _AMOUNT},
            "additionalProperties": False,
        },
        meaning="from which share of the latency on a finding is an error or a warning",
        default={},
        example='[severity]\nerror = "5%"\nwarning = "1%"',
        default_text="5% and 1%",
    ),
    "fail-on": Key(
        read=readers.fail_on,
        schema={"enum": list(readers.FAIL_ON)},
        meaning="the least severity that fails the gate",
        default="error",
        example='fail-on = "warning"',
        default_text="error",
    ),
    "max-latency": Key(
        read=duration_s,
        schema=_AMOUNT,
        meaning="longest latency that passes the gate: 8ms",
        example='max-latency = "8ms"',
        default_text="no limit",
    ),
    "max-recoverable": Key(
        read=share,
        schema=_AMOUNT,
        meaning="largest recoverable share that passes: 15%",
        example='max-recoverable = "15%"',
        default_text="no limit",
    ),
    "budgets": Key(
        read=readers.budgets,
        schema={
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": _AMOUNT},
        },
        meaning="longest latency by model and device",
        default={},
        example='[budgets."models/mobilenetv2.onnx"]\npixel4-tflite-1large = "8ms"',
        default_text="none",
    ),
    "baseline": Key(
        read=readers.text,
        schema=_STRING,
        meaning="file of accepted findings",
        example='baseline = "costlint-baseline.json"',
        default_text="none",
    ),
    "exclude": Key(
        read=readers.texts,
        schema=_STRINGS,
        meaning="paths to leave out of folders",
        default=(),
        example='exclude = ["third_party/**"]',
        default_text="none",
    ),
    "output-format": Key(
        read=readers.output_format,
        schema={"enum": list(RENDERERS)},
        meaning="how results are shown",
        example='output-format = "json"',
        default_text="full on a screen, concise in a pipe",
    ),
    "ignores": Key(
        read=readers.ignores,
        schema={
            "type": "array",
            "items": {
                "type": "object",
                "properties": dict.fromkeys(sorted(readers.IGNORE_KEYS), _STRING),
                "required": ["rule"],
                "additionalProperties": False,
            },
        },
        meaning="accepted findings: rule, node, model, reason, expires",
        default=(),
        example='[[ignores]]\nrule = "G2"\nnode = "/features/features.1/*"\n'
        'model = "mobilenetv2*.onnx"\nreason = "the accelerator needs the depthwise stem"\n'
        "expires = 2027-06-01",
        default_text="none",
    ),
}
"""Every key; a new one is one entry here."""

FILE_ONLY: Final = frozenset(
    {"extend", "required-version", "shapes", "severity", "budgets", "ignores"}
)
OPTIONS: Final = frozenset(KEYS) - FILE_ONLY
"""Keys that are options of `costlint check`, and environment variables, by the same name."""

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
