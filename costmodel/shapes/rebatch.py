"""A model exported at one batch size and costed at another.

Exporters bake the batch into the targets of Reshape and Expand. The model is inferred twice, as
it stands and with the new batch; a baked target is then the old output with one axis scaled.
"""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape, product
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.shapes.registry import Call
from costlint.costmodel.shapes.symbolic import exact_div


def changed_axis(old: Shape | None, new: Shape) -> int | None:
    """The one axis in which two shapes differ; None when there is none or more than one."""
    if old is None or len(old) != len(new):
        return None
    axes = [axis for axis, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    return axes[0] if len(axes) == 1 else None


def batch_axes(before: Sequence[Dim], shape: Shape) -> list[int]:
    """Axes of `shape` that may hold what stood behind the axes `before` of the input."""
    lead = product(before)
    return [axis for axis in range(len(shape)) if product(shape[:axis]) == lead]


def rescaled(call: Call, new: Shape, natural: Shape | None) -> Shape:
    """The output of a Reshape whose input grew from `call.reference_input` to `new`.

    `natural` is what the target gives as it stands, None where it cannot hold the input.
    It stays where it only scales the batch axis: then the target is computed, or has -1 there.

    Raises:
        ShapeError: no axis of the old output can take the new batch.
    """
    old, reference = call.reference_input, call.reference
    axis = changed_axis(old, new)
    if reference is None or old is None or axis is None:
        return _only_natural(call, natural)
    candidates = batch_axes(old[:axis], reference)
    if not candidates:
        raise _baked(call, reference, old, new)
    first = _scaled(reference, candidates[0], old[axis], new[axis])
    if natural is not None and (first is None or natural == first):
        return natural
    pure = [a for a in candidates[1:] if reference[a] == old[axis]]
    if natural is not None and any(
        natural == _scaled(reference, a, old[axis], new[axis]) for a in pure
    ):
        return natural
    if first is None:
        raise _baked(call, reference, old, new)
    return first


def _only_natural(call: Call, natural: Shape | None) -> Shape:
    if natural is None:
        raise call.refuse("the target shape does not hold as many elements as the input")
    return natural


def _scaled(shape: Shape, axis: int, old: Dim, new: Dim) -> Shape | None:
    size = exact_div(shape[axis] * new, old)
    return None if size is None else (*shape[:axis], size, *shape[axis + 1 :])


def _baked(call: Call, reference: Shape, old: Shape, new: Shape) -> ShapeError:
    what = f"the batch is baked in: its output {reference} was made for an input {old}"
    return call.refuse(f"{what}, and no axis of it can take {new}")
