"""Numbers in a graph that follow from its widths: targets of reshapes, bounds of slices.

A cost needs only the shapes; a model that is to run needs these numbers as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from costlint.costmodel.channels import Channels
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.ir.tensor import Tensor

_RESHAPE_BY_INPUT: Final = 5
_SPLIT_BY_INPUT: Final = 13
"""The opset from which these read as an input what was an attribute."""


def with_constants(
    graph: OpGraph, before: OpGraph, channels: Channels, widths: Mapping[str, int]
) -> OpGraph:
    """`graph`, which is `before` at other `widths`, with the constants that its shapes ask for.

    Raises:
        ModelError: a constant depends on a size that is still free.
    """
    old = {op_key(op): op for op in before.ops}
    follow = _Following(channels, widths)
    return replace(graph, ops=tuple([follow(op, old.get(op_key(op), op)) for op in graph.ops]))


@dataclass(frozen=True, slots=True)
class _Following:
    channels: Channels
    widths: Mapping[str, int]

    def __call__(self, op: Op, before: Op) -> Op:
        rule = _RULES.get(op.op_type)
        # Where a shape is not known no width is free, and the constants stay.
        is_known = op.has_shapes and before.has_shapes
        made = op if rule is None or not is_known else rule(self, op, before)
        for tensor in made.inputs:
            if tensor is not None and tensor.value is not None and not _is_plain(tensor.value):
                raise ModelError(f"{op.op_type} {op.name!r} computes with a size that is free")
        return made

    def place(self, op: Op, axis: int, start: int) -> int:
        """Where `start` on an axis of the input of `op` lies at the new widths."""
        axes = self.channels.of(op, op.x)
        terms = axes[axis] if axes else None
        moved = 0
        for index, times in terms or ():
            group = self.channels.groups[index]
            new = self.widths.get(group.name, group.width)
            length = times * group.width // group.multiple_of
            if start < length:
                return moved + start * new // group.width
            start -= length
            moved += times * new // group.multiple_of
        return moved + start


def _is_plain(value: Any) -> bool:
    return not any(hasattr(part, "free_symbols") for part in value.flat)


def _with_input(op: Op, index: int, values: Iterable[int]) -> Op:
    """`op` with a constant as input `index`, of the type of the one there or of the first one."""
    content = np.array(list(values), dtype=object)
    name = f"{op_key(op)} constant {index}"
    tensor = Tensor(
        name=name,
        shape=content.shape,
        dtype=next((t.dtype for t in (op.input(index), *op.inputs[1:]) if t is not None), "int64"),
        role="parameter",
        value=content,
        sources=(name,),
    )
    inputs = list(op.inputs) + [None] * (index + 1 - len(op.inputs))
    inputs[index] = tensor
    return replace(op, inputs=tuple(inputs))


def _reshape(_: _Following, op: Op, __: Op) -> Op:
    """The target is the shape of the output.

    A size that is still free is copied from the input (0) where it keeps its place, else inferred
    (-1).
    """
    source = op.x.known_shape
    target = []
    for place, dim in enumerate(op.y.known_shape):
        if type(dim) is int:
            target.append(dim)
        else:
            target.append(0 if place < len(source) and source[place] == dim else -1)
    if target.count(-1) > 1:
        raise ModelError(f"{op.op_type} {op.name!r} depends on two sizes that are free")
    if 0 in op.y.known_shape:  # a size of 0, which a 0 in the target does not mean
        return op
    attributes = {k: v for k, v in op.attributes.items() if k != "allowzero"}
    if op.version < _RESHAPE_BY_INPUT:
        return replace(op, attributes={**attributes, "shape": tuple(target)})
    return _with_input(replace(op, attributes=attributes), 1, target)


def _expand(_: _Following, op: Op, __: Op) -> Op:
    """The target is the shape of the output, with 1 for a free size that the input already has."""
    lead = op.y.rank - op.x.rank
    target = []
    for place, dim in enumerate(op.y.known_shape):
        if type(dim) is not int and (place < lead or op.x.known_shape[place - lead] != dim):
            raise ModelError(f"Expand {op.name!r} depends on a size that is free")
        target.append(dim if type(dim) is int else 1)
    return _with_input(op, 1, target)


def _split(_: _Following, op: Op, __: Op) -> Op:
    axis = int(op.attributes.get("axis", 0)) % op.x.rank
    sizes: list[Dim] = [t.known_shape[axis] for t in op.outputs if t is not None]
    if op.version < _SPLIT_BY_INPUT:
        return replace(op, attributes={**op.attributes, "split": tuple(sizes)})
    attributes = {k: v for k, v in op.attributes.items() if k != "num_outputs"}
    return _with_input(replace(op, attributes=attributes), 1, sizes)


def _slice(follow: _Following, op: Op, before: Op) -> Op:
    """Starts and ends move with the widths that lie before them on their axis.

    Those of a piece that lies where it lay before stay as they are.
    """
    starts, ends, axes = (_numbers(op, i, n) for i, n in ((1, "starts"), (2, "ends"), (3, "axes")))
    if starts is None or ends is None:
        return op
    order = list(range(len(starts))) if axes is None else [a % op.x.rank for a in axes]
    new_starts, new_ends = list(starts), list(ends)
    for number, axis in enumerate(order):
        old, new = before.x.known_shape[axis], op.x.known_shape[axis]
        if type(old) is not int:
            continue
        start = min(starts[number] + (old if starts[number] < 0 else 0), old)
        moved = follow.place(before, axis, start)
        is_same = old == new and moved == start
        if is_same and op.y.known_shape[axis] == before.y.known_shape[axis]:
            continue
        new_starts[number] = moved
        new_ends[number] = new_starts[number] + op.y.known_shape[axis]
    if "starts" in op.attributes:
        found = {"starts": tuple(new_starts), "ends": tuple(new_ends)}
        return replace(op, attributes={**op.attributes, **found})
    return _with_input(_with_input(op, 1, new_starts), 2, new_ends)


def _numbers(op: Op, index: int, name: str) -> Sequence[int] | None:
    if name in op.attributes:
        found: Sequence[int] = op.attributes[name]
        return found
    tensor = op.input(index)
    if tensor is None or tensor.value is None or not _is_plain(tensor.value):
        return None
    return [int(v) for v in tensor.value.flat]


def _resize(_: _Following, op: Op, before: Op) -> Op:
    sizes = op.input(3)
    if sizes is None or op.y.shape == before.y.shape:
        return op
    if any(type(d) is not int for d in op.y.known_shape):
        raise ModelError(f"Resize {op.name!r} depends on a size that is free")
    return _with_input(op, 3, op.y.known_shape)


_RULES: Final[Mapping[str, Callable[[_Following, Op, Op], Op]]] = {
    "Reshape": _reshape,
    "Expand": _expand,
    "Split": _split,
    "Slice": _slice,
    "Resize": _resize,
}
