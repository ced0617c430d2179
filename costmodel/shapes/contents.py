"""What goes into a container and what comes out of it, as shape rules read and give it."""

from __future__ import annotations

from typing import Any

from costlint.costmodel.ir.tensor import Held, Tensor
from costlint.costmodel.shapes.evaluation import small_array
from costlint.costmodel.shapes.registry import Call, Out


def held_by(call: Call, index: int) -> Held:
    """What input `index` holds; nothing is known of what no operator here made."""
    tensor = call.tensor(index)
    return Held() if tensor is None or tensor.holds is None else tensor.holds


def present(call: Call, index: int) -> Tensor:
    """Input `index`; a ShapeError where it is absent."""
    tensor = call.tensor(index)
    if tensor is None:
        raise call.refuse(f"input {index} is missing")
    return tensor


def taken(tensor: Tensor | None) -> Out:
    """A tensor that comes out of a container."""
    if tensor is None:
        return Out(shape=None, dtype="unknown")
    return Out(shape=tensor.shape, dtype=tensor.dtype, value=tensor.value, holds=tensor.holds)


def known_number(value: Any) -> Out:
    """A number or a truth value that is known with the shapes."""
    dtype = "bool" if isinstance(value, bool) else "int64"
    return Out(shape=(), dtype=dtype, value=small_array([value], ()))
