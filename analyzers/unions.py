"""Things that share a key, directly or through others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

T = TypeVar("T")


def connected(keyed: Iterable[tuple[T, Iterable[Hashable]]]) -> list[list[T]]:
    """The things in sets: two are together when they share a key, or a third that does."""
    root: dict[Hashable, Hashable] = {}

    def top(key: Hashable) -> Hashable:
        while root.setdefault(key, key) != key:
            key = root[key]
        return key

    things = [(thing, tuple(keys)) for thing, keys in keyed]
    for _, keys in things:
        for key in keys[1:]:
            root[top(key)] = top(keys[0])
    sets: dict[Hashable, list[T]] = {}
    for thing, keys in things:
        sets.setdefault(top(keys[0]), []).append(thing)
    return list(sets.values())
