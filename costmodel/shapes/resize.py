"""Images at another size."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes.arguments import (
    all_axes,
    check_sizes,
    input_dims,
    integers,
    numbers,
    shown,
    text,
)
from costlint.costmodel.shapes.rebatch import changed_axis
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import floor_div, rational


@shape_rule("Resize")
def resize(call: Call) -> Sequence[Out]:
    """Y = X with each dim times its scale, rounded down, or of the size given."""
    x = call.shape(0)
    if call.version < 11:
        return (Out(shape=_scaled(call, x, _scales(call, 1, len(x)))),)
    axes = integers(call, "axes")
    where = list(range(len(x))) if axes is None else all_axes(call, axes, len(x))
    found = list(x)
    part = tuple(x[axis] for axis in where)
    for axis, dim in zip(where, _resized(call, part), strict=True):
        found[axis] = dim
    return (Out(shape=tuple(found)),)


@shape_rule("Upsample")
def upsample(call: Call) -> Sequence[Out]:
    """Y = X with each dim times its scale, rounded down."""
    x = call.shape(0)
    scales: Sequence[Any] | None = numbers(call, "scales")
    if scales is None and call.tensor(1) is None:
        scales = [1.0, 1.0, *(_side(call, name) for name in ("height_scale", "width_scale"))]
    if scales is None:
        scales = _scales(call, 1, len(x))
    return (Out(shape=_scaled(call, x, scales)),)


def _side(call: Call, name: str) -> Any:
    scale = call.attributes.get(name)
    if type(scale) not in (int, float):
        raise call.refuse(f"attribute {name} is {shown(scale)}, not a number")
    return scale


def _resized(call: Call, x: Shape) -> Shape:
    sizes = None if _is_empty(call, 3) else input_dims(call, 3)
    if sizes is None:
        if _is_empty(call, 2):
            raise call.refuse("neither scales nor sizes are given")
        crop = text(call, "coordinate_transformation_mode", "") == "tf_crop_and_resize"
        return _scaled(call, x, _scales(call, 2, len(x)), _crop(call, len(x)) if crop else None)
    if len(sizes) != len(x) or any(type(size) is int and size < 0 for size in sizes):
        raise call.refuse(f"sizes {sizes[:12]} do not fit {len(x)} dimensions")
    sizes = _rebatched(call, x, sizes)
    policy = text(call, "keep_aspect_ratio_policy", "stretch")
    return tuple(sizes) if policy == "stretch" else _in_proportion(call, x, sizes, policy)


def _rebatched(call: Call, x: Shape, sizes: list[Dim]) -> list[Dim]:
    """`sizes`, which the file has for the batch at its export, for the batch that is asked for."""
    old = call.reference_input
    axis = None if call.reference is None else changed_axis(old, x)
    if old is None or axis is None or sizes[axis] != old[axis]:
        return sizes
    return [*sizes[:axis], x[axis], *sizes[axis + 1 :]]


def _is_empty(call: Call, index: int) -> bool:
    tensor = call.tensor(index)
    return tensor is None or tensor.shape == (0,)


def _scales(call: Call, index: int, rank: int) -> list[Any]:
    scales = call.ints(index)
    if scales is None:
        raise UnknownShapeError(call.error("the scales are not known"))
    if len(scales) != rank:
        raise call.refuse(f"{len(scales)} scales are given for {rank} dimensions")
    return scales


def _crop(call: Call, rank: int) -> list[Any]:
    """How much of each dim the region of interest covers."""
    roi = call.ints(1)
    if roi is None or len(roi) != 2 * rank:
        raise UnknownShapeError(call.error("the region of interest is not known"))
    return [end - start for start, end in zip(roi[:rank], roi[rank:], strict=True)]


def _scaled(
    call: Call, x: Shape, scales: Sequence[Any], crop: Sequence[Any] | None = None
) -> Shape:
    if len(scales) != len(x):
        raise call.refuse(f"{len(scales)} scales are given for {len(x)} dimensions")
    found = []
    for axis, (dim, scale) in enumerate(zip(x, scales, strict=True)):
        known = type(scale) in (int, float)
        if not (known or hasattr(scale, "free_symbols")) or (known and not 0 < scale < 1e9):
            raise call.refuse(f"a scale is {shown(scale)}, it must be a number above 0")
        found.append(times(dim, scale, 1 if crop is None else crop[axis]))
    check_sizes(call, tuple(found), "the output")
    return tuple(found)


def times(dim: Dim, scale: Any, part: Any = 1) -> Dim:
    """`floor(dim * part * scale)`: of numbers in float32, as runtimes do, of symbols exactly."""
    if scale == 1 and part == 1:
        return dim
    if type(dim) is int and type(scale) in (int, float) and type(part) in (int, float):
        import numpy as np

        return int(np.floor(np.float32(dim) * np.float32(part) * np.float32(scale)))
    import sympy

    ratio = sympy.sympify(rational(scale), strict=True) * sympy.sympify(rational(part), strict=True)
    numerator, denominator = (dim * ratio).as_numer_denom()
    return floor_div(numerator, int(denominator) if denominator.is_Integer else denominator)


def _in_proportion(call: Call, x: Shape, sizes: Sequence[Dim], policy: str) -> Shape:
    """Every dim by one scale: the smallest one for `not_larger`, the largest for `not_smaller`."""
    if any(type(dim) is not int or dim == 0 for dim in (*x, *sizes)):
        raise UnknownShapeError(call.error("proportions need numbers"))
    if policy not in ("not_larger", "not_smaller"):
        raise call.refuse(f"keep_aspect_ratio_policy is {policy[:40]!r}")
    scales = [Fraction(size, dim) for size, dim in zip(sizes, x, strict=True)]
    scale = min(scales) if policy == "not_larger" else max(scales)
    return tuple((2 * dim * scale + 1) // 2 for dim in x)  # rounded half up
