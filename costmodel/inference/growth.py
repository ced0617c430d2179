"""How a Loop's states grow: by as much in each trip, or as only the data says."""

from __future__ import annotations

from costlint.costmodel.ir.dims import Dim, Shape, simplest
from costlint.costmodel.ir.tensor import Held, Tensor
from costlint.costmodel.shapes import Call
from costlint.costmodel.shapes.held import alike, repeated


def grown(call: Call, before: Tensor, once: Tensor, twice: Tensor, trips: Dim | None) -> Tensor:
    """The state that the last of `trips` trips reads, from those before and after the first two.

    A size that does not grow evenly is one that the data decides.
    """
    if (before.shape, before.holds) == (once.shape, once.holds):
        return before
    if before.holds is not None and once.holds is not None:
        return _longer(call, before, once, twice, trips)
    shapes = [t.shape for t in (before, once, twice)]
    ranks = {None if shape is None else len(shape) for shape in shapes}
    if None in ranks or len(ranks) > 1:
        return Tensor(name=before.name, shape=None, dtype=before.dtype)
    known: list[Shape] = [shape for shape in shapes if shape is not None]
    sizes = [
        _size(call, f"{before.name}_{axis}", *three, trips=trips)
        for axis, three in enumerate(zip(*known, strict=True))
    ]
    return Tensor(name=before.name, shape=tuple(sizes), dtype=before.dtype)


def _size(  # noqa: PLR0913 - three sizes of one axis
    call: Call, label: str, before: Dim, once: Dim, twice: Dim, *, trips: Dim | None
) -> Dim:
    if before == once == twice:
        return before
    step = simplest(once - before)
    if trips is None or simplest(twice - once) != step:
        return call.unknown(label, once)
    return simplest(before + step * (trips - 1))


def _longer(call: Call, before: Tensor, once: Tensor, twice: Tensor, trips: Dim | None) -> Tensor:
    """A sequence that changes: its tensors are what those of all trips have in common."""
    held = [t.holds for t in (before, once, twice) if t.holds is not None]
    lengths = [h.length for h in held if h.length is not None]
    length = None
    if len(lengths) == len(held) and len(set(lengths)) == 1:
        length = lengths[0]
    elif trips is not None and len(lengths) == 3:
        step = lengths[1] - lengths[0]
        if simplest(lengths[2] - lengths[1] - step) == 0:
            length = simplest(lengths[0] + step * (trips - 1))
    seen = [t for h in held for t in (h.each if h.each is not None else (h.like,))]
    likes = [t for t in seen if t is not None]
    like = alike(likes, call.unknown) if likes and len(likes) == len(seen) else None
    holds = Held(length=length) if like is None else repeated(like, length)
    return Tensor(name=before.name, shape=None, dtype=before.dtype, holds=holds)
