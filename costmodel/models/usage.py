"""What a parameter or input is for: the op that reads it and the slot it stands in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from costlint.costmodel.ir.source import Source, SourceGraph, SourceNode

# Ops that hand their first input on, whatever its shape becomes.
_PASS_ON: Final = frozenset(
    {"Identity", "Cast", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Expand",
     "Slice", "Split", "Concat", "DequantizeLinear", "Tile"}
)  # fmt: skip
_MAX_STEPS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """`node` reads the tensor as input `slot`; `turned` says that its last two axes changed."""

    node: SourceNode
    slot: int
    turned: bool = False


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Who reads what in a model, local functions inlined and bodies included."""

    source: Source

    @cached_property
    def _readers(self) -> Mapping[str, Sequence[tuple[SourceNode, int]]]:
        found: dict[str, list[tuple[SourceNode, int]]] = defaultdict(list)
        for graph in _graphs(self.source.graph):
            for node in graph.nodes:
                for slot, name in enumerate(node.inputs):
                    if name:
                        found[name].append((node, slot))
        return found

    @cached_property
    def _shapes(self) -> Mapping[str, tuple[int, ...]]:
        graphs = _graphs(self.source.graph)
        return {name: p.shape for graph in graphs for name, p in graph.parameters.items()}

    def uses(self, name: str) -> Iterator[Use]:
        """Every use of `name`, through views and casts."""
        pending = [(name, False, 0)]
        while pending:
            tensor, turned, steps = pending.pop()
            for node, slot in self._readers.get(tensor, ()):
                passes = node.op_type in _PASS_ON and (slot == 0 or node.op_type == "Concat")
                if passes and steps < _MAX_STEPS:
                    turns = turned ^ (node.op_type == "Transpose")
                    pending += [(output, turns, steps + 1) for output in node.outputs]
                else:
                    yield Use(node=node, slot=slot, turned=turned)

    def index_limit(self, name: str) -> int | None:
        """The smallest table that `name` is an index into; None where it is none."""
        limits = []
        for use in self.uses(name):
            node = use.node
            if use.slot != 1 or not node.op_type.startswith(("Gather", "Scatter")):
                continue
            shape = self._shapes.get(node.inputs[0])
            axis = int(node.attributes.get("axis", 0))
            limits.append(shape[axis] if shape and -len(shape) <= axis < len(shape) else 1)
        return min(limits, default=None)


def _graphs(graph: SourceGraph) -> Iterator[SourceGraph]:
    yield graph
    for node in graph.nodes:
        for body in node.bodies.values():
            yield from _graphs(body)
