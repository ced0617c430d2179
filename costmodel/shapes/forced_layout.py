"""What operators that move, join and part data force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes.forced import Partial, Partials, forced_by
from costlint.costmodel.shapes.reduce import REDUCTIONS
from costlint.costmodel.shapes.symbolic import exact_div


@forced_by("Transpose")
def transpose(op: Op, partials: Partials) -> None:
    """Y's axis i is X's axis perm[i]."""
    x, y = partials.of(op.x), partials.of(op.y)
    perm = op.attributes.get("perm") or _reversed(x or y)
    if x is not None:
        partials.learn(op.y, [x[axis] for axis in perm])
    if y is not None:
        partials.learn(op.x, [y[perm.index(axis)] for axis in range(len(y))])


def _reversed(dims: Partial | None) -> tuple[int, ...]:
    return tuple(range(len(dims or ()) - 1, -1, -1))


@forced_by("Reshape")
def reshape(op: Op, partials: Partials) -> None:
    """Both have as many elements; 0 in the target copies a dim of X, -1 is what is left."""
    target = _content(op.input(1))
    if target is not None and not op.attributes.get("allowzero", 0):
        x = partials.of(op.x)
        copied = [x[i] if d == 0 and x is not None and i < len(x) else d for i, d in
                  enumerate(target)]  # fmt: skip
        known = [None if type(d) is int and d < 1 else d for d in copied]
        partials.learn(op.y, known)
        y = partials.of(op.y)
        if x is not None and y is not None:
            partials.learn(
                op.x,
                [y[i] if i < len(target) and target[i] == 0 else None for i in range(len(x))],
            )
    _as_many(op, partials)


@forced_by("Flatten")
def flatten(op: Op, partials: Partials) -> None:
    """Y (a, b) of X (...): a is what stands before the axis."""
    x, y = partials.of(op.x), partials.of(op.y) or (None, None)
    axis = op.attributes.get("axis", 1)
    partials.learn(op.y, (None, None))
    if x is None:
        return
    at = axis + len(x) if axis < 0 else axis
    for part, place in ((x[:at], 0), (x[at:], 1)):
        if None not in part:
            partials.learn(op.y, (product(part), None) if place == 0 else (None, product(part)))
        elif y[place] is not None:
            filled = _filled(part, y[place])
            partials.learn(op.x, (*filled, *x[at:]) if place == 0 else (*x[:at], *filled))
    _as_many(op, partials)


def _as_many(op: Op, partials: Partials) -> None:
    """The one dim that is missing, by the number of elements."""
    x, y = partials.of(op.x), partials.of(op.y)
    if x is None or y is None:
        return
    if None not in y:
        partials.learn(op.x, _filled(x, product(y)))
    elif None not in x:
        partials.learn(op.y, _filled(y, product(x)))


def _filled(dims: Partial, elements: Dim) -> Partial:
    """`dims` with the one that is missing, where `elements` say it."""
    if dims.count(None) != 1:
        return dims
    rest = product(dim for dim in dims if dim is not None)
    if type(rest) is int and rest == 0:
        return dims
    size = exact_div(elements, rest)
    return tuple(size if dim is None else dim for dim in dims)


@forced_by("Squeeze", "Unsqueeze")
def squeeze(op: Op, partials: Partials) -> None:
    """One side has axes of 1 besides."""
    axes = _axes(op)
    less, more = (op.y, op.x) if op.op_type == "Squeeze" else (op.x, op.y)
    if axes is None:
        return
    wide, narrow = partials.of(more), partials.of(less)
    if wide is not None:
        gone = {axis % len(wide) for axis in axes}
        partials.learn(less, [dim for axis, dim in enumerate(wide) if axis not in gone])
    if narrow is not None:
        rank = len(narrow) + len(axes)
        new = {axis % rank for axis in axes}
        rest = iter(narrow)
        partials.learn(more, [1 if axis in new else next(rest) for axis in range(rank)])


@forced_by("Concat")
def concat(op: Op, partials: Partials) -> None:
    """Y is as long along the axis as all inputs together, and like each of them elsewhere."""
    _joined([t for t in op.inputs if t is not None], op.y, op.attributes["axis"], partials)


@forced_by("Split")
def split(op: Op, partials: Partials) -> None:
    """X is as long along the axis as all outputs together; they are equal where nothing says."""
    parts = [t for t in op.outputs if t is not None]
    axis = op.attributes.get("axis", 0)
    sizes = _content(op.input(1)) or op.attributes.get("split")
    x = partials.of(op.x)
    if x is not None and sizes is not None:
        at = axis % len(x)
        for part, size in zip(parts, sizes, strict=True):
            partials.learn(part, (*x[:at], size, *x[at + 1 :]))
    _joined(parts, op.x, axis, partials)


def _joined(parts: Sequence[Tensor], whole: Tensor, axis: int, partials: Partials) -> None:
    """`parts` side by side along `axis` are `whole`."""
    each = [partials.of(part) for part in parts]
    rank = next((len(dims) for dims in (*each, partials.of(whole)) if dims is not None), None)
    if rank is None:
        return
    at = axis % rank
    known = [dims for dims in (*each, partials.of(whole)) if dims is not None]
    common = [next((dims[i] for dims in known if dims[i] is not None), None) for i in range(rank)]
    common[at] = None
    for tensor in (*parts, whole):
        partials.learn(tensor, common)
    lengths = [None if dims is None else dims[at] for dims in map(partials.of, parts)]
    total = (partials.of(whole) or common)[at]
    known_length = sum(length for length in lengths if length is not None)
    if None not in lengths:
        partials.learn(whole, (*common[:at], known_length, *common[at + 1 :]))
    elif total is not None and lengths.count(None) == 1:
        rest = total - known_length
        missing = parts[lengths.index(None)]
        partials.learn(missing, (*common[:at], rest, *common[at + 1 :]))


@forced_by("Slice")
def slices(op: Op, partials: Partials) -> None:
    """Axes that are not cut stay as they are."""
    axes = _content(op.input(3)) if len(op.inputs) > 1 else op.attributes.get("axes")
    x, y = partials.of(op.x), partials.of(op.y)
    rank = len(x or y or ())
    if axes is None or not rank:
        return
    cut = {axis % rank for axis in axes}
    for given, other in ((x, op.y), (y, op.x)):
        if given is not None:
            partials.learn(other, [None if i in cut else dim for i, dim in enumerate(given)])


@forced_by("Pad")
def pad(op: Op, partials: Partials) -> None:
    """Y is X with as many elements more as the pads say."""
    pads = _content(op.input(1)) if len(op.inputs) > 1 else op.attributes.get("pads")
    if pads is None or op.input(3) is not None:
        return
    rank = len(pads) // 2
    more = [pads[axis] + pads[axis + rank] for axis in range(rank)]
    x, y = partials.of(op.x), partials.of(op.y)
    if x is not None:
        partials.learn(op.y, [None if n is None else n + m for n, m in zip(x, more, strict=True)])
    if y is not None:
        partials.learn(op.x, [None if n is None else n - m for n, m in zip(y, more, strict=True)])


@forced_by("Resize", "Upsample")
def resize(op: Op, partials: Partials) -> None:
    """Y (axis) = X (axis) * scale: back by whole scales."""
    scales = _content(op.input(2 if op.op_type == "Resize" and len(op.inputs) > 2 else 1))
    scales = scales or op.attributes.get("scales")
    x, y = partials.of(op.x), partials.of(op.y)
    if not scales:
        return
    whole = [int(scale) if scale >= 1 and scale == int(scale) else None for scale in scales]
    if x is not None:
        partials.learn(op.y, [None if n is None or s is None else n * s for n, s in
                              zip(x, whole, strict=True)])  # fmt: skip
    if y is not None:
        partials.learn(op.x, [None if n is None or s is None else exact_div(n, s) for n, s in
                              zip(y, whole, strict=True)])  # fmt: skip


@forced_by("DepthToSpace", "SpaceToDepth")
def blocks(op: Op, partials: Partials) -> None:
    """(N, C * b * b, h, w) against (N, C, h * b, w * b)."""
    b = op.attributes["blocksize"]
    deep, wide = (op.x, op.y) if op.op_type == "DepthToSpace" else (op.y, op.x)
    d, w = partials.of(deep), partials.of(wide)
    if d is not None:
        partials.learn(wide, (d[0], d[1] and exact_div(d[1], b * b), *(n and n * b for n in d[2:])))
    if w is not None:
        partials.learn(deep, (w[0], w[1] and w[1] * b * b, *(n and exact_div(n, b) for n in w[2:])))


@forced_by("Gather")
def gather(op: Op, partials: Partials) -> None:
    """Y (before, places..., after) = X (before, C, after) at places."""
    x, places, y = partials.of(op.x), partials.of(op.w), partials.of(op.y)
    axis = op.attributes.get("axis", 0)
    if x is None:
        return
    at = axis % len(x)
    if places is not None:
        partials.learn(op.y, (*x[:at], *places, *x[at + 1 :]))
        if y is not None:
            end = at + len(places)
            partials.learn(op.x, (*y[:at], None, *y[end:]))
    elif y is not None:
        partials.learn(op.w, y[at : len(y) - (len(x) - at - 1)])


@forced_by(*REDUCTIONS)
def reduction(op: Op, partials: Partials) -> None:
    """Axes that are not summed stay; the others are 1, or gone."""
    axes = _axes(op)
    x, y = partials.of(op.x), partials.of(op.y)
    keeps = op.attributes.get("keepdims", 1)
    if axes is None:
        return
    if x is not None:
        gone = {axis % len(x) for axis in axes}
        kept = [1 if i in gone else dim for i, dim in enumerate(x) if keeps or i not in gone]
        partials.learn(op.y, kept)
    if y is not None:
        rank = len(y) if keeps else len(y) + len(axes)
        gone = {axis % rank for axis in axes}
        rest = iter(y)
        back = [None if i in gone and not keeps else next(rest) for i in range(rank)]
        partials.learn(op.x, [None if i in gone else dim for i, dim in enumerate(back)])


def _axes(op: Op) -> Sequence[int] | None:
    """The axes that an input or, before opset 13, an attribute names; None where none does."""
    return _content(op.input(1)) or op.attributes.get("axes")


def _content(tensor: Tensor | None) -> list[Any] | None:
    """What a small constant holds."""
    return None if tensor is None or tensor.value is None else list(tensor.value.reshape(-1))
