"""Einsum: contractions from left to right, two operands at a time."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.formulas.arguments import tensor, text
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, maximum, product
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import UnknownShapeError

Sizes = dict[str, Dim]
"""Dimension of each letter of a term; axes of an ellipsis are `.0` (the last), `.1` and so on."""


@formula("Einsum", op_class="conv", traffic="contraction")
def einsum(op: Op) -> Work:
    """Y = the sum of products over every letter that the result lacks, e.g. `bij,bjk->bik`.

    Operands are contracted from left to right; a letter that no other term and not the result has
    is summed beforehand. macs = product of all letters of the two operands where a letter is
    summed (b * i * j * k); other_flop = that product where none is (multiply), and one add for
    each element that a sum beforehand removes.
    """
    left, result = equation(op)
    terms = [sizes(op, term, i) for i, term in enumerate(left)]
    wanted = {*result.replace("...", "")}
    if "..." in result:
        wanted |= {letter for term in terms for letter in term if letter[0] == "."}
    macs: Dim = 0
    flop: Dim = 0
    done, *rest = terms
    while True:
        later = {letter for term in rest for letter in term}
        done, adds = _summed(done, later | wanted)
        flop = flop + adds
        if not rest:
            return Work(macs=macs, other_flop=flop)
        second, *rest = rest
        second, adds = _summed(second, {*done, *wanted, *(x for term in rest for x in term)})
        flop = flop + adds
        both = _joined(done, second)
        kept = wanted | {letter for term in rest for letter in term}
        contracted = {letter: size for letter, size in both.items() if letter in kept}
        if len(contracted) < len(both):
            macs = macs + product(both.values())
        else:
            flop = flop + product(both.values())
        done = contracted


def equation(op: Op) -> tuple[Sequence[str], str]:
    """Terms and result; without `->` the result is the letters that come once, sorted."""
    left, arrow, result = text(op, "equation", "").replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow:
        letters = left.replace(",", "").replace(".", "")
        once = sorted(letter for letter in {*letters} if letters.count(letter) == 1)
        result = ("..." if "..." in left else "") + "".join(once)
    return terms, result


def sizes(op: Op, term: str, index: int) -> Sizes:
    """The dimension of each letter of term `index`.

    Raises:
        UnknownShapeError: the term does not fit its operand.
    """
    shape = tensor(op, index).known_shape
    before, _, after = term.partition("...")
    wide = len(shape) - len(before) - len(after)
    if wide < 0 or (wide and "..." not in term):
        msg = f"{op.identifier} (node {op.name!r}): term {term!r} does not fit operand {index}"
        raise UnknownShapeError(msg)
    letters = [*before, *(f".{wide - 1 - i}" for i in range(wide)), *after]
    found: Sizes = {}
    for letter, size in zip(letters, shape, strict=True):
        found[letter] = _wider(found.get(letter, 1), size)
    return found


def _summed(term: Sizes, kept: set[str]) -> tuple[Sizes, Dim]:
    """The term without letters that nothing else has, and the adds that sum them."""
    small = {letter: size for letter, size in term.items() if letter in kept}
    return small, product(term.values()) - product(small.values())


def _joined(a: Sizes, b: Sizes) -> Sizes:
    return {letter: _wider(a.get(letter, 1), b.get(letter, 1)) for letter in {**a, **b}}


def _wider(a: Dim, b: Dim) -> Dim:
    """The dimension of a letter that is `a` in one place and `b` in another: 1 stretches."""
    if isinstance(a, int) and a == 1:
        return b
    if (isinstance(b, int) and b == 1) or a is b:
        return a
    return maximum(a, b) if isinstance(a, int) and isinstance(b, int) else a
