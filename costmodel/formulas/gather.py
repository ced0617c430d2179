"""Elements picked by an index, and elements put where an index says."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import tensor, text
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op


@formula("Gather", op_class="shuffle", traffic="selection")
def gather(op: Op) -> Work:
    """Y (i, n) = rows of X (m, n) at indices (i): a look-up in a table.

    other_flop = 0; of X only the rows that are picked are read, y elements, and every index.
    """
    return Work(read=(op.y.elements, None))


@formula("GatherElements", op_class="shuffle", traffic="selection")
def gather_elements(op: Op) -> Work:
    """Y (...) = one element of X for each of indices (...).

    other_flop = 0; of X only the y elements that are picked are read, and every index.
    """
    return Work(read=(op.y.elements, None))


@formula("GatherND", op_class="shuffle", traffic="selection")
def gather_nd(op: Op) -> Work:
    """Y (i, n) = slices (n) of X at indices (i, k), tuples of k entries.

    other_flop = 0; of X only the y elements that are picked are read, and every index.
    """
    return Work(read=(op.y.elements, None))


@formula("Scatter", "ScatterElements", "ScatterND", op_class="shuffle")
def scatter(op: Op) -> Work:
    """Y (...) = X (...) with updates (u) put, added, ... at indices.

    other_flop = one for each update with a reduction (add, multiply or compare), else 0; X,
    indices and updates are read and Y written once.
    """
    reduces = text(op, "reduction", "none") != "none"
    return Work(other_flop=tensor(op, 2).elements if reduces else 0)


@formula("TensorScatter", op_class="shuffle")
def tensor_scatter(_op: Op) -> Work:
    """Y (B, ..., L, n) = cache (B, ..., L, n) with an update (B, ..., s, n) put in.

    other_flop = 0; cache and update are read and Y written once, as where a runtime cannot do it
    in place.
    """
    return Work()
