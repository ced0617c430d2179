"""A model exported at one batch size and costed at another.

Exporters bake the batch into the targets of Reshape and Expand. The model is inferred twice, as
it stands and with the new batch; a baked target is then the old output with one axis scaled.
"""

from __future__ import annotations

from dataclasses import dataclass

from costlint.costmodel.ir.dims import Dim, Shape, product
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.shapes.registry import Call
from costlint.costmodel.shapes.symbolic import exact_div


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A way to understand a baked target: the shape, and where in its axis the batch is.

    With `inner` the batch varies fastest within the axis that holds it, else slowest.
    """

    shape: Shape
    inner: bool = False


def changed_axis(old: Shape | None, new: Shape) -> int | None:
    """The one axis in which two shapes differ; None when there is none or more than one."""
    if old is None or len(old) != len(new):
        return None
    axes = [axis for axis, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    return axes[0] if len(axes) == 1 else None


def rescaled(call: Call, new: Shape, natural: Shape | None) -> Shape:
    """The output of a Reshape whose input grew from `call.reference_input` to `new`.

    `natural` is what the target gives as it stands, None where it cannot hold the input.
    It stays where it is one of the readings: then the target is computed, or has -1 there.

    Raises:
        ShapeError: no axis of the old output can take the new batch.
    """
    old, reference = call.reference_input, call.reference
    axis = changed_axis(old, new)
    if reference is None or old is None or axis is None:
        return _only_natural(call, natural)
    found = _readings(call, reference, old, new, axis)
    stated = [one for one in found if natural is not None and one.shape == natural]
    if not found:
        raise _baked(call, reference, old, new)
    rest = [one for one in found if one not in stated]
    first_axis = axis == 0 and found[0].shape[0] == new[0]
    if call.choose is None:
        return [*stated, *rest][0].shape
    return call.choose([*stated, *rest], stated=bool(stated) or first_axis)


def _readings(call: Call, reference: Shape, old: Shape, new: Shape, axis: int) -> list[Reading]:
    """The ways to scale `reference` where `axis` of the input `old` grew.

    The elements keep their order, so the batch has as many of them before it as in the input. It
    is an axis of its own there, or the slow part of the axis behind, or the fast part of the one
    before.
    """
    held = type(old[axis]) is int and old[axis] > 0 and old[axis] % call.baked_batch == 0
    batch = call.baked_batch if held else 1
    before = product(old[:axis])
    start = before * (old[axis] // batch) if held and call.inner else before
    end = start * batch
    alone, behind, ahead = [], [], []
    for place, dim in enumerate(reference):
        lead = product(reference[:place])
        scaled = _scaled(reference, place, old[axis], new[axis])
        if scaled is None:
            continue
        if lead == start and dim == batch:
            alone.append(Reading(shape=scaled))
        elif lead == start:
            behind.append(Reading(shape=scaled))
        elif lead * dim == end and dim != 1:
            ahead.append(Reading(shape=scaled, inner=True))
    return alone or [*behind, *ahead]


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
