"""Dense convolutions in a row without an activation between them: one does the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any

from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.models.rewrite.lines import Stored, has_stored_weights, own_part, stored_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`by` does what `ops` do one after the other; nothing else reads what is between."""

    ops: tuple[Op, ...]
    by: Op


def rows(graph: OpGraph) -> tuple[Row, ...]:
    """Dense convolutions in a row, at most one of them not 1x1: their matrices multiply.

    Only where the whole has no more macs than the row: a thin neck in it is there to save them.
    """
    graph = own_part(graph)
    stored = stored_in(graph)
    found: list[Row] = []
    done: set[str] = set()
    for op in graph.ops:
        if op_key(op) in done or not _is_dense(stored, op):
            continue
        row = [op]
        while (following := _following(graph, stored, row)) is not None:
            row.append(following)
        for length in range(len(row), 1, -1):
            whole = _product(row[:length])
            if dense_macs(whole) <= sum(map(dense_macs, row[:length])):
                found.append(Row(ops=tuple(row[:length]), by=whole))
                done.update(map(op_key, row[:length]))
                break
    return tuple(found)


def _is_dense(stored: Stored, op: Op) -> bool:
    """Whether `op` is a dense convolution of a picture, with stored weights."""
    is_conv = has_stored_weights(stored, op, "Conv")
    return is_conv and len(op.w.shape or ()) == 4 and op.groups == 1


def _following(graph: OpGraph, stored: Stored, row: list[Op]) -> Op | None:
    """The next convolution of the row; None where it ends."""
    reader = graph.only_reader(row[-1].y)
    if reader is None or not _is_dense(stored, reader) or reader.x.name != row[-1].y.name:
        return None
    if not _spreads(reader):
        strided = _steps(reader) != (1, 1) and any(_fits_to_size(op) for op in row)
        return None if strided else reader
    # A bias before a padded filter reaches the border, too; a stride before a filter spreads it.
    is_biased = _is_padded(reader) and any(op.input(2) is not None for op in row)
    is_first = not any(_spreads(op) or _steps(op) != (1, 1) for op in row)
    return reader if is_first and not is_biased else None


def _spreads(op: Op) -> bool:
    """Whether an output sees more than its own position."""
    return max(op.w.known_shape[2:]) > 1 or _is_padded(op)


def _is_padded(op: Op) -> bool:
    mode = op.attributes.get("auto_pad") or "NOTSET"
    if mode == "NOTSET":
        return any(op.attributes.get("pads") or ())
    return mode.startswith("SAME") and max(op.w.known_shape[2:]) > 1


def _fits_to_size(op: Op) -> bool:
    """Whether the pads follow from the stride and the size of the input."""
    return str(op.attributes.get("auto_pad") or "").startswith("SAME")


def _steps(op: Op) -> tuple[int, ...]:
    return tuple(op.attributes.get("strides") or (1, 1))


def _product(row: list[Op]) -> Op:
    """The one convolution: the window of the one that is not 1x1, the strides of all."""
    first, last = row[0], row[-1]
    wide = next((op for op in row if _spreads(op)), last)
    steps = zip(*map(_steps, row), strict=True)
    shape = (last.w.known_shape[0], first.w.known_shape[1], *wide.w.known_shape[2:])
    name = f"{op_key(last)}.whole"
    weight = replace(first.w, name=f"{name}.weight", shape=shape, sources=(), value=None)
    attributes: dict[str, Any] = {**wide.attributes, "strides": tuple(map(prod, steps))}
    inputs = [first.x, weight]
    if any(op.input(2) is not None for op in row):
        inputs.append(replace(weight, name=f"{name}.bias", shape=shape[:1]))
    return replace(
        wide, name=name, inputs=tuple(inputs), outputs=last.outputs, attributes=attributes
    )


def dense_macs(op: Op) -> int:
    """Macs of a dense convolution from its shapes."""
    positions: int = prod((op.y.known_shape[0], *op.y.known_shape[2:]))
    return positions * int(op.w.elements)
