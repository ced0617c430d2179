"""Writing profiles as TOML. The same numbers always give the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from costlint.costmodel.devices.rates import UNKNOWN_SD
from costlint.costmodel.devices.terms import INTEGERS, TERMS
from costlint.costmodel.devices.versions import VERSION

if TYPE_CHECKING:
    from costlint.costmodel.devices.profile import DeviceProfile

HEAD: Final = ("name", "hardware", "runtime", "fusion", "precision", "layout", "threads",
               "lanes_in", "lanes_out", "cache_bytes", "overlap", "overhead_s", "overhead_sd",
               "memory_bytes", "cores")  # fmt: skip
_PARTS: Final = ("range", "provenance", "fit", "interval")


def toml_of(profile: DeviceProfile) -> str:
    """The profile as a TOML file of today's version."""
    lines = [f"version = {VERSION}"]
    for key in HEAD:
        value = getattr(profile, key)
        if value is not None:
            lines.append(f"{key} = {_value(value)}")
    lines += ["", "[terms]", *_terms(profile)]
    for part in _PARTS:
        held = getattr(profile, part)
        lines += ["", f"[{part}]"]
        lines += [f"{f.name} = {_value(getattr(held, f.name))}" for f in fields(held)]
    return "\n".join(lines) + "\n"


def _terms(profile: DeviceProfile) -> Iterator[str]:
    """A line for each term. One that is free or assumed for lack of a rate stays out, and so is."""
    for term, seconds, sd in zip(TERMS, profile.seconds_per_unit, profile.term_sd, strict=True):
        is_assumed = term.name in INTEGERS and sd >= UNKNOWN_SD
        if seconds and not is_assumed:
            rate = float(f"{term.inverse(seconds):.4g}")
            yield f"{term.key} = {_value((rate, round(sd, 3)))}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return _float(value) if isinstance(value, float) else str(value)


def _float(value: float) -> str:
    """Five digits, as short as TOML allows."""
    text = re.sub(r"e\+?(-?)0*", r"e\1", f"{value:.5g}")
    return text if "." in text or "e" in text or "n" in text else f"{text}.0"
