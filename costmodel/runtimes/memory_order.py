"""How the elements of a tensor lie in memory where a framework keeps views (PyTorch).

An order lists a tensor's dimensions from the outermost to the innermost in memory: (0, 1, 2, 3) is
contiguous, (0, 2, 3, 1) is channels-last. A transpose only reorders, a reshape is a view where the
dimensions it merges lie next to each other, an element-wise op gives what its first full operand
has. https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch-memory-format
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from typing import Final, TypeAlias

from costlint.costmodel.formulas import OpClass, weight_of
from costlint.costmodel.formulas.sets import KEEPS_ORDER, ON_MAPS, traffic_of
from costlint.costmodel.formulas.views import RESHAPES
from costlint.costmodel.ir.dims import Dim, Shape, is_one
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor

Order: TypeAlias = tuple[int, ...]
CHANNELS_LAST: Final[Order] = (0, 2, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryOrder:
    """How what a kernel reads and writes lies in memory, where the runtime keeps that.

    `mixed` are inputs whose elements lie in another order than those of the result.
    `has_bias_apart` says that the bias is added by a kernel of its own.
    """

    is_channels_last: bool
    mixed: tuple[Tensor, ...]
    has_bias_apart: bool


def is_in_order(tensor: Tensor, order: Order) -> bool:
    """Whether elements in `order` lie as the shape says; dimensions of one do not count."""
    if tensor.shape is None or len(tensor.shape) != len(order):
        return True
    if order == CHANNELS_LAST:  # the usual case, faster
        _, channels, *sides = tensor.shape
        return is_one(channels) or all(map(is_one, sides))
    kept = _wide(tensor.shape, order)
    return kept == sorted(kept)


def result_order(
    op: Op, op_class: OpClass, orders: Mapping[str, Order], *, channels_last: bool
) -> Order | None:
    """The order of what `op` gives, None for contiguous. A view that must copy is contiguous.

    `channels_last` says that the weights of convolutions are kept so.
    """
    source = next((t for t in op.inputs if t is not None and not t.is_parameter), None)
    if source is None or source.shape is None or not op.outputs or op.y.shape is None:
        return None
    kind = traffic_of(op)
    if kind in ("convolution", "pooling") or op.op_type in ON_MAPS:
        is_last = is_channels_last(source, orders)
        if kind == "convolution":
            is_last = is_last or (channels_last and _is_stored(weight_of(op)))
        return CHANNELS_LAST if is_last and len(op.y.shape) == 4 else None
    if op_class == "elementwise" or op.op_type in KEEPS_ORDER:
        full = [t for t in op.inputs if t is not None and t.shape == op.y.shape]
        same = [t for t in (*full, source) if not t.is_parameter and t.rank == op.y.rank]
        return orders.get(same[0].name) if same else None
    return _view_order(op, source, orders)


def _is_stored(weight: Tensor | None) -> bool:
    """Whether a weight is one of the file's, and made from no other."""
    return weight is not None and weight.sources == (weight.name,)


def _view_order(op: Op, source: Tensor, orders: Mapping[str, Order]) -> Order | None:
    order = orders.get(source.name) or tuple(range(source.rank))
    if op.op_type == "Transpose":
        given = op.attributes.get("perm", tuple(reversed(range(source.rank))))
        return tuple(given.index(axis) for axis in order)
    if op.op_type == "Squeeze":
        gone = _axes(op, source.rank)
        places = [axis for axis in range(source.rank) if axis not in gone]
        return tuple(places.index(axis) for axis in order if axis not in gone)
    if op.op_type == "Unsqueeze":
        new = _axes(op, op.y.rank)
        places = [axis for axis in range(op.y.rank) if axis not in new]
        return (*sorted(new), *(places[axis] for axis in order))
    if op.op_type in RESHAPES:
        return viewed(source.known_shape, op.y.known_shape, order)
    if op.op_type == "Gather" and op.y.rank == source.rank - 1:  # one index of a stack
        chosen = op.attributes.get("axis", 0) % source.rank
        return tuple(axis - (axis > chosen) for axis in order if axis != chosen)
    return None


def _axes(op: Op, rank: int) -> frozenset[int]:
    """The axes that a Squeeze takes away or an Unsqueeze puts in."""
    given = op.input(1)
    axes = op.attributes.get("axes") if given is None or given.value is None else given.value
    if axes is None:
        return frozenset(i for i, d in enumerate(op.x.known_shape) if is_one(d))
    return frozenset(int(axis) % rank for axis in axes)


def is_channels_last(tensor: Tensor, orders: Mapping[str, Order]) -> bool:
    """Whether a map lies so that its channels are next to each other."""
    return orders.get(tensor.name) == CHANNELS_LAST


def viewed(before: Shape, after: Shape, order: Order) -> Order | None:
    """The order of a reshaped view, None where the elements must be copied first.

    Dimensions pair off wherever the products of those before are equal; what is merged must lie
    next to each other in memory.
    """
    spans = _spans(before, after)
    if spans is None:
        return None
    chunk_of: dict[int, Order] = {}
    for (start, end), new in spans:
        old = _wide(before, range(start, end))
        places = sorted(order.index(axis) for axis in old)
        gaps = range(places[0], places[-1]) if places else ()
        if [order[p] for p in places] != old or any(
            order[p] not in old and _wide(before, (order[p],)) for p in gaps
        ):
            return None
        chunk_of[old[0] if old else start] = new
    return tuple(axis for old in order for axis in chunk_of.get(old, ()))


def _spans(before: Shape, after: Shape) -> list[tuple[tuple[int, int], Order]] | None:
    """Runs of dimensions of `before` and the dimensions of `after` that they become."""
    spans: list[tuple[tuple[int, int], Order]] = []
    start, first = 0, 0
    while found := _equal_run(before[start:], after[first:]):
        end, last = start + found[0], first + found[1]
        spans.append(((start, end), tuple(range(first, last))))
        start, first = end, last
    if not spans or any(not is_one(d) for d in (*before[start:], *after[first:])):
        return None
    (begin, _), tail = spans[-1]
    spans[-1] = ((begin, len(before)), (*tail, *range(first, len(after))))
    return spans


def _equal_run(before: Shape, after: Shape) -> tuple[int, int] | None:
    """How many dimensions from the beginning have equal products, as few as there are."""
    ends: dict[Dim, int] = {}
    for end, size in enumerate(accumulate(before, mul), 1):
        ends.setdefault(size, end)
    sizes = enumerate(accumulate(after, mul), 1)
    return next(((ends[size], last) for last, size in sizes if size in ends), None)


def _wide(shape: Shape, axes: Iterable[int]) -> list[int]:
    """Those of `axes` that are not one; the first is the batch, which may be one just now."""
    return [axis for axis in axes if axis == 0 or not is_one(shape[axis])]
