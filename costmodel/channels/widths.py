"""Widths that must change together: a union of symbols in which one may be a sum of others.

An axis is a sequence of terms (width, times): `((a, 1), (b, 2))` is as long as `a + 2 * b`. None is
an axis whose size is given: batch, space, classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any, TypeAlias

Term: TypeAlias = tuple[int, int]
Terms: TypeAlias = tuple[Term, ...]
Axis: TypeAlias = Terms | None


class Widths:
    """The state of one analysis; lives only inside `channels_of`."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self.parts: dict[int, Terms] = {}
        self.frozen: dict[int, str] = {}

    def fresh(self, value: int) -> Axis:
        """A new width of `value`."""
        return ((self._new(value), 1),)

    def _new(self, value: int) -> int:
        self.values.append(value)
        return len(self.values) - 1

    def resolve(self, axis: Axis) -> Axis:
        """`axis` in widths that stand for themselves."""
        if axis is None or not any(width in self.parts for width, _ in axis):
            return axis
        found: list[Term] = []
        for width, times in axis:
            parts = self.parts.get(width)
            if parts is None:
                found.append((width, times))
            else:
                parts = self.parts[width] = self.resolve(parts) or ()  # long chains stay short
                found += [(w, t * times) for w, t in parts]
        return _joined(found)

    def length(self, axis: Terms) -> int:
        """How long `axis` is today."""
        return sum(self.values[width] * times for width, times in axis)

    def freeze(self, axis: Axis, why: str) -> None:
        """No width of `axis` may change; the first reason stays."""
        for width, _ in self.resolve(axis) or ():
            self.frozen.setdefault(width, why)

    def unify(self, one: Axis, other: Axis, why: str) -> None:
        """Both axes are the same length for ever; `why` is said where one of them is given.

        What both begin with is made one width and taken away, until nothing is left.
        """
        if one is None or other is None:
            self.freeze(one or other, why)
            return
        left, right = self.resolve(one) or (), self.resolve(other) or ()
        if self.length(left) != self.length(right):
            self.freeze((*left, *right), why)
            return
        while left and right:
            (a, a_times), (b, b_times) = left[0], right[0]
            a_length, b_length = self.values[a] * a_times, self.values[b] * b_times
            if a == b:
                times = min(a_times, b_times)
                left, right = _shortened(left, times), _shortened(right, times)
            elif a_length == b_length:
                self._merge(left[0], right[0])
                left, right = self.resolve(left[1:]) or (), self.resolve(right[1:]) or ()
            else:
                size = min(a_length, b_length)
                cuts = [self.cut(side, [size], why) for side in (left, right)]
                if None in cuts:
                    self.freeze((*left, *right), why)
                    return
                left, right = (self.resolve(sum(pieces or (), ())) or () for pieces in cuts)

    def _merge(self, one: Term, other: Term) -> None:
        """Make two terms of different widths and one length the same."""
        (a, a_times), (b, b_times) = one, other
        common = gcd(a_times, b_times)
        if a_times == b_times:
            self._substitute(b, ((a, 1),))
            return
        whole = self._new(self.values[a] // (b_times // common))
        self._substitute(a, ((whole, b_times // common),))
        self._substitute(b, ((whole, a_times // common),))

    def _substitute(self, width: int, parts: Terms) -> None:
        self.parts[width] = parts
        if width in self.frozen:
            self.freeze(parts, self.frozen[width])

    def cut(self, axis: Axis, sizes: Sequence[int], why: str) -> list[Terms] | None:
        """Pieces of `sizes`, and the rest; None (and frozen) where a piece has no width."""
        rest = self.resolve(axis) or ()
        pieces: list[Terms] = []
        for size in sizes:
            found = self._cut_off(rest, size)
            if found is None:
                self.freeze(axis, why)
                return None
            piece, rest = found
            pieces.append(piece)
        return [self.resolve(piece) or () for piece in (*pieces, rest)]

    def _cut_off(self, terms: Terms, size: int) -> tuple[Terms, Terms] | None:
        """The first `size` of `terms` and the rest; None where a cut there has no width."""
        missing = size
        for place, (width, times) in enumerate(terms):
            value = self.values[width]
            before, after = terms[:place], terms[place + 1 :]
            if missing <= 0:
                return before, terms[place:]
            if value * times <= missing:
                missing -= value * times
            elif missing % value == 0:  # between two repeats
                repeats = missing // value
                return (*before, (width, repeats)), ((width, times - repeats), *after)
            elif missing % times == 0:  # inside of each repeat: the pieces are interleaved
                first, second = self._halved(width, missing // times)
                return (*before, (first, times)), ((second, times), *(self.resolve(after) or ()))
            else:
                return None
        return terms, ()

    def _halved(self, width: int, size: int) -> tuple[int, int]:
        """Two new widths in place of one, the first of `size`."""
        first, second = self._new(size), self._new(self.values[width] - size)
        self._substitute(width, ((first, 1), (second, 1)))
        return first, second

    def divided(self, axis: Axis, by: int, why: str) -> Axis:
        """One of `by` equal pieces of `axis`, all tied; None (and frozen) where there is none.

        Where the pieces do not meet the widths, every width is divided instead.
        """
        terms = self.resolve(axis)
        if terms is None or by == 1:
            return terms
        size, remainder = divmod(self.length(terms), by)
        if all(times % by == 0 for _, times in terms):
            return tuple((width, times // by) for width, times in terms)
        if not remainder and len(terms) > 1 and self._meets_cuts(terms, size):
            return self._tied(self.cut(terms, [size] * (by - 1), why), why)
        if remainder or not self._divide_widths(terms, by):
            self.freeze(terms, why)
            return None
        return self.divided(terms, by, why)

    def _tied(self, pieces: Sequence[Terms] | None, why: str) -> Axis:
        """The first of the pieces, once all of them change together."""
        if pieces is None:
            return None
        for piece in pieces[1:]:
            self.unify(pieces[0], piece, why)
        return self.resolve(pieces[0])

    def _divide_widths(self, terms: Terms, by: int) -> bool:
        """Make every term a multiple of `by` times a width; False where one does not divide."""
        for width, times in terms:
            factor = by // gcd(by, times)
            if self.values[width] % factor:
                return False
            if factor > 1:
                self._substitute(width, ((self._new(self.values[width] // factor), factor),))
        return True

    def _meets_cuts(self, terms: Terms, size: int) -> bool:
        """Whether cuts after every `size` fall between widths."""
        start = 0
        for width, times in terms:
            value = self.values[width]
            cut = (start // size + 1) * size
            while cut < start + value * times:
                if (cut - start) % value:
                    return False
                cut += size
            start += value * times
        return True


def scaled(axis: Axis, times: Any) -> Axis:
    """`axis` repeated `times`."""
    return None if axis is None else tuple((width, t * times) for width, t in axis)


def _shortened(terms: Terms, times: int) -> Terms:
    """`terms` without so many `times` of the first width."""
    width, all_times = terms[0]
    return ((width, all_times - times), *terms[1:]) if all_times > times else terms[1:]


def _joined(terms: Sequence[Term]) -> Terms:
    found: list[Term] = []
    for width, times in terms:
        if found and found[-1][0] == width:
            found[-1] = (width, found[-1][1] + times)
        else:
            found.append((width, times))
    return tuple(found)
