"""The stored tensors of a model that is being changed, and who reads what."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper


class Stored:
    """A model graph under change. Lives only inside `fold`."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph
        self.tensors = {t.name: t for t in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
                self.tensors[node.output[0]] = node.attribute[0].t
        self.makers = {name: node for node in graph.node for name in node.output}
        self.reads = Counter(name for node in graph.node for name in node.input)
        self.reads.update(name for node in graph.node for name in _inner_reads(node))
        self.outputs = {o.name for o in graph.output}
        self.reads.update(self.outputs)

    def maker(self, name: str) -> onnx.NodeProto | None:
        """The node that makes a tensor."""
        return self.makers.get(name)

    def readers(self, name: str) -> int:
        """How often a tensor is read; being an output is once."""
        return self.reads[name]

    def array(self, name: str) -> np.ndarray | None:
        """A stored tensor's content, None where it is not stored or its file is not there."""
        tensor = self.tensors.get(name)
        if tensor is None or tensor.data_location == onnx.TensorProto.EXTERNAL:
            return None
        return numpy_helper.to_array(tensor)

    def bias(self, conv: onnx.NodeProto, weight: np.ndarray) -> np.ndarray | None:
        """A Conv's bias in double precision, zeros where there is none, None where not stored."""
        if len(conv.input) < 3 or not conv.input[2]:
            return np.zeros(weight.shape[0])
        found = self.array(conv.input[2])
        return None if found is None else found.astype(float)

    @staticmethod
    def axis(maker: onnx.NodeProto) -> int:
        """The output axis of a weight."""
        if maker.op_type in {"Conv", "ConvTranspose"}:
            return 0 if maker.op_type == "Conv" else 1
        return 0 if any(a.name == "transB" and a.i for a in maker.attribute) else 1

    def width(self, maker: onnx.NodeProto, weight: np.ndarray) -> int:
        """The output width of a weight."""
        return int(weight.shape[self.axis(maker)])

    def replace_weights(self, maker: onnx.NodeProto, weight: np.ndarray, bias: np.ndarray) -> None:
        """Give `maker` weights of its own; equal ones may be shared with other nodes."""
        names = [f"{maker.output[0]}.folded_weight", f"{maker.output[0]}.folded_bias"]
        for name, array in zip(names, (weight, bias), strict=True):
            tensor = numpy_helper.from_array(np.ascontiguousarray(array), name)
            kept = self.tensors.get(name)
            if kept is None:
                self.graph.initializer.append(tensor)
                self.tensors[name] = self.graph.initializer[-1]
            else:
                kept.CopyFrom(tensor)
        self.reads.subtract(maker.input[1:])
        maker.input[:] = [maker.input[0], *names]
        self.reads.update(names)

    def insert(self, node: onnx.NodeProto, before: str) -> onnx.NodeProto:
        """Put `node` before the one that makes the tensor `before`; the node as it stands there."""
        place = next(i for i, other in enumerate(self.graph.node) if before in other.output)
        self.graph.node.insert(place, node)
        placed = self.graph.node[place]
        self.reads.update(placed.input)
        return placed

    def remove(self, node: onnx.NodeProto) -> None:
        """Take out a node that nobody reads any more."""
        self.reads.subtract(node.input)
        for name in node.output:
            self.makers.pop(name, None)
        self.graph.node.remove(node)

    def take_in(self, node: onnx.NodeProto, before: onnx.NodeProto) -> str:
        """Let `node`, which alone reads `before`, read what that reads; '' as success."""
        self.reads[node.input[0]] -= 1
        node.input[0] = before.input[0]
        self.reads[before.input[0]] += 1
        self.remove(before)
        return ""

    def bypass(self, node: onnx.NodeProto, source: str) -> str:
        """Take `node` out; its readers read `source`. '' as success, else why not."""
        target = node.output[0]
        inner = {name for other in self.graph.node for name in _inner_reads(other)}
        if target in inner:
            return "a sub-graph reads it"
        if target in self.outputs:
            maker = self.makers.get(source)
            if maker is None or self.reads[source] != 1:
                return "it is an output of the model"
            maker.output[:] = [target if name == source else name for name in maker.output]
            self.makers[target] = maker
        else:
            for other in self.graph.node:
                other.input[:] = [source if name == target else name for name in other.input]
            self.reads[source] += self.reads.pop(target, 0) - 1
        self.graph.node.remove(node)
        return ""

    def drop_unused(self) -> None:
        """Remove nodes and stored tensors, with their inputs, that nobody reads any more."""
        read = {name for node in self.graph.node for name in (*node.input, *_inner_reads(node))}
        read |= self.outputs
        for node in reversed(self.graph.node):
            if not read.intersection(node.output):
                self.graph.node.remove(node)
        read = {name for node in self.graph.node for name in (*node.input, *_inner_reads(node))}
        read |= self.outputs
        gone = [t for t in self.graph.initializer if t.name not in read]
        for tensor in gone:
            self.graph.initializer.remove(tensor)
        # Old exporters list weights as inputs, too; without a value they would have to be given.
        names = {tensor.name for tensor in gone}
        for given in [i for i in self.graph.input if i.name in names]:
            self.graph.input.remove(given)


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """The attributes of a node by name."""
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def _inner_reads(node: onnx.NodeProto) -> list[str]:
    return [
        name
        for attribute in node.attribute
        if attribute.type == onnx.AttributeProto.GRAPH
        for inner in attribute.g.node
        for name in (*inner.input, *_inner_reads(inner))
    ]
