"""Macs of ops as a function of the channel widths that change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod

from costlint.analyzers.facts import groups
from costlint.analyzers.structure import Structure
from costlint.costmodel.channels.groups import GroupTerms
from costlint.costmodel.formulas.sets import PRODUCTS
from costlint.costmodel.ir.graph import Op, op_key


@dataclass(frozen=True, slots=True)
class Touched:
    """Macs of an op: `per_unit` times the lengths of the axes that change."""

    op: Op
    per_unit: float
    lengths: tuple[Length, ...]


@dataclass(frozen=True, slots=True)
class Length:
    """An axis as `fixed + sum(times / unit * width)` over the changed groups."""

    fixed: float
    parts: tuple[tuple[int, float], ...]

    def at(self, widths: Mapping[int, float]) -> float:
        """The axis at these widths."""
        return self.fixed + sum(times * widths[index] for index, times in self.parts)


def macs_at(touched: Iterable[Touched], widths: Mapping[int, float]) -> float:
    """The macs of all, at these widths of the groups."""
    return sum(one.per_unit * prod(axis.at(widths) for axis in one.lengths) for one in touched)


def touched_by(
    structure: Structure, changed: frozenset[int], dense: frozenset[str] = frozenset()
) -> Iterator[Touched]:
    """The ops whose macs the `changed` groups reach, and those that lose their groups."""
    for op in structure.graph.ops:
        row = structure.rows.get(op_key(op))
        weight = op.input(1)
        if row is None or weight is None or type(row.cost.macs) is not int or not row.cost.macs:
            continue
        if weight.shape is None or len(weight.shape) < 2:
            continue
        resized = [
            (size, terms)
            for size, terms in _axes(structure, op)
            if any(index in changed for index, _ in terms or ())
        ]
        if not resized and op_key(op) not in dense:
            continue
        factor = groups(op) if op_key(op) in dense else 1
        yield Touched(
            op,
            row.cost.macs / prod(size for size, _ in resized) * factor,
            tuple(_length(structure, size, terms, changed) for size, terms in resized),
        )


def _axes(structure: Structure, op: Op) -> Iterable[tuple[int, GroupTerms | None]]:
    """Sizes and widths of the axes that an op's macs are the product of, with what is fixed.

    Those of the result and the one that is summed over; of a convolution those of its weight.
    """
    if op.op_type in PRODUCTS and op.y.shape is not None:
        summed = 0 if op.attributes.get("transA") else -1
        yield op.x.known_shape[summed], structure.width_terms(op, op.x, summed)
        for axis, size in enumerate(op.y.known_shape):
            yield size, structure.width_terms(op, op.y, axis)
    else:
        for axis in (0, 1) if op.w.is_parameter else (-2, -1):
            yield op.w.known_shape[axis], structure.width_terms(op, op.w, axis)


def _length(
    structure: Structure, size: int, terms: GroupTerms | None, changed: frozenset[int]
) -> Length:
    known = structure.channels.groups
    parts = tuple((i, n / known[i].multiple_of) for i, n in terms or () if i in changed)
    return Length(size - sum(share * known[i].width for i, share in parts), parts)
