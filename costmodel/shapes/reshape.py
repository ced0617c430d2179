"""Operators that keep every element and only name its place anew."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape, is_static
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes.arguments import (
    all_axes,
    axes_argument,
    check_rank,
    check_sizes,
    input_dims,
    integer,
    integers,
)
from costlint.costmodel.shapes.broadcasting import show
from costlint.costmodel.shapes.rebatch import rescaled
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import exact_div, total


@shape_rule("Reshape")
def reshape(call: Call) -> Sequence[Out]:
    """Y (target...) = X (...); 0 copies a dim, -1 takes what is left."""
    return (Out(shape=reshaped(call)),)


def reshaped(call: Call) -> Shape:
    """The output shape of a Reshape."""
    target = input_dims(call, 1) if call.tensor(1) is not None else integers(call, "shape")
    if target is None:
        raise call.refuse("the target shape is missing")
    tensor = call.tensor(0)
    keep_zero = integer(call, "allowzero", 0) != 0
    if tensor is None or tensor.shape is None:
        if -1 in target or (0 in target and not keep_zero):
            raise UnknownShapeError(call.error("the shape of input 0 is not known"))
        check_sizes(call, tuple(target), "the target")
        return tuple(target)
    x = tensor.shape
    wanted = list(target) if keep_zero else _copied(call, x, target)
    natural = _resolved(call, x, wanted)
    if call.reference is not None:
        if natural is not None and total(natural) != total(x):
            natural = None  # a free batch that the target does not hold
        if natural is None or -1 in wanted:
            return rescaled(call, x, natural)
    if natural is None:
        what = f"{total(x)} elements of {show(x)} do not fit the target {show(tuple(target))}"
        raise call.refuse(what, sides=(total(x), total(d for d in wanted if d != -1)))
    return natural


def _copied(call: Call, x: Shape, target: Sequence[Dim]) -> list[Dim]:
    if 0 not in target:
        return list(target)
    if any(dim == 0 and axis >= len(x) for axis, dim in enumerate(target)):
        raise call.refuse(f"the target {show(tuple(target))} copies a dim that {show(x)} lacks")
    return [x[axis] if dim == 0 else dim for axis, dim in enumerate(target)]


def _resolved(call: Call, x: Shape, wanted: list[Dim]) -> Shape | None:
    """`wanted` with its -1 filled in; None where it cannot hold the elements of `x`."""
    if any(type(dim) is int and dim < -1 for dim in wanted) or wanted.count(-1) > 1:
        raise call.refuse(f"the target {show(tuple(wanted))} has negative dims besides one -1")
    if -1 not in wanted:
        fits = not (is_static(x) and is_static(tuple(wanted))) or total(x) == total(wanted)
        return tuple(wanted) if fits else None
    at = wanted.index(-1)
    rest = total(wanted[:at] + wanted[at + 1 :])
    elements = total(x)
    if rest == 0:  # nothing to share out: the -1 may be anything, 0 is what runtimes make of it
        return None if elements != 0 else (*wanted[:at], 0, *wanted[at + 1 :])
    size = exact_div(elements, rest)
    return None if size is None else (*wanted[:at], size, *wanted[at + 1 :])


@shape_rule("Flatten")
def flatten(call: Call) -> Sequence[Out]:
    """Y (a, b) = X (...): a is what stands before `axis`, b the rest."""
    x = call.shape(0)
    axis = integer(call, "axis", 1)
    if not -len(x) <= axis <= len(x):
        raise call.refuse(f"axis {axis} is outside the {len(x)} dimensions of the input")
    axis = axis + len(x) if axis < 0 else axis
    return (Out(shape=(total(x[:axis]), total(x[axis:]))),)


@shape_rule("Squeeze")
def squeeze(call: Call) -> Sequence[Out]:
    """Y = X without the axes named, which must be 1; without all axes of 1 when none is named."""
    x = call.shape(0)
    axes = axes_argument(call, 1)
    if axes is None:
        return (Out(shape=tuple(dim for dim in x if dim != 1)),)
    gone = all_axes(call, axes, len(x))
    for axis in gone:
        if type(x[axis]) is int and x[axis] != 1:
            what = f"axis {axis} of {show(x)} is {x[axis]}, only 1 can be left out"
            raise call.refuse(what, sides=(x[axis], 1))
    return (Out(shape=tuple(dim for axis, dim in enumerate(x) if axis not in gone)),)


@shape_rule("Unsqueeze")
def unsqueeze(call: Call) -> Sequence[Out]:
    """Y = X with an axis of 1 at each place named, counted in the output."""
    x = call.shape(0)
    axes = axes_argument(call, 1)
    if axes is None:
        raise call.refuse("the axes are missing")
    rank = len(x) + len(axes)
    new = all_axes(call, axes, rank)
    rest = iter(x)
    return (Out(shape=tuple(1 if axis in new else next(rest) for axis in range(rank))),)


@shape_rule("Transpose")
def transpose(call: Call) -> Sequence[Out]:
    """Y (x_p0, x_p1, ...) = X (...); without `perm` in reverse order."""
    x = call.shape(0)
    perm = integers(call, "perm")
    if perm is None:
        return (Out(shape=x[::-1]),)
    if sorted(perm) != list(range(len(x))):
        raise call.refuse(f"perm {list(perm)[:12]} is no order of {len(x)} dimensions")
    return (Out(shape=tuple([x[axis] for axis in perm])),)


@shape_rule("DepthToSpace")
def depth_to_space(call: Call) -> Sequence[Out]:
    """Y (N, C/b^2, H*b, W*b) = X (N, C, H, W)."""
    n, c, *spatial = _image(call)
    block = _block(call)
    channels = exact_div(c, block ** len(spatial))
    if channels is None:
        raise call.refuse(f"{c} channels do not divide by the block of {block}")
    return (Out(shape=(n, channels, *(d * block for d in spatial))),)


@shape_rule("SpaceToDepth")
def space_to_depth(call: Call) -> Sequence[Out]:
    """Y (N, C*b^2, H/b, W/b) = X (N, C, H, W)."""
    n, c, *spatial = _image(call)
    block = _block(call)
    smaller = [exact_div(dim, block) for dim in spatial]
    if None in smaller:
        raise call.refuse(f"{show(tuple(spatial))} does not divide by the block of {block}")
    return (Out(shape=(n, c * block ** len(spatial), *smaller)),)


def _image(call: Call) -> Shape:
    check_rank(call, 0, 3)
    return call.shape(0)


def _block(call: Call) -> int:
    block = integer(call, "blocksize", 0)
    if not 1 <= block < 1 << 31:
        raise call.refuse(f"blocksize is {block}, it must be at least 1")
    return block


@shape_rule("Col2Im")
def col2im(call: Call) -> Sequence[Out]:
    """Y (N, C, image...) = X (N, C * product(block), L)."""
    check_rank(call, 0, 3)
    image, block = input_dims(call, 1), input_dims(call, 2)
    if not image or not block:
        raise call.refuse("the image shape and the block shape are needed")
    check_sizes(call, (*image, *block), "an image or a block of")
    x = call.shape(0)
    channels = exact_div(x[1], total(block))
    if channels is None:
        raise call.refuse(f"{x[1]} channels do not divide by the block {show(tuple(block))}")
    return (Out(shape=(x[0], channels, *image)),)
