"""Elements picked by an index, and elements put where an index says."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.formulas.arguments import tensor, text
from costlint.costmodel.formulas.pointwise import moved
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.domains import ML, MS
from costlint.costmodel.ir.graph import Op


def picked(op: Op) -> Sequence[Dim | None]:
    """What is read where indices pick y elements of X."""
    return op.y.elements, None


_PICKED = "of X only the y elements that are picked are read, and every index"

moved("Gather", "Y (i, n) = rows of X (m, n) at indices (i): a look-up in a table",
      "of X only the rows that are picked are read, y elements, and every index",
      read=picked, traffic="selection")  # fmt: skip
moved("GatherElements", "Y (...) = one element of X for each of indices (...)", _PICKED,
      read=picked, traffic="selection")  # fmt: skip
moved("GatherND", "Y (i, n) = slices (n) of X at indices (i, k), tuples of k entries", _PICKED,
      read=picked, traffic="selection", domain=("", MS))  # fmt: skip
moved("TorchEmbedding", "Y (i, n) = rows of a table (V, n) at indices (i)",
      "of the table only the rows that are picked are read",
      read=picked, traffic="selection", domain=MS)  # fmt: skip
moved("ArrayFeatureExtractor", "Y (..., n) = n columns of X (..., C)",
      "of X only the elements that are picked are read",
      read=picked, traffic="selection", domain=ML)  # fmt: skip
moved("TensorScatter",
      "Y (B, ..., L, n) = cache (B, ..., L, n) with an update (B, ..., s, n) put in",
      "cache and update are read and Y written once, as where a runtime cannot do it in place",
      )  # fmt: skip


@formula("Scatter", "ScatterElements", "ScatterND", op_class="shuffle")
def scatter(op: Op) -> Work:
    """Y (...) = X (...) with updates (u) put, added, ... at indices.

    other_flop = one for each update with a reduction (add, multiply or compare), else 0; X,
    indices and updates are read and Y written once.
    """
    reduces = text(op, "reduction", "none") != "none"
    return Work(other_flop=tensor(op, 2).elements if reduces else 0)
