"""The constants of an op graph, written into a model the way its file stores them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from costlint.costmodel.channels.stored import Stored, is_folded
from costlint.costmodel.ir.dims import Shape, is_static
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.source import Source, SourceNode
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.models.nodes import node_proto, tensor_proto

if TYPE_CHECKING:
    import onnx

_SAME: Final = frozenset({"Identity", "Cast"})
_TARGETS: Final = frozenset({"Reshape", "Expand"})
"""Ops whose second input is the shape of their output."""


class Constants:
    """Writes what the ops of `graph` read and no op makes into a model, each tensor once.

    `source` is the file that the graph came from, before any edit: its nodes compute what folds
    away from what is stored, so that the model stores no more than the file.
    """

    def __init__(self, graph: OpGraph, source: Source | None, into: onnx.GraphProto) -> None:
        self.graph = graph
        self.source = source
        self.into = into
        self.makers = {} if source is None else Stored(graph=graph, source=source).makers
        self.made = {t.name for t in graph.inputs}

    def op(self, op: Op) -> None:
        """Write `op` after the constants that it reads.

        Raises:
            ModelError: a constant depends on a size that is free, or is of an unknown type.
        """
        for tensor in op.inputs:
            self.write(tensor)
        self.into.node.append(node_proto(op))
        self.made.update(t.name for t in op.outputs if t is not None)

    def write(self, tensor: Tensor | None) -> None:
        """Write `tensor` if it is a constant that is not there yet; see `op` for errors."""
        if tensor is None or tensor.name in self.made:
            return
        steps = list(self._steps(tensor)) if self._is_computed(tensor) else []
        for node, shape in steps:
            self._node(node, shape)
        if not steps:
            self._store(tensor)
        self.made.add(tensor.name)

    def _is_computed(self, tensor: Tensor) -> bool:
        """Whether nodes of the file make `tensor` from what is stored, or there already."""
        if tensor.is_parameter and not is_folded(tensor):
            return False
        pending, seen = [tensor.name], set[str]()
        while pending:
            name = pending.pop()
            if name in self.made or name in seen or self._is_stored(name):
                continue
            seen.add(name)
            node = self.makers.get(name)
            if node is None or node.bodies:
                return False
            pending += filter(None, node.inputs)
        return True

    def _is_stored(self, name: str) -> bool:
        return name in self.graph.parameters

    def _steps(self, tensor: Tensor) -> Iterator[tuple[SourceNode, Shape | None]]:
        """The nodes that make `tensor`, in order, with the shape of their output where it is told.

        Told are shapes along the way from `tensor` back through what keeps all of its elements.
        """
        told = {tensor.name: tensor.shape if is_static(tensor.shape) else None}
        pending, seen = [(tensor.name, False)], set[str]()
        while pending:
            name, is_ready = pending.pop()
            node = self.makers.get(name)
            if name in self.made or self._is_stored(name) or (name in seen and not is_ready):
                continue
            if node is None:
                continue
            shape = told.get(name)
            if is_ready:
                yield node, shape
                continue
            seen.add(name)
            pending.append((name, True))
            inputs = list(filter(None, node.inputs))
            if shape is not None:
                told |= _before(node, shape)
                if node.op_type in _TARGETS:
                    inputs = inputs[:1]
            pending += [(each, False) for each in reversed(inputs)]

    def _node(self, node: SourceNode, shape: Shape | None) -> None:
        if all(name in self.made for name in node.outputs):
            return
        inputs = list(node.inputs)
        if shape is not None and node.op_type in _TARGETS and len(inputs) > 1:
            inputs[1] = f"{node.outputs[0]} shape"
            target = np.array(shape, dtype=object)
            self.into.initializer.append(tensor_proto(inputs[1], "int64", target.shape, target))
            self.made.add(inputs[1])
        for name in inputs:
            if name and name not in self.made:
                stored = self.graph.parameters[name]
                self._store(
                    Tensor(
                        name=name,
                        shape=stored.shape,
                        dtype=stored.dtype,
                        role="parameter",
                        sources=(name,),
                        value=stored.value,
                    )
                )
                self.made.add(name)
        self.into.node.append(node_proto(node, inputs))
        self.made.update(node.outputs)

    def _store(self, tensor: Tensor) -> None:
        """`tensor` as an initializer, or as a Constant node where the file has one."""
        if tensor.value is None and not tensor.is_parameter:
            raise ModelError(f"{tensor.name!r} is made by nothing that is written")
        numbers = () if tensor.value is None else tensor.value.flat
        if not is_static(tensor.shape) or any(hasattr(n, "free_symbols") for n in numbers):
            raise ModelError(f"{tensor.name!r} depends on a size that is free")
        content = tensor_proto(tensor.name, tensor.dtype, tensor.known_shape, tensor.value)
        stored = self.graph.parameters.get(tensor.name)
        if stored is None or not stored.is_literal:
            self.into.initializer.append(content)
            return
        node = self.into.node.add(op_type="Constant", name=tensor.name, output=[tensor.name])
        node.attribute.add(name="value", type="TENSOR", t=content)


def _before(node: SourceNode, shape: Shape) -> dict[str, Shape]:
    """The shape of the first input of a node that gives `shape`, where only their order differs."""
    source = node.inputs[0] if node.inputs else ""
    if node.op_type in _SAME or node.op_type == "DequantizeLinear":
        return {source: shape}
    if node.op_type != "Transpose":
        return {}
    order = node.attributes.get("perm") or range(len(shape))[::-1]
    return {source: tuple([shape[order.index(axis)] for axis in range(len(shape))])}
