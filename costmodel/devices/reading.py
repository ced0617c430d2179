"""Reading profiles: every key known, every number in its bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from costlint.costmodel.devices.profile import (
    _HEAD,
    DeviceProfile,
    Fit,
    Interval,
    Provenance,
    Range,
)
from costlint.costmodel.devices.terms import TERMS
from costlint.costmodel.ir.errors import CostlintError
from costlint.costmodel.runtimes.fusion import RULE_SETS

PRECISIONS = ("fp32", "fp16", "amp")
_PARTS = {"range": Range, "provenance": Provenance, "fit": Fit, "interval": Interval}


class ProfileError(CostlintError):
    """A device profile is not valid."""


def profile_from(table: Mapping[str, Any], where: str) -> DeviceProfile:
    """The profile in a parsed TOML table; `where` names the file in errors.

    Raises:
        ProfileError: a key is missing or unknown, or a value is out of bounds.
    """
    _same_keys(table, {*_HEAD, "rates", "uncertainty", *_PARTS}, {"memory_bytes", "cores"}, where)
    rates = _numbers(table["rates"], {t.key for t in TERMS}, f"{where} [rates]")
    sds = _numbers(table["uncertainty"], {t.name for t in TERMS}, f"{where} [uncertainty]")
    _one_of(table, "fusion", RULE_SETS, where)
    _one_of(table, "precision", PRECISIONS, where)
    if not (_is_finite(table["overlap"]) and 0.0 <= table["overlap"] <= 1.0):
        raise _bad(where, "overlap", table["overlap"], "between 0 and 1")
    for key in ("overhead_s", "lanes_in", "lanes_out", "cache_bytes"):
        if not (_is_finite(table[key]) and table[key] > 0):
            raise _bad(where, key, table[key], "a positive number")
    parts = {name: _part(kind, table[name], f"{where} [{name}]") for name, kind in _PARTS.items()}
    return DeviceProfile(
        **{key: table[key] for key in _HEAD if key in table},
        seconds_per_unit=tuple(1.0 / rates[t.key] if t.is_rate else rates[t.key] for t in TERMS),
        term_sd=tuple(sds[t.name] for t in TERMS),
        **parts,
    )


def _part(kind: Any, table: Mapping[str, Any], where: str) -> Any:
    known = {f.name for f in fields(kind)}
    optional = {f.name for f in fields(kind) if f.default is not MISSING}
    _same_keys(table, known, optional, where)
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})


def _numbers(table: Mapping[str, Any], known: set[str], where: str) -> Mapping[str, float]:
    _same_keys(table, known, set(), where)
    for key, value in table.items():
        if not _is_finite(value) or value <= 0:
            raise _bad(where, key, value, "a positive number")
    return table


def _is_finite(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def _same_keys(table: Mapping[str, Any], known: set[str], optional: set[str], where: str) -> None:
    if not isinstance(table, Mapping):
        raise ProfileError(f"{where} is no table", fix="costlint devices NAME shows a valid one")
    unknown, missing = sorted(set(table) - known), sorted(known - optional - set(table))
    if unknown:
        raise ProfileError(
            f"unknown key {unknown[0]!r} in {where}",
            facts=(f"known: {', '.join(sorted(known))}",),
            fix="costlint devices NAME shows a valid profile",
        )
    if missing:
        raise ProfileError(
            f"key {missing[0]!r} is missing in {where}",
            fix="costlint devices NAME shows a valid profile",
        )


def _one_of(table: Mapping[str, Any], key: str, known: tuple[str, ...], where: str) -> None:
    if table[key] not in known:
        raise _bad(where, key, table[key], f"one of {', '.join(known)}")


def _bad(where: str, key: str, value: Any, wanted: str) -> ProfileError:
    return ProfileError(
        f"{key} = {value!r} in {where}",
        facts=(f"it must be {wanted}",),
        fix="correct the value",
    )
