"""Reading profiles of every version: every key known, every number in its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from costlint.costmodel.devices.checks import (
    ProfileError,
    check_values,
    checked_keys,
    is_finite,
    is_positive,
    wrong,
)
from costlint.costmodel.devices.profile import DeviceProfile, Fit, Interval, Provenance, Range
from costlint.costmodel.devices.rates import rates_of
from costlint.costmodel.devices.versions import VERSION
from costlint.costmodel.devices.writing import HEAD
from costlint.costmodel.runtimes.fusion import RULE_SETS

PRECISIONS = ("fp32", "fp16", "amp")
_PARTS = {"range": Range, "provenance": Provenance, "fit": Fit, "interval": Interval}
_OPTIONAL = ("version", "memory_bytes", "cores")


def profile_from(table: Mapping[str, Any], where: str) -> DeviceProfile:
    """The profile in a parsed TOML table; `where` names the file in errors.

    Raises:
        ProfileError: a key is missing or unknown, a value is out of bounds, or a later costlint
            wrote the file.
    """
    version = _version(table, where)
    rates = ("rates", "uncertainty") if version == 1 else ("terms",)
    needed = [key for key in HEAD if key not in _OPTIONAL] + [*rates, *_PARTS]
    checked_keys(table, [*needed, *_OPTIONAL], where, needed=needed)
    _check_values(table, where)
    parts = {name: _part(kind, table[name], f"{where} [{name}]") for name, kind in _PARTS.items()}
    if not is_positive(parts["interval"].base_sd):
        raise wrong(
            f"{where} [interval]", "base_sd", parts["interval"].base_sd, "a positive number"
        )
    return DeviceProfile(
        **{key: table[key] for key in HEAD if key in table},
        **rates_of(table, version, where),
        **parts,
    )


def _version(table: Mapping[str, Any], where: str) -> int:
    version = table.get("version", 1)
    if type(version) is not int or version < 1:
        raise wrong(where, "version", version, f"a whole number from 1 to {VERSION}")
    if version > VERSION:
        raise ProfileError(
            f"{where} is a device profile of version {version}",
            facts=(f"this costlint reads versions 1 to {VERSION}",),
            fix="pip install --upgrade costlint",
        )
    return version


def _check_values(table: Mapping[str, Any], where: str) -> None:
    check_values(table, DeviceProfile, where)
    for key, known in (("fusion", RULE_SETS), ("precision", PRECISIONS)):
        if table[key] not in known:
            raise wrong(where, key, table[key], f"one of {', '.join(known)}")
    if not (is_finite(table["overlap"]) and 0.0 <= table["overlap"] <= 1.0):
        raise wrong(where, "overlap", table["overlap"], "between 0 and 1")
    for key in ("overhead_s", "overhead_sd", "lanes_in", "lanes_out", "cache_bytes"):
        if not is_positive(table[key]):
            raise wrong(where, key, table[key], "a positive number")


def _part(kind: Any, table: Any, where: str) -> Any:
    known = [f.name for f in fields(kind)]
    needed = [f.name for f in fields(kind) if f.default is MISSING]
    checked_keys(table, known, where, needed=needed)
    check_values(table, kind, where)
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})
