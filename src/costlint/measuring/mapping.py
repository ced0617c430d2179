"""Which ops of a graph each kernel of onnxruntime does the work of.

The runtime rewrites the graph before it runs it: ops fuse, layouts change, tensors and nodes get
new names. Its optimised graph tells what became of what, with every node of the model named after
its first output beforehand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from costlint.costmodel.formulas import formula_for
from costlint.costmodel.formulas.sets import FACTORS
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.ir.source import SourceNode
from costlint.measuring.anchors import (
    LAYOUT_OPS,
    Links,
    activations,
    anchors_of,
    links_of,
    read_from,
)

# What a convolution or product takes in on its input side.
_TAKEN_IN: Final = frozenset({"Pad", "Transpose", "Cast", "DequantizeLinear"})


def ops_of_kernels(graph: OpGraph, nodes: Sequence[SourceNode]) -> dict[str, tuple[Op, ...]]:
    """The ops of `graph` by the name of the optimised node that runs them.

    A kernel does what lies between its own output and those of other kernels: what fused into it
    was before it. What is left (a residual sum that joined a convolution) belongs to the last
    kernel that makes one of its inputs. Nodes that are missing are the runtime's own.
    """
    links = links_of(graph)
    made_by = {output: node for node in nodes for output in node.outputs}
    anchors = anchors_of(links, nodes, made_by)
    anchored = frozenset(tensor for tensors in anchors.values() for tensor in tensors)
    owners: dict[str, str] = {}
    for node in nodes:
        if node.name not in anchors:
            starts = read_from(node, anchors, made_by)
            found = _elementwise_after(starts, links, owners, anchored)
            owners |= dict.fromkeys(found, node.name)
    for node in nodes:
        if node.name in anchors:
            ends = [links.maker[tensor] for tensor in anchors[node.name]]
            of_others = anchored.difference(anchors[node.name])
            found = _made_by(node, ends, links, owners, of_others)
            owners |= dict.fromkeys(found, node.name)
    return _with_the_rest(graph, links, owners, nodes)


def _elementwise_after(
    tensors: Sequence[str], links: Links, taken: Collection[str], anchored: frozenset[str]
) -> Collection[str]:
    """Keys of the element-wise ops behind `tensors`, up to what another kernel makes."""
    found: dict[str, Op] = {}
    pending = [op for tensor in tensors for op in links.readers.get(tensor, ())]
    while pending:
        op = pending.pop()
        outputs = [t.name for t in op.outputs if t is not None]
        is_taken = op_key(op) in taken or op_key(op) in found
        if is_taken or _class_of(op) != "elementwise" or not anchored.isdisjoint(outputs):
            continue
        found[op_key(op)] = op
        pending += [reader for name in outputs for reader in links.readers.get(name, ())]
    return found


def _made_by(
    node: SourceNode,
    ends: Sequence[Op],
    links: Links,
    taken: Collection[str],
    of_others: Collection[str],
) -> Collection[str]:
    """Keys of the ops that make the `ends` of a node and of what is before, up to other kernels.

    A node of an op's own type has taken in nothing, unless it is a product.
    """
    if node.op_type in LAYOUT_OPS or any(
        node.op_type == op.op_type and _class_of(op) != "conv" for op in ends
    ):
        return [op_key(op) for op in ends if op_key(op) not in taken]
    return _of_one_product(_leading_to(ends, links, taken, of_others), links)


def _leading_to(
    ends: Sequence[Op], links: Links, taken: Collection[str], of_others: Collection[str]
) -> dict[str, Op]:
    """The `ends` and what leads to them, by key, up to the tensors that other kernels make."""
    found: dict[str, Op] = {}
    pending = list(ends)
    while pending:
        op = pending.pop()
        if op_key(op) in taken or op_key(op) in found:
            continue
        found[op_key(op)] = op
        makers = [links.maker.get(name) for name in activations(op) if name not in of_others]
        pending += [maker for maker in makers if maker is not None and _joins(maker, op)]
    return found


def _of_one_product(found: Mapping[str, Op], links: Links) -> set[str]:
    """Of the ops before a tensor the product with what follows it and what it takes in.

    The rest came in as a residual and was done by kernels before. All where there is none.
    """
    products = {key: op for key, op in found.items() if _class_of(op) == "conv"}
    if not products:
        return set(found)
    kept = set(products)
    for key in sorted(found, key=links.place.__getitem__):
        if any(op_key(maker) in kept for maker in links.makers_of(found[key])):
            kept.add(key)
    taken_in = {op_key(maker) for op in products.values() for maker in links.makers_of(op)}
    return kept | taken_in.intersection(found)


def _with_the_rest(
    graph: OpGraph, links: Links, owners: Mapping[str, str], nodes: Sequence[SourceNode]
) -> dict[str, tuple[Op, ...]]:
    """The ops by the node that owns their keys; one that none owns to the last that it reads of."""
    place = {node.name: index for index, node in enumerate(nodes)}
    found = dict(owners)
    kernels: dict[str, list[Op]] = defaultdict(list)
    for op in graph.ops:
        makers = [op_key(maker) for maker in links.makers_of(op)]
        before = [found[maker] for maker in makers if maker in found]
        owner = found.get(op_key(op)) or max(before, key=place.__getitem__, default=None)
        if owner is not None:
            found[op_key(op)] = owner
            kernels[owner].append(op)
    return {name: tuple(ops) for name, ops in kernels.items()}


def _joins(op: Op, reader: Op) -> bool:
    """Whether `op` runs inside the kernel of the op that reads it."""
    if reader.op_type == "BatchNormalization":
        return _class_of(op) == "conv"
    if _class_of(reader) != "conv":
        return True
    return op.op_type in _TAKEN_IN or (reader.op_type == "MatMul" and op.op_type in FACTORS)


def _class_of(op: Op) -> str:
    formula = formula_for(op.domain, op.op_type)
    return "" if formula is None else formula.op_class
