"""Elements picked by an index, and elements put where an index says."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import axis_attribute, check_rank, integer
from costlint.costmodel.shapes.broadcasting import show
from costlint.costmodel.shapes.elementwise import same_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import total


@shape_rule("Gather")
def gather(call: Call) -> Sequence[Out]:
    """Y (x_0.., indices.., x_n) = X with `axis` replaced by the shape of the indices."""
    x, indices = call.shape(0), call.shape(1)
    axis = axis_attribute(call, 0, len(x))
    return (Out(shape=(*x[:axis], *indices, *x[axis + 1 :])),)


@shape_rule("GatherElements")
def gather_elements(call: Call) -> Sequence[Out]:
    """Y (indices...) = one element of X for each index."""
    if len(call.shape(1)) != len(call.shape(0)):
        raise call.refuse("the data and the indices have different ranks")
    return (Out(shape=call.shape(1)),)


@shape_rule("GatherND", domain=("", MS))
def gather_nd(call: Call) -> Sequence[Out]:
    """Y (i_0, ..., i_q-2, x_b+k, ...) = slices of X at index tuples of k entries."""
    check_rank(call, 0, 1)
    check_rank(call, 1, 1)
    x, indices = call.shape(0), call.shape(1)
    batch = integer(call, "batch_dims", 0)
    depth = indices[-1]
    if type(depth) is not int:
        raise call.refuse(f"the length {depth} of an index tuple is not a number")
    if not 0 <= batch < min(len(x), len(indices)) or not 0 <= depth <= len(x) - batch:
        raise call.refuse(f"index tuples of {depth} (batch_dims {batch}) do not fit {show(x)}")
    return (Out(shape=(*indices[:-1], *x[batch + depth :])),)


same_shape("Scatter", "ScatterElements", "ScatterND", "TensorScatter")
same_shape("ReverseSequence", rank=2)


@shape_rule("Compress")
def compress(call: Call) -> Sequence[Out]:
    """Y = the slices of X along `axis` where the condition holds; flat without `axis`."""
    before, length, after = _along(call)
    condition = call.ints(1)
    if condition is None:
        kept = call.unknown("kept", length)
    else:
        kept = sum(1 for one in condition if one is True or one == 1)
    return (Out(shape=(*before, kept, *after)),)


def _along(call: Call) -> tuple[Shape, Dim, Shape]:
    """The dims before `axis`, its own, and those behind it; without `axis` all as one."""
    x = call.shape(0)
    if call.attributes.get("axis") is None:
        return (), total(x), ()
    axis = axis_attribute(call, 0, len(x))
    return x[:axis], x[axis], x[axis + 1 :]


@shape_rule("NonZero")
def non_zero(call: Call) -> Sequence[Out]:
    """Y (r, n) int64 = the places of the n elements that are not zero."""
    x = call.shape(0)
    found = call.unknown("nonzero", total(x))
    return (Out(shape=(len(x), found), dtype="int64"),)


@shape_rule("Unique", domain=("", MS))
def unique(call: Call) -> Sequence[Out]:
    """values, first places, inverse, counts (all places int64) of the distinct slices of X."""
    before, length, after = _along(call)
    found = call.unknown("unique", length)
    places = [Out(shape=(n,), dtype="int64") for n in (found, length, found)]
    return (Out(shape=(*before, found, *after)), *places)[: call.outputs]
