"""Where the taps of a convolution's filter lie, and which filter can hold those of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A filter over its input: by axis, tap t of output o reads stride * o - begin + dilation * t.

    `lost` is the filter's extent less both pads: windows of equal strides and `lost` have outputs
    of equal size. Where it depends on the size of the input, `begins` and `lost` are None and
    `mode` says how.
    """

    sizes: tuple[int, ...]
    dilations: tuple[int, ...]
    strides: tuple[int, ...]
    begins: tuple[int | None, ...]
    lost: tuple[int | None, ...]
    mode: str


def window(sizes: Sequence[int], attributes: Mapping[str, Any]) -> Window:
    """The window of a Conv with a filter of `sizes`; without attributes the plain one."""
    rank = len(sizes)
    strides = tuple(attributes.get("strides") or (1,) * rank)
    given = tuple(attributes.get("dilations") or (1,) * rank)
    dilations = tuple(1 if size == 1 else d for size, d in zip(sizes, given, strict=True))
    mode = attributes.get("auto_pad") or "NOTSET"
    mode = mode.decode() if isinstance(mode, bytes) else mode
    pads = attributes.get("pads") if mode == "NOTSET" else None
    places = [
        _place(
            extent=(sizes[axis] - 1) * dilations[axis] + 1,
            stride=strides[axis],
            pads=(pads[axis], pads[axis + rank]) if pads else (0, 0),
            mode=mode,
        )
        for axis in range(rank)
    ]
    return Window(
        sizes=tuple(sizes),
        dilations=dilations,
        strides=strides,
        begins=tuple(begin for begin, _ in places),
        lost=tuple(lost for _, lost in places),
        mode=mode if (None, None) in places else "",
    )


def _place(
    *, extent: int, stride: int, pads: tuple[int, int], mode: str
) -> tuple[int | None, int | None]:
    if not mode.startswith("SAME"):
        return pads[0], extent - sum(pads)
    if stride > 1:
        return None, None
    return (extent - (mode == "SAME_UPPER")) // 2, 1


def tap_slices(outer: Window, inner: Window) -> tuple[slice, ...] | None:
    """Where in the filter of `outer` the taps of `inner` lie, by axis; None where they do not fit.

    It holds at the border, too: what lies outside of the input is zero for both.
    """
    if outer == inner:
        return tuple(slice(0, size) for size in outer.sizes)
    if outer.strides != inner.strides or outer.lost != inner.lost:
        return None
    found = []
    for axis, size in enumerate(inner.sizes):
        begin, own = outer.begins[axis], inner.begins[axis]
        if begin is None or own is None:
            return None
        grid = outer.dilations[axis]
        step = inner.dilations[axis] if size > 1 else grid
        first = begin - own
        last = first + step * (size - 1)
        if first < 0 or first % grid or step % grid or last > grid * (outer.sizes[axis] - 1):
            return None
        found.append(slice(first // grid, last // grid + 1, step // grid))
    return tuple(found)
