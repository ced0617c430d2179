"""A first size for an axis, with where it comes from and how well that is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A size for one axis: where it comes from, and how well that is known (higher is better).

    `is_side` marks the sides of an image, which are taken to be equal.
    """

    size: int
    source: str
    weight: int
    is_side: bool = False


def usual(size: int, what: str, weight: int, *, is_side: bool = False) -> Guess:
    """The size that `what` usually has."""
    return Guess(size=size, source=f"usual for {what}", weight=weight, is_side=is_side)
