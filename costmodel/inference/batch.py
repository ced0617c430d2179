"""Which axis of each input is the batch: what ops treat as samples, not what comes first.

The axes of the inputs are followed through the graph, and what operators take them for is weighed.
Only where no op says anything, as in a network of element-wise ops, the first axis is the batch.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from costlint.costmodel.formulas.axis_use import Use, axis_uses, scan_axes
from costlint.costmodel.inference.declared import declared_dims
from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes.origins import NOTHING, Axes, outputs_from, united

_WEIGHT: Final[Mapping[tuple[Use, bool], int]] = {
    ("samples", True): 16,
    ("samples", False): 1,
    ("rows", True): 2,
    ("rows", False): 1,
    ("part", True): -4,
    ("part", False): 0,
    ("other", True): -64,
    ("other", False): 0,
}
"""What a use says for an axis that is followed alone, and for one that came to share its place."""
_ELSEWHERE: Final = 2
"""Rows alone make no batch of any axis but the first: they may be time steps or tokens."""
_CERTAIN: Final = 16
_NAMED: Final = re.compile(r"n|bs|bsz|.*batch.*", re.IGNORECASE)
_NOT_NAMED: Final = re.compile(
    r"[tlshw]|.*(seq|time|len|past|height|width|frame|token|num).*", re.IGNORECASE
)
_NAME: Final = 3
_SAID: Final = re.compile(r".*batch.*", re.IGNORECASE)
_WORD: Final = 80
"""What a name weighs where ops are unsure, and what the word itself does against any single op."""


def batch_axes(graph: OpGraph) -> Mapping[str, int]:
    """The axis of each input that is its batch; inputs that have none are left out.

    Sizes of the same name are one size, wherever they stand.
    """
    names = {} if graph.source is None else declared_dims(graph.source.graph, {})
    groups: dict[tuple[str, int], int] = {}
    known: dict[object, int] = {}
    for tensor in graph.inputs:
        for axis, dim in enumerate(tensor.shape or ()):
            said = (names.get(tensor.name) or ())[axis : axis + 1]
            name = dim if type(dim) is not int else said[0] if said else dim
            key = str(name) if type(name) is not int else (tensor.name, axis)
            groups[tensor.name, axis] = known.setdefault(key, len(known))
    if not groups:
        return {}
    named = {key: group for key, group in known.items() if isinstance(key, str)}
    walk = _Walk(count=len(known), named=named)
    walk.axes.update(
        (t.name, tuple([{groups[t.name, axis]: True} for axis in range(len(t.shape))]))
        for t in graph.inputs
        if t.shape
    )
    walk.through(graph.ops)
    for name, group in named.items():
        walk.weights[group].append(_named(name))
    return _chosen(graph, groups, walk.weights)


def batch_size(graph: OpGraph) -> int | None:
    """The size of the batch; None where no input has one, or it is open."""
    shapes = {t.name: t.shape or () for t in graph.inputs}
    size = next((shapes[name][axis] for name, axis in batch_axes(graph).items()), None)
    return size if type(size) is int else None


def _named(name: str) -> int:
    """What a name alone says: `batch` also where ops loop over it, as a Scan does."""
    if _SAID.fullmatch(name):
        return _WORD
    if _NAMED.fullmatch(name):
        return _NAME
    return -_NAME if _NOT_NAMED.fullmatch(name) else 0


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One way through a graph with the axes of its inputs, in `count` groups, some with a name.

    `axes` are the origins of the axes of each tensor, `weights` what uses say of each group, and
    `certain` the groups of which one said enough.
    """

    count: int
    named: Mapping[str, int]
    axes: dict[str, Axes] = field(default_factory=dict)
    weights: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    certain: set[int] = field(default_factory=set)

    def through(self, ops: Sequence[Op]) -> None:
        """Follow the axes through `ops`, until all are certain."""
        for op in ops:
            given = [None if t is None else self.axes.get(t.name) for t in op.inputs]
            if not any(given) and not op.bodies:
                continue
            self._weigh(op)
            if len(self.certain) == self.count:
                return
            made = self._through_bodies(op) if op.bodies else outputs_from(op, given)
            for out, found in zip(op.outputs, made, strict=False):
                if out is not None and out.shape is not None and found is not None:
                    self.axes[out.name] = self._with_names(found, out.shape)

    def _weigh(self, op: Op) -> None:
        for tensor, axis, use in axis_uses(op):
            origins = self.axes.get(tensor.name)
            if origins is None or axis >= len(origins):
                continue
            for group, alone in origins[axis].items():
                weight = _WEIGHT[use, alone]
                self.weights[group].append(weight)
                if abs(weight) >= _CERTAIN:
                    self.certain.add(group)

    def _with_names(self, axes: Axes, shape: Shape) -> Axes:
        """`axes`, with those known by their size alone where it is a name."""
        return tuple(
            [
                {**axis, self.named[str(dim)]: True}
                if type(dim) is not int and str(dim) in self.named
                else axis
                for axis, dim in zip(axes, shape, strict=True)
            ]
        )

    def _through_bodies(self, op: Op) -> list[Axes | None]:
        """What the outputs of an If, Loop or Scan come from; a body reads what is around it."""
        found: list[Axes | None] = []
        scanned = scan_axes(op)
        for body in op.bodies:
            first = len(op.inputs) - len(body.inputs)
            for place, inner in enumerate(body.inputs, first):
                outer = op.inputs[place] if place >= 0 else None
                axes = None if outer is None else self.axes.get(outer.name)
                if axes and place in scanned:
                    axes = tuple(a for at, a in enumerate(axes) if at != scanned[place] % len(axes))
                if axes and inner.shape is not None and len(inner.shape) == len(axes):
                    self.axes[inner.name] = axes
            self.through(body.ops)
            made = [self.axes.get(t.name) for t in body.outputs][-len(op.outputs) :]
            pairs = zip(made, found or made, op.outputs, strict=False)
            found = [_either(one, other, out) for one, other, out in pairs]
        return found


def _either(one: Axes | None, other: Axes | None, out: Tensor | None) -> Axes | None:
    rank = len(out.shape) if out is not None and out.shape is not None else 0
    fitting = [axes for axes in (one, other) if axes is not None and len(axes) <= rank]
    padded = [(*(NOTHING,) * (rank - len(axes)), *axes) for axes in fitting]
    return tuple(map(united, zip(*padded, strict=True))) if padded else None


def _chosen(
    graph: OpGraph, groups: Mapping[tuple[str, int], int], scores: Mapping[int, list[int]]
) -> Mapping[str, int]:
    """One axis of each input: the best that more speaks for than against, the first of equals."""
    total = {group: _verdict(weights) for group, weights in scores.items()}
    found: dict[str, int] = {}
    for tensor in graph.inputs:
        shape = tensor.shape or ()
        score, axis = max(
            ((total.get(groups[tensor.name, a], 0), -a) for a in range(len(shape))), default=(0, 0)
        )
        if score > (_ELSEWHERE if axis else 0):
            found[tensor.name] = -axis
    return found or _first(graph, groups, total)


def _verdict(weights: list[int]) -> int:
    """The strongest word for an axis and the strongest against it."""
    return max(0, *weights) + min(0, *weights) if weights else 0


def _first(
    graph: OpGraph, groups: Mapping[tuple[str, int], int], total: Mapping[int, int]
) -> Mapping[str, int]:
    """Where no op says what is a sample: the first axis of the first input of two axes or more."""
    main = next((t for t in graph.inputs if t.shape and len(t.shape) > 1), None)
    if main is None or main.shape is None or total.get(groups[main.name, 0], 0) < 0:
        return {}
    return {
        t.name: 0
        for t in graph.inputs
        if t.shape
        and total.get(groups[t.name, 0], 0) >= 0
        and (len(t.shape) > 1 or type(t.shape[0]) is not int)
        and t.shape[0] == main.shape[0]
        and (groups[t.name, 0] == groups[main.name, 0] or type(t.shape[0]) is int)
    }
