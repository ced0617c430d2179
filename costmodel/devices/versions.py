"""The versions of a profile's file, and the terms that earlier ones had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

VERSION: Final = 3
"""What is written today. It goes up when a term comes or goes, or a key changes its meaning.

1: rates in `[rates]` by key, the standard deviations of their logarithms in `[uncertainty]` by the
name of the term. 2: both in one line of `[terms]`. 3: with rates of integers.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """A term that is gone. `unit` is its rate's, `gone` the first version without it.

    `by` names the term that takes over its rate, in the same unit; None where none does.
    """

    unit: str
    gone: int
    by: str | None
    reason: str


FORMER: Final[Mapping[str, Former]] = {}
"""By name, in the order in which they went. A profile that has one is read all the same."""
