"""The origins of axes, united and through a reshape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from costlint.costmodel.ir.dims import Dim, Shape, simplest

Axis: TypeAlias = Mapping[int, bool]
Axes: TypeAlias = tuple[Axis, ...]
NOTHING: Final[Axis] = {}


def united(axes: Iterable[Axis]) -> Axis:
    """What comes from any of `axes`, alone where it does in one of them."""
    found: dict[int, bool] = {}
    for axis in axes:
        for origin, alone in axis.items():
            found[origin] = alone or found.get(origin, False)
    return found


def mixed(axes: Iterable[Axis]) -> Axis:
    """What comes from several axes at once: from none of them alone."""
    return {origin: False for axis in axes for origin in axis}


def reshaped(x: Axes, own: Shape, shape: Shape) -> Axes:
    """The origins of axes of `shape`, where `x` are those of the axes of `own`.

    Row-major order: between two places with as many elements before them, axes correspond.
    """
    found: list[Axis] = []
    old = new = 0
    for end_old, end_new in (*_joints(own, shape), (len(own), len(shape))):
        part, sizes = x[old:end_old], own[old:end_old]
        for size in shape[new:end_new]:
            alike = [a for a, s in zip(part, sizes, strict=True) if s == size]
            others = [a for a, s in zip(part, sizes, strict=True) if s != size]
            found.append(united((*alike, mixed(others))) if alike else mixed(part))
        old, new = end_old, end_new
    return tuple(found)


def _joints(old: Shape, new: Shape) -> list[tuple[int, int]]:
    """Pairs of places, in order, before which both shapes have the same number of elements."""
    places: dict[Dim, list[int]] = {}
    for place, size in enumerate(_running(new), 1):
        places.setdefault(size, []).append(place)
    found: list[tuple[int, int]] = []
    last = 0
    for place, size in enumerate(_running(old), 1):
        later = [p for p in places.get(size, ()) if p > last]
        if later:
            last = later[0]
            found.append((place, last))
    return found


def _running(shape: Shape) -> list[Dim]:
    sizes: list[Dim] = []
    size: Dim = 1
    for dim in shape:
        size = simplest(size * dim)
        sizes.append(size)
    return sizes
