"""How to go about many models, and when a run is one of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from costlint.many.expand import is_many
from costlint.many.pool import Pool

_SHORT_LIST: Final = 20
"""Files that are still shown one by one, with all their ops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The options of `costlint check` about many models. `is_asked` says that one was used."""

    pool: Pool = field(default_factory=Pool)
    is_asked: bool = False
    exclude: tuple[str, ...] = ()
    resume: str | None = None
    against: str | None = None
    max_regression: float | None = None
    cached: bool = True
    cache_dir: str | None = None


def wants_many(models: Sequence[str], ways: Ways, output_format: str | None) -> bool:
    """Whether the run is one over many models, shown as sums and without single ops."""
    asked = ways.resume is not None or ways.against is not None
    asked = asked or (ways.is_asked and len(models) > 1)
    return asked or output_format == "parquet" or len(models) > _SHORT_LIST or is_many(models)
