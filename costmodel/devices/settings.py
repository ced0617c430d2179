"""What of a device changes the amounts of a kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.runtimes.library import MOST, Library

Amounts: TypeAlias = dict[str, Dim]
"""Amounts of a kernel by term name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What of a device changes the amounts of a kernel.

    Element size, vector or tile width in channels, the cache that a kernel may keep for itself,
    threads (1 on a GPU), a GPU's cores (streaming multiprocessors; 0: not known), what the
    runtime's library does, and whether there are rates for `integers`.
    """

    precision: str
    lanes_in: int
    lanes_out: int
    cache_bytes: int
    threads: int = 1
    cores: int = 0
    library: Library = MOST
    integers: bool = True

    @property
    def is_blocked(self) -> bool:
        """Whether channels lie in blocks: not where a vector holds one."""
        return self.library.blocked and self.lanes_out > 1


def under(settings: Settings, library: Library, threads: int) -> Settings:
    """`settings` as a library has them on so many threads (0 on a GPU).

    Threads count only where they share whole vectors.
    """
    sharing = max(threads, 1) if library.shares_packs else 1
    return replace(settings, library=library, threads=sharing)


def weight_type(settings: Settings) -> str:
    """The element type of weights and unfolded inputs."""
    return "float32" if settings.precision == "fp32" else "float16"
