"""A size that nobody stated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What an open dimension was taken to be, so that a first run gives a number.

    `name` is the symbol as the file writes it, or `input_axis` where it has none. `source` says
    where the size comes from: "the model's metadata (imgsz)", "usual for an image". `option` is
    what a user gives to say it instead: "--shape images=1x3x640x640".
    """

    name: str
    size: int
    source: str
    option: str
