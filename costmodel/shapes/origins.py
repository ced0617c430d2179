"""From which axes of its inputs the axes of a tensor come, through one op.

An origin is whatever the caller calls an axis by; `True` says that the axis is that one alone and
whole, `False` that it holds others as well, or a part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from costlint.costmodel.formulas.along import reduced_axes
from costlint.costmodel.formulas.sets import PRODUCTS, is_per_element, traffic_of
from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.shapes.origins_reshape import NOTHING, Axes, reshaped, united


def outputs_from(op: Op, given: Sequence[Axes | None]) -> list[Axes | None]:
    """The origins of each output's axes; `given` are those of the inputs, None where none are."""
    rule = _RULES.get(op.op_type)
    if rule is None:
        rule = _broadcast if is_per_element(op) else _same
        if op.op_type.startswith("Reduce") or op.op_type in ("ArgMax", "ArgMin"):
            rule = _reduced
        elif op.op_type in PRODUCTS or traffic_of(op) == "product":
            rule = _product
    given = [
        axes if axes is not None and len(axes) == len(_shape(op, index) or ()) else None
        for index, axes in enumerate(given)
    ]
    found: list[Axes | None] = []
    for place, out in enumerate(op.outputs):
        shape = None if out is None else out.shape
        made = None if shape is None else rule(op, given, shape, place)
        found.append(made if made is not None and shape and len(made) == len(shape) else None)
    return found


def _reshaped(op: Op, given: Sequence[Axes | None], shape: Shape, _: int) -> Axes | None:
    x, own = given[0] if given else None, _shape(op, 0)
    return reshaped(x, own, shape) if x and own is not None else None


_Rule: TypeAlias = Callable[[Op, Sequence["Axes | None"], Shape, int], "Axes | None"]


def _shape(op: Op, index: int) -> Shape | None:
    tensor = op.input(index)
    return None if tensor is None else tensor.shape


def _broadcast(op: Op, given: Sequence[Axes | None], shape: Shape, _: int) -> Axes:
    """Element-wise: axes are counted from the last one, and one that is stretched is left out."""
    found = []
    for place, size in enumerate(shape):
        behind = len(shape) - place
        axes = []
        for index, one in enumerate(given):
            own = _shape(op, index)
            if one and own is not None and behind <= len(own) and own[-behind] == size:
                axes.append(one[-behind])
        found.append(united(axes))
    return tuple(found)


def _same(op: Op, given: Sequence[Axes | None], shape: Shape, _: int) -> Axes:
    """Any other op: an axis at the same place and of the same size, in inputs of as many axes."""
    found = []
    for place, size in enumerate(shape):
        axes = []
        for index, one in enumerate(given):
            own = _shape(op, index)
            if one and own is not None and len(own) == len(shape) and own[place] == size:
                axes.append(one[place])
        found.append(united(axes))
    return tuple(found)


def _transposed(op: Op, given: Sequence[Axes | None], shape: Shape, _: int) -> Axes | None:
    x = given[0] if given else None
    perm = op.attributes.get("perm") or range(len(shape))[::-1]
    return tuple([x[axis] for axis in perm]) if x and len(x) == len(shape) else None


def _squeezed(op: Op, given: Sequence[Axes | None], *_: object) -> Axes | None:
    x, own = given[0] if given else None, _shape(op, 0)
    if x is None or own is None:
        return None
    gone = {axis % len(own) for axis in _listed_axes(op)} or {
        a for a, d in enumerate(own) if d == 1
    }
    return tuple([axes for axis, axes in enumerate(x) if axis not in gone])


def _unsqueezed(op: Op, given: Sequence[Axes | None], shape: Shape, _: int) -> Axes | None:
    x = given[0] if given else None
    new = {axis % len(shape) for axis in _listed_axes(op)}
    if x is None or len(x) + len(new) != len(shape):
        return None
    rest = iter(x)
    return tuple([NOTHING if axis in new else next(rest) for axis in range(len(shape))])


def _listed_axes(op: Op) -> Sequence[int]:
    axes = op.attributes.get("axes")
    given = op.input(1)
    if axes is None and given is not None and given.value is not None:
        axes = given.value.reshape(-1)
    return [int(axis) for axis in (axes if axes is not None else ())]


def _product(op: Op, given: Sequence[Axes | None], shape: Shape, _: int) -> Axes | None:
    """Leading axes of both sides, the rows of the left one, the columns of the right one."""
    (a, b), turned = [*given, None, None][:2], op.attributes.get
    rows = a[-1 if turned("transA", 0) else -2] if a and len(a) > 1 else NOTHING
    columns = b[-2 if turned("transB", 0) else -1] if b and len(b) > 1 else NOTHING
    lead = len(shape) - 2
    if lead < 0:
        return None
    found = []
    for place in range(lead):
        behind = len(shape) - place
        sides = (side for side in (a, b) if side and behind <= len(side))
        found.append(united(side[-behind] for side in sides))
    return (*found, rows, columns)


def _gathered(op: Op, given: Sequence[Axes | None], *_: object) -> Axes | None:
    data, indices = _shape(op, 0), _shape(op, 1)
    if data is None or indices is None:
        return None
    x, chosen = (
        one or (NOTHING,) * len(own)
        for one, own in zip([*given, None][:2], (data, indices), strict=True)
    )
    axis = op.attributes.get("axis", 0) % max(1, len(data))
    return (*x[:axis], *chosen, *x[axis + 1 :])


def _reduced(op: Op, given: Sequence[Axes | None], shape: Shape, _: int) -> Axes | None:
    x = given[0] if given else None
    gone = set(reduced_axes(op))
    if x is None or len(x) == len(shape):
        return (
            None if x is None else tuple([NOTHING if a in gone else one for a, one in enumerate(x)])
        )
    return tuple([one for axis, one in enumerate(x) if axis not in gone])


def _recurrent(op: Op, given: Sequence[Axes | None], _: Shape, place: int) -> Axes | None:
    """Y (time, directions, batch, H) and states (directions, batch, H), or the batch first."""
    x = given[0] if given else None
    if not x or len(x) < 2:
        return None
    first, second = x[0], x[1]
    if op.attributes.get("layout", 0) == 1:
        return (first, second, *(NOTHING,) * 2) if place == 0 else (first, NOTHING, NOTHING)
    return (first, NOTHING, second, NOTHING) if place == 0 else (NOTHING, second, NOTHING)


_RULES: Final[Mapping[str, _Rule]] = {
    "Expand": _broadcast,
    "Flatten": _reshaped,
    "GRU": _recurrent,
    "Gather": _gathered,
    "LSTM": _recurrent,
    "RNN": _recurrent,
    "Reshape": _reshaped,
    "Squeeze": _squeezed,
    "Tile": _broadcast,
    "Transpose": _transposed,
    "Unsqueeze": _unsqueezed,
}
