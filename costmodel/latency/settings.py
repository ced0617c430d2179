"""What of a device changes the amounts of a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from costlint.costmodel.dims import Dim

Amounts: TypeAlias = dict[str, Dim]
"""Amounts of a kernel by term name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What of a device changes the amounts of a kernel.

    Element size, vector or tile width in channels, the cache that a kernel may keep for itself,
    whether the library has Winograd's algorithm, and whether it lays channels out in blocks of
    `lanes_out`.
    """

    precision: str
    lanes_in: int
    lanes_out: int
    cache_bytes: int
    winograd: bool
    blocked: bool = False


def weight_type(settings: Settings) -> str:
    """The element type of weights and unfolded inputs."""
    return "float32" if settings.precision == "fp32" else "float16"
