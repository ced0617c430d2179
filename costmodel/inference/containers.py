"""Inputs of a model that are no tensors: what the file says of the tensors in them."""

from __future__ import annotations

from collections.abc import Mapping

from costlint.costmodel.ir.dims import Dim, Shape, symbol
from costlint.costmodel.ir.source import SourceInput
from costlint.costmodel.ir.tensor import Held, Tensor
from costlint.costmodel.shapes.held import repeated


def declared_tensor(item: SourceInput, shape: Shape | None, values: Mapping[str, int]) -> Tensor:
    """The input `item`, a tensor of the bound `shape`, or a sequence of what the file declares.

    The length of a sequence is known where `values` has it as `NAME.length`.
    """
    if item.holds is None:
        return Tensor(name=item.name, shape=shape, dtype=item.dtype)
    inner = item.holds
    dims = None
    if inner.shape is not None:
        names = [f"{item.name}_{axis}" if d is None else d for axis, d in enumerate(inner.shape)]
        dims = tuple([
            d if isinstance(d, int) else values[d] if d in values else symbol(d) for d in names
        ])  # fmt: skip
    like = declared_tensor(inner, dims, values)
    length = values.get(f"{item.name}.length")
    if item.dtype == "optional":
        holds = Held(like=like)
    else:
        holds = Held(like=like) if length is None else repeated(like, length)
    return Tensor(name=item.name, shape=None, dtype=item.dtype, holds=holds)


def lengthened(told: Held | None, length: Dim | None) -> Held | None:
    """What the file says is held, with the `length` that was inferred where it is known."""
    if told is None or told.like is None or length is None:
        return told
    return repeated(told.like, length)
