"""Traced dimensions: run a formula once on them and have it as a graph of few kinds of nodes.

Every value is a linear sum of monomials. A monomial is a product of factors, and a factor is a
variable, a sum, a rounded quotient, max(0, x) or (x < 0). Equal values are the same object, so
that what two formulas share is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

from costlint.costmodel.space.arithmetic import exact_quotient, floored, monomial, power, total
from costlint.costmodel.space.cases import UndecidedError

Kind: TypeAlias = Literal[
    "variable", "sum", "product", "quotient", "floor", "bits", "positive", "negative"
]
Number: TypeAlias = "int | float"
Terms: TypeAlias = "dict[Node, Number]"

LARGEST_LOG2: Final = 40
"""Sizes above 2 to this power have their logarithm cut."""


class Trace:
    """The nodes of one space; `chosen` are the comparisons that `by_cases` decided."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[Kind, tuple[Any, ...]], Node] = {}
        self.chosen: dict[Node, bool] = {}

    def variable(self, name: str) -> Node:
        """A positive whole number."""
        return self.node("variable", (name,), low=1)

    def node(self, kind: Kind, args: tuple[Any, ...], low: float = 0) -> Node:
        """The node of `kind` and `args`; `low` is a bound below."""
        found = self.nodes.get((kind, args))
        if found is None:
            found = self.nodes[kind, args] = Node(self, len(self.nodes), kind, args, low)
        return found

    def linear(self, terms: Terms, constant: Number) -> Dim:
        """`constant` plus each node times its number."""
        kept = sorted(((n, c) for n, c in terms.items() if c), key=lambda term: term[0].place)
        if not kept:
            return constant
        if len(kept) == 1 and constant == 0 and kept[0][1] == 1:
            return kept[0][0]
        low = constant + sum(c * n.low if c > 0 else -float("inf") for n, c in kept)
        return self.node("sum", (constant, tuple(kept)), low)

    def product(self, factors: Iterable[Node]) -> Dim:
        """The product of nodes that are no products; 1 for none."""
        return reduce(self._times, sorted(factors, key=lambda n: n.place), 1)

    def _times(self, found: Dim, factor: Node) -> Dim:
        if not isinstance(found, Node):
            return factor
        return self.node("product", (found, factor), low=max(0, found.low) * max(0, factor.low))

    def positive(self, value: Dim) -> Dim:
        """max(value, 0)."""
        if not isinstance(value, Node):
            return max(value, 0)
        if value.low >= 0:
            return value
        terms, _ = value.linear
        if next(iter(terms.values())) < 0:  # max(-x, 0) is max(x, 0) - x: one node for both
            return self.positive(-value) + value
        return self.node("positive", (value,))

    def is_negative(self, difference: Dim) -> bool:
        """Whether `difference` < 0: certain, or as chosen.

        Raises:
            UndecidedError: it depends on the variables.
        """
        if not isinstance(difference, Node):
            return bool(difference < 0)
        if difference.low >= 0:
            return False
        if (-difference).low > 0:
            return True
        condition = self.node("negative", (difference,))
        if condition not in self.chosen:
            raise UndecidedError(condition)
        return self.chosen[condition]


Dim: TypeAlias = Any
"""A Node or a number."""


@dataclass(eq=False, repr=False, slots=True)
class Node:
    """A traced value; arithmetic on it gives traced values."""

    trace: Trace
    place: int
    kind: Kind
    args: tuple[Any, ...]
    low: float

    @property
    def linear(self) -> tuple[Terms, Number]:
        """The node as a sum: terms and a constant."""
        if self.kind == "sum":
            return dict(self.args[1]), self.args[0]
        return {self: 1}, 0

    @property
    def factors(self) -> list[Node]:
        """The node as a product of nodes that are none."""
        if self.kind != "product":
            return [self]
        return [*self.args[0].factors, self.args[1]]

    @property
    def free_symbols(self) -> tuple[()]:
        """None: traced dimensions are asked for no names."""
        return ()

    def at_least(self, other: Dim) -> Dim:
        """The larger one."""
        return other + self.trace.positive(self - other)

    def log2_ceil(self) -> Dim:
        """Least n with `2**n >= self`: how many powers of two lie below."""
        below = [self.trace.node("negative", (2**n - self,)) for n in range(LARGEST_LOG2)]
        return total(self.trace, below)

    def __add__(self, other: Dim) -> Dim:
        if not isinstance(other, Node | int | float):
            return NotImplemented
        return total(self.trace, (self, other))

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return self * -1

    def __sub__(self, other: Dim) -> Dim:
        return self + -other

    def __rsub__(self, other: Dim) -> Dim:
        return -self + other

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, Node):
            (ours, a), (theirs, b) = monomial(self), monomial(other)
            found = self.trace.product(chain(ours, theirs))
            return found if a * b == 1 else found * (a * b)
        if not isinstance(other, int | float):
            return NotImplemented
        terms, constant = self.linear
        return self.trace.linear({n: c * other for n, c in terms.items()}, constant * other)

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> Dim:
        if not isinstance(exponent, int) or exponent < 0:
            return NotImplemented
        return power(self, exponent)

    def __truediv__(self, other: Dim) -> Dim:
        if isinstance(other, Node):
            exact = exact_quotient(self, other)
            return self.trace.node("quotient", (self, other)) if exact is None else exact
        return self * (1.0 / other)

    def __rtruediv__(self, other: Dim) -> Dim:
        return self.trace.node("quotient", (other, self))

    def __floordiv__(self, other: Dim) -> Dim:
        if isinstance(other, Node):
            exact = exact_quotient(self, other)
            return self.trace.node("floor", (self, other)) if exact is None else exact
        return floored(self, other)

    def __rfloordiv__(self, other: Dim) -> Dim:
        return self.trace.node("floor", (other, self))

    def __and__(self, other: Dim) -> Dim:
        return self.trace.node("bits", (self, other))

    def __mod__(self, other: Dim) -> Dim:
        return self - self // other * other

    def __lt__(self, other: Dim) -> bool:
        return self.trace.is_negative(self - other)

    def __gt__(self, other: Dim) -> bool:
        return self.trace.is_negative(other - self)

    def __le__(self, other: Dim) -> bool:
        return not self > other

    def __ge__(self, other: Dim) -> bool:
        return not self < other
