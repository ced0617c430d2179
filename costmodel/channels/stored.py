"""How a constant that is folded from stored parameters hands its sizes back to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from costlint.costmodel.formulas.sets import MOVES_ONES, SAME_NUMBERS
from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import Source, SourceNode
from costlint.costmodel.ir.tensor import Tensor

Parts: TypeAlias = "Mapping[str, Shape]"
"""A shape for each stored parameter, by name."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The parameters of `graph` as its file stores them, and the nodes that fold away.

    `source` is the file where `graph`, which was edited, does not say it.
    """

    graph: OpGraph
    source: Source | None = None

    @cached_property
    def makers(self) -> Mapping[str, SourceNode]:
        """The node of the file that makes each tensor; none where that is not known."""
        source = self.source or self.graph.source
        nodes = () if source is None else source.graph.nodes
        return {name: node for node in nodes for name in node.outputs}

    @cached_property
    def fixed(self) -> frozenset[str]:
        """Names of constants that keep their size.

        They are folded, and what they are made of does not follow from their own size; or several
        constants are made of the same.
        """
        constants = {
            t.name: t
            for op in self.graph.ops
            for t in op.inputs
            if t is not None and t.is_parameter
        }
        made_of = defaultdict(set)
        found = set[str]()
        for tensor in constants.values():
            parts = self.parts(tensor, tensor.shape)
            for name in parts or ():
                made_of[name].add(tensor.name)
            if parts is None and is_folded(tensor):
                found.add(tensor.name)
        for names in made_of.values():
            if len(names) > 1:
                found |= names
        return frozenset(found)

    def parts(self, tensor: Tensor, shape: Shape | None) -> Parts | None:
        """The shapes of the parameters that give `tensor` the new `shape`; None if none do."""
        if tensor.shape is None or shape is None:
            return None
        return self._parts(tensor.name, tensor.shape, shape)

    def _parts(self, name: str, old: Shape, new: Shape) -> Parts | None:
        """The same for the constant `name`, which is `old` and becomes `new`."""
        parameter = self.graph.parameters.get(name)
        if parameter is not None:
            return {name: new} if parameter.shape == old else None
        node = self.makers.get(name)
        if node is None or node.domain or len(node.outputs) != 1:
            return None
        source = node.inputs[0]
        if node.op_type == "DequantizeLinear":
            return self._dequantised(node, old, new)
        before, after = self._before(node, old, new)
        if before is None or after is None:
            return None
        return self._parts(source, before, after)

    def _before(
        self, node: SourceNode, old: Shape, new: Shape
    ) -> tuple[Shape | None, Shape | None]:
        """The shapes of the input of `node`, the old and the new one; None where nobody knows."""
        if node.op_type in SAME_NUMBERS:
            return old, new
        if node.op_type == "Transpose":
            order = node.attributes.get("perm") or range(len(old))[::-1]
            back = sorted(range(len(old)), key=order.__getitem__)
            return _picked(old, back), _picked(new, back)
        before = self._shape(node.inputs[0])
        if before is None:
            return None, None
        if node.op_type in MOVES_ONES:
            return before, _between_ones(before, old, new)
        return before, _repeated(before, old, new) if node.op_type == "Expand" else None

    def _shape(self, name: str) -> Shape | None:
        """The shape of a constant that is stored, or stored under another order of axes."""
        parameter = self.graph.parameters.get(name)
        if parameter is not None:
            return parameter.shape
        node = self.makers.get(name)
        if node is None or not node.inputs:
            return None
        before = self._shape(node.inputs[0])
        if before is None or node.op_type in SAME_NUMBERS or node.op_type == "DequantizeLinear":
            return before
        if node.op_type != "Transpose":
            return None
        return _picked(before, node.attributes.get("perm") or range(len(before))[::-1])

    def _dequantised(self, node: SourceNode, old: Shape, new: Shape) -> Parts | None:
        """The weight, and its scale and zero point: one number, or one for each of an axis."""
        found = self._parts(node.inputs[0], old, new)
        if found is None or node.attributes.get("block_size"):
            return None
        axis = int(node.attributes.get("axis", 1))
        parts = dict(found)
        for name in filter(None, node.inputs[1:]):
            parameter = self.graph.parameters.get(name)
            if parameter is None or len(parameter.shape) > 1:
                return None
            if parameter.shape and parameter.shape != (1,):
                if not -len(old) <= axis < len(old) or parameter.shape != (old[axis],):
                    return None
                parts[name] = (new[axis],)
        return parts


def is_folded(tensor: Tensor) -> bool:
    """Whether `tensor` is computed from what the file stores, and not stored itself."""
    return tensor.is_parameter and bool(tensor.sources) and tensor.sources != (tensor.name,)


def _picked(shape: Shape, order: Iterable[int]) -> Shape:
    return tuple([shape[axis] for axis in order])


def _between_ones(before: Shape, old: Shape, new: Shape) -> Shape | None:
    """`before`, of which `old` is a view that differs in axes of 1, at the sizes of `new`."""
    if [d for d in before if d != 1] != [d for d in old if d != 1]:
        return None
    if any(a == 1 and b != 1 for a, b in zip(old, new, strict=True)):
        return None
    rest = iter([b for a, b in zip(old, new, strict=True) if a != 1])
    return tuple([1 if d == 1 else next(rest) for d in before])


def _repeated(before: Shape, old: Shape, new: Shape) -> Shape | None:
    """`before`, of which `old` repeats axes of 1, at the sizes of `new`."""
    lead = len(old) - len(before)
    if lead < 0 or any(a not in (1, b) for a, b in zip(before, old[lead:], strict=True)):
        return None
    return tuple([1 if a == 1 else b for a, b in zip(before, new[lead:], strict=True)])
