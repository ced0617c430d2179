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
    """The state of one analysis; lives only inside `find_channels`."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self.parts: dict[int, Terms] = {}
        self.frozen: dict[int, str] = {}

    def fresh(self, value: int) -> Axis:
        """A new width of `value`."""
        self.values.append(value)
        return ((len(self.values) - 1, 1),)

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
        """Both axes are the same length for ever; `why` is said where one of them is given."""
        if one is None or other is None:
            self.freeze(one or other, why)
            return
        left, right = list(self.resolve(one) or ()), list(self.resolve(other) or ())
        if self.length(tuple(left)) != self.length(tuple(right)):
            self.freeze((*left, *right), why)
            return
        while left and right:
            a, b = left.pop(0), right.pop(0)
            size, wanted = self.length((a,)), self.length((b,))
            if a[0] == b[0]:
                least = min(a[1], b[1])
                left[:0] = [(a[0], a[1] - least)] if a[1] > least else []
                right[:0] = [(b[0], b[1] - least)] if b[1] > least else []
                continue
            if size == wanted:
                self._merge(a, b)
            else:
                pieces = self.cut((a,) if size > wanted else (b,), [min(size, wanted)], why)
                if pieces is None:
                    self.freeze((a, b, *left, *right), why)
                    return
                a_left, b_left = (pieces, [(b,)]) if size > wanted else ([(a,)], pieces)
                left[:0] = [term for piece in a_left for term in piece]
                right[:0] = [term for piece in b_left for term in piece]
            left, right = (
                list(self.resolve(tuple(left)) or ()),
                list(self.resolve(tuple(right)) or ()),
            )

    def _merge(self, one: Term, other: Term) -> None:
        """Make two terms of different widths and one length the same."""
        (a, a_times), (b, b_times) = one, other
        common = gcd(a_times, b_times)
        if a_times == b_times:
            self._substitute(b, ((a, 1),))
            return
        unit = self.values[a] // (b_times // common)
        self.values.append(unit)
        whole = len(self.values) - 1
        self._substitute(a, ((whole, b_times // common),))
        self._substitute(b, ((whole, a_times // common),))

    def _substitute(self, width: int, parts: Terms) -> None:
        self.parts[width] = parts
        if width in self.frozen:
            self.freeze(parts, self.frozen[width])

    def cut(self, axis: Axis, sizes: Sequence[int], why: str) -> list[Terms] | None:
        """Pieces of `sizes`, and the rest; None (and frozen) where a piece has no width."""
        rest = list(self.resolve(axis) or ())
        pieces: list[Terms] = []
        for size in sizes:
            piece: list[Term] = []
            left = size
            while left > 0 and rest:
                width, times = rest.pop(0)
                value = self.values[width]
                if value * times <= left:
                    piece.append((width, times))
                    left -= value * times
                elif left % value == 0:
                    piece.append((width, left // value))
                    rest.insert(0, (width, times - left // value))
                    left = 0
                elif left % times == 0:  # for times > 1 the pieces are interleaved
                    a, b = self.fresh(left // times) or (), self.fresh(value - left // times) or ()
                    self._substitute(width, (*a, *b))
                    piece += scaled(a, times) or ()
                    rest = [*(scaled(b, times) or ()), *(self.resolve(tuple(rest)) or ())]
                    left = 0
                else:
                    self.freeze(axis, why)
                    return None
            pieces.append(tuple(piece))
        pieces.append(tuple(rest))
        return [self.resolve(piece) or () for piece in pieces]

    def divided(self, axis: Axis, by: int, why: str) -> Axis:  # noqa: PLR0911 - one for each case
        """One of `by` equal pieces of `axis`, all tied; None (and frozen) where there is none.

        Where the pieces do not meet the widths, every width is divided instead.
        """
        terms = self.resolve(axis)
        if terms is None or by == 1:
            return terms
        if all(times % by == 0 for _, times in terms):
            return tuple((width, times // by) for width, times in terms)
        length = self.length(terms)
        if length % by:
            self.freeze(terms, why)
            return None
        if len(terms) == 1 or not self._meets_cuts(terms, length // by):
            for width, times in terms:
                factor = by // gcd(by, times)
                if self.values[width] % factor:
                    self.freeze(terms, why)
                    return None
                if factor > 1:
                    self.values.append(self.values[width] // factor)
                    self._substitute(width, ((len(self.values) - 1, factor),))
            return self.divided(terms, by, why)
        pieces = self.cut(terms, [length // by] * (by - 1), why)
        if pieces is None:
            return None
        for piece in pieces[1:]:
            self.unify(pieces[0], piece, why)
        return self.resolve(pieces[0])

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


def _joined(terms: Sequence[Term]) -> Terms:
    found: list[Term] = []
    for width, times in terms:
        if found and found[-1][0] == width:
            found[-1] = (width, found[-1][1] + times)
        else:
            found.append((width, times))
    return tuple(found)
