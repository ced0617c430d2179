"""A size with which two sizes become equal that the graph needs to be so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import isqrt, sqrt
from typing import Final

from costlint.costmodel.sizes.trials import Sides

SIDES: Final = (256, 384, 512, 320, 448, 640, 299, 192, 128, 96, 64, 32, 28)
"""Of images, the usual ones first."""

LENGTHS: Final = (128, 64, 256, 32, 512, 1, 16, 1024, 100, 10, 8, 4, 3, 2, 3000, 16_000)
"""Of anything else."""

_ROUND: Final = (32, 16, 8, 4, 2)
_MAX_STEPS: Final = 14
_MAX_FACTOR: Final = 64
"""How far from the usual size one is looked for that no side names itself."""

Evaluate = Callable[[int], "Sides | bool | None"]
"""A size -> True where it fits, the pair that differs, None where something else goes wrong."""


def solved(
    start: int, sides: Sides | None, evaluate: Evaluate, common: Sequence[int]
) -> int | None:
    """A size that fits, the roundest one near by; None where none was found.

    `sides` are the two sizes that differ at `start`. Both grow with the size, as a line or as a
    square, up to offsets and rounding; where that leads nowhere `common` sizes are tried.
    """
    others = [size for size in common if size != start]
    if sides is None:
        return _rounded(_first(others, evaluate, {}), evaluate)
    seen = {start: sides}
    found = _first(_powers(start, sides), evaluate, seen)
    if found is None and not _is_unmoved(seen, sides):
        if common is SIDES:
            found = _first(others, evaluate, seen)
        if found is None:
            found = _narrowed(start, evaluate, seen)
    return _rounded(found, evaluate)


def _first(sizes: Iterable[int], evaluate: Evaluate, seen: dict[int, Sides]) -> int | None:
    """The first of `sizes` that fits; `seen` takes up what differs at the others."""
    start = next(iter(seen.values()), None)
    for size in sizes:
        found = evaluate(size)
        if found is True:
            return size
        if isinstance(found, tuple):
            seen[size] = found
            if start is not None and _is_unmoved(seen, start):
                break
    return None


def _is_unmoved(seen: Mapping[int, Sides], sides: Sides) -> bool:
    """Whether what differs has nothing to do with the size: it is the same at three sizes."""
    return list(seen.values()).count(sides) > 2


def _narrowed(start: int, evaluate: Evaluate, seen: dict[int, Sides]) -> int | None:
    """Between a size that is too small and one that is too large."""
    for _ in range(_MAX_STEPS):
        guess = _between({size: _gap(sides) for size, sides in seen.items()})
        if guess is None or guess in seen or not _is_near(guess, start):
            return None
        # A size that divides badly may fail elsewhere: then the nearest that does not.
        sizes = dict.fromkeys((guess, max(1, round(guess / 32)) * 32))
        before = len(seen)
        found = _first((size for size in sizes if size not in seen), evaluate, seen)
        if found is not None or len(seen) == before:
            return found
    return None


def _is_near(size: int, start: int) -> bool:
    return 0 < size <= start * _MAX_FACTOR and size * _MAX_FACTOR >= start


def _gap(sides: Sides) -> float:
    return sqrt(sides[0]) - sqrt(sides[1])


def _powers(start: int, sides: Sides) -> Iterator[int]:
    """Sizes that fit if one side is constant and the other grows as the size or as its square."""
    seen = {start}
    small, large = sorted(sides)
    if start in sides:
        yield large if start == small else small
    guesses = []
    for a, b in ((large, small), (small, large)):
        if a > 0 and b > 0:
            guesses += [start * b // a, isqrt(start * start * b // a)]
    for guess in guesses:
        for size in dict.fromkeys((round(guess / 32) * 32, guess)):
            if size not in seen and _is_near(size, start):
                seen.add(size)
                yield size


def _between(gaps: dict[int, float]) -> int | None:
    """The next size to try: between two of different sign, else further out."""
    ordered = sorted(gaps.items())
    for (low, a), (high, b) in pairwise(ordered):
        if a * b < 0:
            if high - low < 2:
                return None
            guess = low + round((high - low) * abs(a) / (abs(a) + abs(b)))
            return min(max(guess, low + 1), high - 1)
    (low, a), (high, b) = ordered[0], ordered[-1]
    if low == high or a == b:
        return None
    return high * 2 if abs(b) < abs(a) else low // 2


def _rounded(found: int | None, evaluate: Evaluate) -> int | None:
    """`found`, or the roundest size near by that fits as well."""
    if found is None:
        return None
    if evaluate(found + 1) is not True and (found < 2 or evaluate(found - 1) is not True):
        return found
    for step in _ROUND:
        for size in (found // step * step, -(-found // step) * step):
            if size == found or (size > 0 and evaluate(size) is True):
                return size
    return found
