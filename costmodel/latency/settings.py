"""What of a device changes the amounts of a kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from costlint.costmodel.dims import Dim
from costlint.costmodel.fusion import FusionRules

Amounts: TypeAlias = dict[str, Dim]
"""Amounts of a kernel by term name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What of a device changes the amounts of a kernel.

    Element size, vector or tile width in channels, the cache that a kernel may keep for itself, and
    what the library does: see `FusionRules`. `threads` is 1 where they do not share packs.
    """

    precision: str
    lanes_in: int
    lanes_out: int
    cache_bytes: int
    winograd: bool
    threads: int = 1
    groups_in_turn: bool = False
    streams_vectors: bool = False
    narrow_kernels: bool = False
    window_share: float = 1.0
    short_chains: bool = False
    serial: frozenset[str] = frozenset()
    host: frozenset[str] = frozenset()


def under(settings: Settings, rules: FusionRules, threads: int) -> Settings:
    """`settings` as a runtime of such rules has them on so many threads (0 on a GPU)."""
    return replace(
        settings,
        winograd=rules.winograd,
        threads=max(threads, 1) if rules.shares_packs else 1,
        groups_in_turn=rules.groups_in_turn,
        streams_vectors=rules.streams_vectors,
        narrow_kernels=rules.narrow_kernels,
        window_share=rules.window_share,
        short_chains=rules.short_chains,
        serial=rules.serial,
        host=rules.host,
    )


def weight_type(settings: Settings) -> str:
    """The element type of weights and unfolded inputs."""
    return "float32" if settings.precision == "fp32" else "float16"
