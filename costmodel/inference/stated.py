"""The shapes that a file states, at the sizes that hold now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from costlint.costmodel.inference.expressions import is_derived, size_of
from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.source import SourceInput
from costlint.costmodel.shapes.forced import Partial

How: TypeAlias = Literal["stated", "scaled", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What became of the sizes that the file was written for.

    `symbols` are those of its inputs with their size. `batch` is that of the file and the one that
    holds, None where it is the same, at `axis` of the inputs; `is_resized` says that another number
    of an input differs.
    """

    symbols: Mapping[str, Dim]
    batch: tuple[Dim, Dim] | None
    is_baked: bool
    is_resized: bool
    axis: int = 0


def sizes(
    inputs: Sequence[SourceInput],
    bound: Mapping[str, Shape | None],
    values: Mapping[str, int],
    growth: tuple[int, int] | None = None,
) -> Sizes:
    """The sizes of `inputs`, whose shapes are `bound` now.

    `growth` is the batch of the file and the one asked for: it need not stand first.
    """
    place = _place(inputs, bound, growth)
    symbols: dict[str, Dim] = dict(values)
    batch: tuple[Dim, Dim] | None = None
    resized = baked = False
    for item in inputs:
        now = bound.get(item.name)
        if item.shape is None or now is None or len(now) != len(item.shape):
            continue
        for axis, (before, after) in enumerate(zip(item.shape, now, strict=True)):
            if isinstance(before, str):
                symbols.setdefault(before, after)
            is_first = axis == place and len(now) > 1
            if type(before) is int and before != after:
                resized = resized or not is_first or batch not in (None, (before, after))
                baked = True
            if is_first and batch is None:
                batch = (before if type(before) is int else 1, after)
    if batch is not None and batch[0] == batch[1]:
        batch = None
    return Sizes(symbols=symbols, batch=batch, is_baked=baked, is_resized=resized, axis=place)


def _place(
    inputs: Sequence[SourceInput],
    bound: Mapping[str, Shape | None],
    growth: tuple[int, int] | None,
) -> int:
    """The axis at which the batch that was asked for stands in all inputs; else the first."""
    pairs = [zip(i.shape or (), bound.get(i.name) or (), strict=False) for i in inputs]
    changed = {
        axis
        for pair in pairs
        for axis, (old, new) in enumerate(pair)
        if type(old) is int and old != new
    }
    return changed.pop() if growth is not None and len(changed) == 1 else 0


def stated(declared: SourceInput, now: Sizes) -> tuple[Partial | None, How]:
    """What the file says of a tensor, None in place of what it leaves open, and how it was used.

    A batch that is a number in the file is scaled where it stands in the inputs; a shape that was
    written for other sizes of the inputs says nothing.
    """
    if declared.shape is None:
        return None, "stated"
    dims: list[Dim | None] = [
        _size(dim, now) if isinstance(dim, str) else dim for dim in declared.shape
    ]
    if not any(type(dim) is int for dim in declared.shape):
        return tuple(dims), "stated"
    if now.is_resized:
        return None, "dropped"
    at = now.axis
    there = declared.shape[at] if at < len(dims) else None
    if now.batch is None or isinstance(there, str):
        return tuple(dims), "stated"
    before, after = now.batch
    is_clear = there == before and before not in declared.shape[:at]
    if is_clear and len(dims) > 1:
        return (*dims[:at], after, *dims[at + 1 :]), "scaled"
    return (None, "dropped") if now.is_baked else (tuple(dims), "stated")


def _size(name: str, now: Sizes) -> Dim | None:
    """The size of a name of the inputs, or of arithmetic over such names."""
    is_known = name in now.symbols or is_derived(name, now.symbols)
    return size_of(name, now.symbols, ()) if is_known else None
