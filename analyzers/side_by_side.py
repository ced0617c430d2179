"""Equal widths side by side in one product: queries, keys and values, a value and its gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from costlint.analyzers.facts import convolution_of, is_depthwise
from costlint.analyzers.shapes import Widths, widths_of
from costlint.analyzers.structure import Structure
from costlint.costmodel.formulas.sets import CUTS
from costlint.costmodel.formulas.views import RESHAPES
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.graph import Op, op_key
from costlint.costmodel.ir.tensor import Tensor


def widths_in(structure: Structure, op: Op) -> Widths | None:
    """Widths of `op`; where its output is cut into equal parts, each is held against the input.

    Only where that brings them closer: Res2Net cuts a width that is narrow already.
    """
    whole = widths_of(op)
    if whole is None or whole.p_out * whole.c_out <= whole.p_in * whole.c_in:
        return whole
    cut = replace(whole, parts=_parts(structure, op))
    return cut if cut.excess < whole.excess else whole


def _parts(structure: Structure, op: Op) -> int:
    """Into how many equal parts what reads the output of `op` cuts its width; 1 where none does.

    Followed through what leaves the channels where they are and reads nothing else: a bias, an
    activation, a normalisation, a transpose, a reshape that cuts the width.
    """
    pending = [(op.y, op.y.rank - 1 if convolution_of(op) is None else 1)]
    for tensor, axis in pending:  # grows as it goes
        readers = structure.graph.readers.get(tensor.name, ())
        found = _cut([reader for reader in readers if reader.op_type in CUTS], tensor, axis)
        if found > 1:
            return found
        for reader in readers:
            pending += _further(structure, reader, tensor, axis)
    return 1


def _cut(readers: Sequence[Op], tensor: Tensor, axis: int) -> int:
    """The number of equal parts that `readers` take along `axis`, all of it; 1 where not so."""
    sizes = [size for reader in readers for size in _taken(reader, tensor, axis)]
    is_whole = sum(sizes) == tensor.known_shape[axis] and len(set(sizes)) == 1
    return len(sizes) if is_whole else 1


def _taken(reader: Op, tensor: Tensor, axis: int) -> Iterator[Dim]:
    """Lengths of the pieces along `axis` that a reader takes."""
    if reader.x.name != tensor.name:
        return
    if reader.op_type == "Gather":  # one of a stack
        is_along = reader.attributes.get("axis", 0) % tensor.rank == axis
        if is_along and reader.w.shape is not None and reader.w.elements == 1:
            yield 1
        return
    for y in reader.outputs:
        if y is not None and y.shape is not None and y.shape[axis] != tensor.known_shape[axis]:
            yield y.shape[axis]


def _further(
    structure: Structure, reader: Op, tensor: Tensor, axis: int
) -> Iterator[tuple[Tensor, int]]:
    """Where the width lies in what `reader` gives: in several axes after a reshape."""
    read = [t for t in reader.inputs if t is not None and not t.is_parameter]
    if len(read) != 1 or len(reader.outputs) != 1 or reader.y.shape is None:
        return
    if reader.op_type in RESHAPES:
        for place in _places(tensor.known_shape, axis, reader.y.known_shape):
            yield reader.y, place
    elif reader.op_type == "Transpose":
        order = reader.attributes.get("perm") or range(tensor.rank)[::-1]
        yield reader.y, list(order).index(axis)
    elif reader.y.shape == tensor.shape:
        row = structure.rows.get(op_key(reader))
        if row is not None and (row.op_class != "conv" or is_depthwise(reader)):
            yield reader.y, axis


def _places(before: Sequence[Dim], axis: int, after: Sequence[Dim]) -> Iterator[int]:
    """Axes of `after` that axis `axis` of `before` becomes; none where it is merged with others."""
    start, end = product(before[:axis]), product(before[: axis + 1])
    ends = [product(after[:place]) for place in range(len(after) + 1)]
    if start in ends and end in ends:
        yield from range(len(ends) - 1 - ends[::-1].index(start), ends.index(end))
