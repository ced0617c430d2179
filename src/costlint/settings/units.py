"""Durations and shares as people write them: `8ms`, `800us`, `2%`."""

from __future__ import annotations

import re
from typing import Final

_DURATION: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(s|ms|us|µs)?")
_SHARE: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(%?)")
_SECONDS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, None: 1e-3}


def duration_s(value: object) -> float:
    """Seconds of `8ms`, `800us`, `1.5s`; a bare number is milliseconds.

    Raises:
        ValueError: anything else.
    """
    found = _DURATION.fullmatch(str(value).strip())
    if found is None or isinstance(value, bool):
        msg = "a duration is needed, like 8ms, 800us or 1.5s"
        raise ValueError(msg)
    return float(found[1]) * _SECONDS[found[2]]


def share(value: object) -> float:
    """The share of `2%` or `0.02`, 0 to 1.

    Raises:
        ValueError: anything else.
    """
    found = _SHARE.fullmatch(str(value).strip())
    if found is not None and not isinstance(value, bool):
        number = float(found[1]) / (100 if found[2] else 1)
        if number <= 1:
            return number
    msg = "a share is needed, like 2% or 0.02"
    raise ValueError(msg)


def duration_or_share(value: object) -> tuple[float, float]:
    """A least saving as (seconds, share): one of the two is 0.

    Raises:
        ValueError: neither `0.05ms` nor `1%`.
    """
    text = str(value).strip()
    return (0.0, share(text)) if text.endswith("%") else (duration_s(text), 0.0)
