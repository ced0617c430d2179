"""Along which axes an op goes: those it reduces, searches or walks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from costlint.costmodel.ir.graph import Op


def reduced_axes(op: Op) -> tuple[int, ...]:
    """The axes of the first input that a reduction, or a search along an axis, goes over."""
    x = op.input(0)
    rank = len(x.shape) if x is not None and x.shape is not None else 0
    axes = op.attributes.get("axes")
    along = op.input(1)
    if axes is None and along is not None and along.value is not None and "axis" not in _kept(op):
        axes = [int(axis) for axis in along.value.reshape(-1) if type(axis) is int]
    if "axis" in op.attributes or op.op_type in _ONE_AXIS:
        axes = [op.attributes.get("axis", _ONE_AXIS.get(op.op_type, 0))]
    if axes is None:
        return tuple(range(rank))
    return tuple(axis % rank for axis in axes if type(axis) is int and -rank <= axis < rank)


_ONE_AXIS: Final[Mapping[str, int]] = {"ArgMax": 0, "ArgMin": 0, "TopK": -1}
"""Default of the attribute `axis` of those that reduce along a single one."""


def _kept(op: Op) -> Mapping[str, object]:
    return op.attributes if op.op_type not in _ONE_AXIS else {"axis": 0}


def scan_axes(op: Op) -> Mapping[int, int]:
    """The axis of each input that a Scan walks along, by the place of the input."""
    count = op.attributes.get("num_scan_inputs", 0)
    axes = op.attributes.get("scan_input_axes") or (0,) * count
    return dict(enumerate(axes, len(op.inputs) - count))
