"""Which tensors of a model the nodes of onnxruntime's optimised graph are known to make.

Nodes and tensors get new names there, most of which begin with the old one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from costlint.costmodel.formulas.views import RESHAPES
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.ir.source import SourceNode

# What the runtime adds to a node's name: `X_nchwc`, `X_bn_nchwc`, `X/MatMulAddFusion`.
_SUFFIX: Final = re.compile(r"(_nchwc|_bn|/\w*Fusion/?|_token_\d+)$")
LAYOUT_OPS: Final = frozenset(
    {*RESHAPES, "ReorderInput", "ReorderOutput", "Transpose", "Identity", "Cast"}
)

Anchors: TypeAlias = Mapping[str, Sequence[str]]
"""Tensors of the model that a node is known to make, by the node's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Who makes and who reads each tensor of the model; `place` is an op's in the graph, by key."""

    maker: Mapping[str, Op]
    readers: Mapping[str, Sequence[Op]]
    place: Mapping[str, int]

    def makers_of(self, op: Op) -> list[Op]:
        """The ops that make what `op` reads."""
        return [self.maker[name] for name in activations(op) if name in self.maker]


def links_of(graph: OpGraph) -> Links:
    """The links of a graph."""
    readers: dict[str, list[Op]] = defaultdict(list)
    for op in graph.ops:
        for name in activations(op):
            readers[name].append(op)
    return Links(
        maker={t.name: op for op in graph.ops for t in op.outputs if t is not None},
        readers=readers,
        place={op_key(op): place for place, op in enumerate(graph.ops)},
    )


def anchors_of(
    links: Links, nodes: Sequence[SourceNode], made_by: Mapping[str, SourceNode]
) -> Anchors:
    """The tensors of the model that each node is known to make, by their names or its own."""
    anchors: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        known = [name for name in node.outputs if name in links.maker]
        if not known and node.op_type not in LAYOUT_OPS:
            known = _named_after(node.name, links)
        for name in known:
            anchors[_worker(node, links.maker, name, made_by).name].append(name)
    return dict(anchors)


def _named_after(name: str, links: Links) -> list[str]:
    """The tensor of the model that a node's name begins with, if any."""
    while name not in links.maker and _SUFFIX.search(name):
        name = _SUFFIX.sub("", name)
    return [name] if name in links.maker else []


def _worker(
    node: SourceNode, maker: Mapping[str, Op], tensor: str, made_by: Mapping[str, SourceNode]
) -> SourceNode:
    """The node that computes `tensor`: before `node` where that only lays it out anew."""
    while node.op_type in LAYOUT_OPS and maker[tensor].op_type not in LAYOUT_OPS:
        before = made_by.get(node.inputs[0])
        if before is None or any(output in maker for output in before.outputs):
            break
        node = before
    return node


def read_from(
    node: SourceNode, anchors: Anchors, made_by: Mapping[str, SourceNode]
) -> Sequence[str]:
    """What a kernel without a trace of a name (`Gelu_token_7`) reads of the model's tensors."""
    if node.op_type in LAYOUT_OPS or not node.inputs:
        return ()
    before = made_by.get(node.inputs[0])
    while before is not None and before.op_type in LAYOUT_OPS and before.inputs:
        before = made_by.get(before.inputs[0])
    return () if before is None else anchors.get(before.name, ())


def activations(op: Op) -> Iterator[str]:
    """Names of what the op reads besides parameters."""
    return (t.name for t in op.inputs if t is not None and not t.is_parameter)
