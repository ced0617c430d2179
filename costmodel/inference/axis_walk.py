"""The axes of a model's inputs, followed through its ops, and what these take them for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from costlint.costmodel.formulas.along import scan_axes
from costlint.costmodel.formulas.axis_use import Use, axis_uses
from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes.origins import outputs_from
from costlint.costmodel.shapes.origins_reshape import NOTHING, Axes, Axis, united

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
CERTAIN: Final = 16
"""From here on a use decides by itself."""


@dataclass(slots=True, kw_only=True)
class AxisWalk:
    """One way through a graph with the axes of its inputs, in groups of one size.

    `sizes` are those of the groups, `named` the groups with a name, `axes` the origins of the axes
    of each tensor, `weights` what uses say of each group, and `certain` the groups of which one
    said enough.
    """

    sizes: Mapping[int, Dim]
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
            if len(self.certain) == len(self.sizes):
                return
            made = self._through_bodies(op) if op.bodies else outputs_from(op, given)
            for out, found in zip(op.outputs, made, strict=False):
                if out is not None and out.shape is not None and found is not None:
                    self.axes[out.name] = self._by_size(found, out.shape)

    def leading(self, outputs: Sequence[Tensor]) -> list[int]:
        """The groups that stand first, and alone, in an output."""
        axes = (self.axes.get(tensor.name) or () for tensor in outputs)
        firsts = (one[0] for one in axes if len(one) > 1)
        return [group for first in firsts for group, alone in first.items() if alone]

    def _weigh(self, op: Op) -> None:
        for tensor, axis, use in axis_uses(op):
            origins = self.axes.get(tensor.name)
            if origins is None or axis >= len(origins):
                continue
            for group, alone in origins[axis].items():
                weight = _WEIGHT[use, alone]
                self.weights[group].append(weight)
                if abs(weight) >= CERTAIN:
                    self.certain.add(group)

    def _by_size(self, axes: Axes, shape: Shape) -> Axes:
        """`axes`, with those known by their size alone: a name, or that of one of its origins."""
        return tuple(
            [
                {**axis, self.named[str(dim)]: True}
                if type(dim) is not int and str(dim) in self.named
                else self._split_off(axis, dim)
                for axis, dim in zip(axes, shape, strict=True)
            ]
        )

    def _split_off(self, axis: Axis, dim: Dim) -> Axis:
        """`axis`, which held several before: alone again what is as long as it, where one is."""
        if len(axis) < 2 or type(dim) is not int or dim < 2 or any(axis.values()):
            return axis
        fitting = [group for group in axis if self.sizes[group] == dim]
        return {**axis, fitting[0]: True} if len(fitting) == 1 else axis

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
