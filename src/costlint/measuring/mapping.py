"""Which ops of a graph each kernel of onnxruntime does the work of.

The runtime rewrites the graph before it runs it: ops fuse, layouts change, tensors and nodes get
new names. Its optimised graph tells what became of what, with every node of the model named after
its first output beforehand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from costlint.costmodel.formulas import formula_for
from costlint.costmodel.formulas.sets import FACTORS
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.ir.source import SourceNode

# What the runtime adds to a node's name: `X_nchwc`, `X_bn_nchwc`, `X/MatMulAddFusion`.
_SUFFIX: Final = re.compile(r"(_nchwc|_bn|/\w*Fusion/?|_token_\d+)$")
_LAYOUT: Final = frozenset(
    {"ReorderInput", "ReorderOutput", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten",
     "Identity", "Cast"}
)  # fmt: skip

# What a convolution or product takes in on its input side.
_BEFORE: Final = frozenset({"Pad", "Transpose", "Cast", "DequantizeLinear"})


def ops_of_kernels(graph: OpGraph, nodes: Sequence[SourceNode]) -> dict[str, tuple[Op, ...]]:
    """The ops of `graph` by the name of the optimised node that runs them.

    A kernel does what lies between its own output and those of other kernels: what fused into it
    was before it. What is left (a residual sum that joined a convolution) belongs to the last
    kernel that makes one of its inputs. Nodes that are missing are the runtime's own.
    """
    return _Mapping(graph, nodes).run()


@dataclass(slots=True)
class _Mapping:
    graph: OpGraph
    nodes: Sequence[SourceNode]
    places: dict[str, int] = field(default_factory=dict)
    maker: dict[str, Op] = field(default_factory=dict)
    readers: dict[str, list[Op]] = field(default_factory=lambda: defaultdict(list))
    anchors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    owner: dict[str, str] = field(default_factory=dict)

    def run(self) -> dict[str, tuple[Op, ...]]:
        for place, op in enumerate(self.graph.ops):
            self.places[op_key(op)] = place
            self.maker.update((t.name, op) for t in op.outputs if t is not None)
            for name in _activations(op):
                self.readers[name].append(op)
        self._find_anchors()
        order = {node.name: place for place, node in enumerate(self.nodes)}
        held = {tensor for tensors in self.anchors.values() for tensor in tensors}
        self._claim_forward(held)
        for node in self.nodes:
            if node.name in self.anchors:
                self._claim_back(node, self.anchors[node.name], held)
        for op in self.graph.ops:
            if op_key(op) not in self.owner:
                makers = [self._owner_of(tensor) for tensor in _activations(op)]
                found = [name for name in makers if name]
                if found:
                    self.owner[op_key(op)] = max(found, key=order.__getitem__)
        kernels: dict[str, list[Op]] = defaultdict(list)
        for op in self.graph.ops:
            if op_key(op) in self.owner:
                kernels[self.owner[op_key(op)]].append(op)
        return {name: tuple(ops) for name, ops in kernels.items()}

    def _owner_of(self, tensor: str) -> str | None:
        op = self.maker.get(tensor)
        return None if op is None else self.owner.get(op_key(op))

    def _find_anchors(self) -> None:
        """The tensors of the model that each node is known to make."""
        made_by = {output: node for node in self.nodes for output in node.outputs}
        for node in self.nodes:
            known = [name for name in node.outputs if name in self.maker]
            if not known and node.op_type not in _LAYOUT:
                known = self._named_after(node.name)
            for name in known:
                self.anchors[self._worker(node, name, made_by).name].append(name)

    def _named_after(self, name: str) -> list[str]:
        """The tensor of the model that a node's name begins with, if any."""
        while name not in self.maker and _SUFFIX.search(name):
            name = _SUFFIX.sub("", name)
        return [name] if name in self.maker else []

    def _worker(
        self, node: SourceNode, tensor: str, made_by: Mapping[str, SourceNode]
    ) -> SourceNode:
        """The node that computes `tensor`: before `node` where that only lays it out anew."""
        while node.op_type in _LAYOUT and self.maker[tensor].op_type not in _LAYOUT:
            before = made_by.get(node.inputs[0])
            if before is None or any(output in self.maker for output in before.outputs):
                break
            node = before
        return node

    def _claim_forward(self, held: set[str]) -> None:
        """Give element-wise ops to kernels without a trace of a name: `Gelu_token_7`."""
        made_by = {output: node for node in self.nodes for output in node.outputs}
        for node in self.nodes:
            if self.anchors.get(node.name) or node.op_type in _LAYOUT or not node.inputs:
                continue
            before = made_by.get(node.inputs[0])
            while before is not None and before.op_type in _LAYOUT and before.inputs:
                before = made_by.get(before.inputs[0])
            starts = [] if before is None else self.anchors.get(before.name, [])
            pending = [op for tensor in starts for op in self.readers[tensor]]
            while pending:
                op = pending.pop()
                if op_key(op) in self.owner or _class_of(op) != "elementwise":
                    continue
                if any(t is not None and t.name in held for t in op.outputs):
                    continue
                self.owner[op_key(op)] = node.name
                for output in op.outputs:
                    if output is not None:
                        pending += self.readers[output.name]

    def _claim_back(self, node: SourceNode, own: Sequence[str], held: set[str]) -> None:
        """Give `node` the ops that make its `own` tensors and what is before up to other kernels.

        A node of an op's own type has taken in nothing, unless it is a product.
        """
        ends = [self.maker[tensor] for tensor in own]
        if node.op_type in _LAYOUT or any(
            node.op_type == op.op_type and _class_of(op) != "conv" for op in ends
        ):
            for op in ends:
                self.owner.setdefault(op_key(op), node.name)
            return
        found: dict[str, Op] = {}
        pending = list(ends)
        while pending:
            op = pending.pop()
            if op_key(op) in self.owner or op_key(op) in found:
                continue
            found[op_key(op)] = op
            makers = [self.maker.get(t) for t in _activations(op) if t in own or t not in held]
            pending += [m for m in makers if m is not None and _joins(m, op)]
        self.owner.update(dict.fromkeys(self._one_product(found), node.name))

    def _one_product(self, found: Mapping[str, Op]) -> set[str]:
        """Of the ops before a tensor the product with what follows it and what it takes in.

        The rest came in as a residual and was done by kernels before. All where there is none.
        """
        products = [op for op in found.values() if _class_of(op) == "conv"]
        if not products:
            return set(found)
        kept = {op_key(op) for op in products}
        for op in sorted(found.values(), key=lambda op: self.places[op_key(op)]):
            makers = [self.maker.get(t) for t in _activations(op)]
            if any(m is not None and op_key(m) in kept for m in makers):
                kept.add(op_key(op))
        taken = [self.maker.get(t) for op in products for t in _activations(op)]
        kept.update(op_key(m) for m in taken if m is not None and op_key(m) in found)
        return kept


def _joins(op: Op, reader: Op) -> bool:
    """Whether `op` runs inside the kernel of the op that reads it."""
    if reader.op_type == "BatchNormalization":
        return _class_of(op) == "conv"
    if _class_of(reader) != "conv":
        return True
    return op.op_type in _BEFORE or (reader.op_type == "MatMul" and op.op_type in FACTORS)


def _activations(op: Op) -> Iterator[str]:
    return (t.name for t in op.inputs if t is not None and not t.is_parameter)


def _class_of(op: Op) -> str:
    formula = formula_for(op.domain, op.op_type)
    return "" if formula is None else formula.op_class
