"""Reductions over axes, and the operators that find a place along one."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes.arguments import (
    all_axes,
    axes_argument,
    axis_attribute,
    input_dims,
    integer,
)
from costlint.costmodel.shapes.elementwise import same_shape
from costlint.costmodel.shapes.evaluation import small_array
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import total

REDUCTIONS = (
    "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
    "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare",
)  # fmt: skip


@shape_rule(*REDUCTIONS)
@shape_rule("QLinearReduceMean", domain=MS)
def reduction(call: Call) -> Sequence[Out]:
    """Y = X with the axes named gone, or 1 with `keepdims`; all of them when none is named."""
    x = call.shape(0)
    keep = integer(call, "keepdims", 1) != 0
    try:
        axes = reduced_axes(call, len(x))
    except UnknownShapeError:
        if not keep:
            raise
        return (Out(shape=tuple(call.unknown(f"axis{i}", dim) for i, dim in enumerate(x))),)
    return (Out(shape=_without(x, axes, keep=keep)),)


def reduced_axes(call: Call, rank: int) -> Sequence[int]:
    """Axes that a reduction works on."""
    axes = axes_argument(call, 1)
    if axes:
        return all_axes(call, axes, rank)
    return () if integer(call, "noop_with_empty_axes", 0) else range(rank)


def _without(x: Shape, axes: Sequence[int], *, keep: bool) -> Shape:
    if keep:
        return tuple([1 if axis in axes else dim for axis, dim in enumerate(x)])
    return tuple([dim for axis, dim in enumerate(x) if axis not in axes])


@shape_rule("ArgMax", "ArgMin")
def arg_reduction(call: Call) -> Sequence[Out]:
    """Y int64 = where along `axis` X is largest (smallest)."""
    x = call.shape(0)
    axis = axis_attribute(call, 0, len(x))
    keep = integer(call, "keepdims", 1) != 0
    return (Out(shape=_without(x, (axis,), keep=keep), dtype="int64"),)


@shape_rule("TopK")
def top_k(call: Call) -> Sequence[Out]:
    """values, indices int64 = the k largest along `axis`; k is an attribute before opset 10."""
    x = call.shape(0)
    axis = axis_attribute(call, -1, len(x))
    found = (*x[:axis], _count(call, x[axis]), *x[axis + 1 :])
    return (Out(shape=found), Out(shape=found, dtype="int64"))[: call.outputs]


def _count(call: Call, dim: Dim) -> Dim:
    if call.tensor(1) is None:
        k: Dim = integer(call, "k", -1)
    elif call.value(1) is None:
        return call.unknown("k", dim)
    else:
        given = input_dims(call, 1) or []
        k = given[0] if len(given) == 1 else -1
    if type(k) is int and (k < 0 or (type(dim) is int and k > dim)):
        raise call.refuse(f"k is {k}, the axis has {dim} elements")
    return k


same_shape("CumSum", "CumProd")


@shape_rule("Size")
def size(call: Call) -> Sequence[Out]:
    """Y () int64 = number of elements of X."""
    x = call.shape(0)
    return (Out(shape=(), dtype="int64", value=small_array([total(x)], ())),)


@shape_rule("Shape")
def shape(call: Call) -> Sequence[Out]:
    """Y (r) int64 = the dims of X from `start` to `end`."""
    x = call.shape(0)
    end = call.attributes.get("end")
    part = x[integer(call, "start", 0) : len(x) if end is None else integer(call, "end", 0)]
    return (Out(shape=(len(part),), dtype="int64", value=small_array(part, (len(part),))),)
