"""Whether a symbolic graph holds at every size that its symbols can have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.shapes.symbolic import is_nonnegative, is_short
from costlint.costmodel.space.conditions import equal_sizes


def refuse_contradictions(graph: OpGraph) -> None:
    """Raise a ShapeError if two sizes that must be equal are so for no size, or for one.

    A closed form would then be one of a graph that is not there. Sizes that are equal for more
    values than one (a number that must be even, two symbols that are the same) are left alone.
    """
    for op in _all_ops(graph):
        for one, other in equal_sizes(op):
            difference = one - other
            if type(difference) is not int and is_short(difference):
                _refuse(op, one, other, difference)


def _all_ops(graph: OpGraph) -> Iterator[Op]:
    for op in graph.ops:
        yield op
        for body in op.bodies:
            yield from _all_ops(body)


def _refuse(op: Op, one: Dim, other: Dim, difference: Any) -> None:
    import sympy

    difference = sympy.expand(difference)
    symbols = sorted(difference.free_symbols, key=str)
    if difference == 0 or not symbols:
        return
    what = f"{op.op_type} {op.name!r} needs {one} to be {other}"
    if is_nonnegative(difference - 1) or is_nonnegative(-difference - 1):
        raise ShapeError(f"{what}, and no {_names(symbols)} makes it so")
    if not difference.is_polynomial(*symbols):
        return
    if len(symbols) > 1:
        return
    found = sympy.Poly(difference, symbols[0]).ground_roots()
    roots = [root for root in found if root.is_Integer and root > 0]
    if not roots:
        raise ShapeError(f"{what}, and no {_names(symbols)} makes it so")
    raise ShapeError(
        f"{what}, so a closed form in {_names(symbols)} would be true at one size alone",
        facts=(f"it is so at {symbols[0]} = {', '.join(map(str, sorted(roots)))}",),
        fix=f"--shape '{symbols[0]}={min(roots)}'",
    )


def _names(symbols: list[Any]) -> str:
    return ", ".join(map(str, symbols))
