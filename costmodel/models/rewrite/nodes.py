"""The nodes and stored tensors of a model file under change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from costlint.costmodel.ir.dtypes import ONNX_NUMBERS
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op, op_key
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.reader.functions import domain_of


class Nodes:
    """The graph of a model, changed in place. Lives only inside one round of `fold`.

    `same` maps tensors that nothing makes any more to those that stand for them; `finish` gives
    them to who reads.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        graph = self.graph = model.graph
        self.opsets = {domain_of(one.domain): one.version for one in model.opset_import}
        self.makers = {name: node for node in graph.node for name in node.output if name}
        self.tensors = {t.name: t for t in graph.initializer}
        self.same: dict[str, str] = {}

    def of(self, op: Op) -> onnx.NodeProto:
        """The node that `op` was read from."""
        return self.makers[op_key(op)]

    def content(self, tensor: Tensor) -> np.ndarray:
        """A stored tensor in double precision.

        Raises:
            ModelError: the file holds it in a form that is not read here, as a sparse one.
        """
        found: np.ndarray = self._array(tensor.name).astype(np.float64)
        return found

    def _array(self, name: str) -> Any:
        if name in self.tensors:
            return numpy_helper.to_array(self.tensors[name])
        if name not in self.makers:
            raise ModelError(f"the weight {name!r} is not stored as plain numbers")
        maker = self.makers[name]  # a Constant, or another view of what is stored
        given = {one: self._array(one) for one in maker.input if one}
        inputs = [helper.make_value_info(one, onnx.TypeProto()) for one in given]
        output = helper.make_value_info(name, onnx.TypeProto())
        alone = ReferenceEvaluator(
            helper.make_graph([maker], "weight", inputs, [output]), opsets=self.opsets
        )
        found: Any = alone.run(None, given)
        return found[0]

    def store(self, name: str, content: np.ndarray, like: Tensor) -> str:
        """Store `content` in the type of `like`; its name is `name`, or that with a number."""
        kind = helper.tensor_dtype_to_np_dtype(ONNX_NUMBERS[like.dtype])
        taken = self.tensors.keys() | self.makers.keys()
        name = next(one for one in _numbered(name) if one not in taken)
        array = np.ascontiguousarray(content.astype(kind))
        self.graph.initializer.append(numpy_helper.from_array(array, name))
        self.tensors[name] = self.graph.initializer[-1]
        return name

    def insert(self, node: onnx.NodeProto, before: onnx.NodeProto) -> None:
        """Put `node` in front of `before`."""
        place = list(self.graph.node).index(before)
        self.graph.node.insert(place, node)

    def finish(self) -> None:
        """Give the tensors that are the same to their readers; drop what nobody reads any more."""
        names = {name: self._standing(name) for name in self.same}
        for output in self.graph.output:  # it keeps its name, and what stands for it takes it on
            if output.name in names:
                names[names.pop(output.name)] = output.name
        for name, standing in names.items():
            if standing in names:
                names[name] = names[standing]
        for target in self.same:
            self.graph.node.remove(self.makers[target])
        _rename(self.graph.node, names)
        for node in self.graph.node:
            node.output[:] = [names.get(name, name) for name in node.output]
        self._drop_unused()

    def _standing(self, name: str) -> str:
        while name in self.same:
            name = self.same[name]
        return name

    def _drop_unused(self) -> None:
        """Remove nodes and stored tensors, with their inputs, that nobody reads."""
        outputs = {o.name for o in self.graph.output}
        while True:
            read = outputs | set(_reads(self.graph.node))
            unread = [n for n in self.graph.node if not read.intersection(n.output)]
            if not unread:
                break
            for node in unread:
                self.graph.node.remove(node)
        gone = [t for t in self.graph.initializer if t.name not in read]
        for tensor in gone:
            self.graph.initializer.remove(tensor)
        # Old exporters list weights as inputs, too; without a value they would have to be given.
        names = {tensor.name for tensor in gone}
        for given in [i for i in self.graph.input if i.name in names]:
            self.graph.input.remove(given)
        made = {name for node in self.graph.node for name in node.output}
        for info in [i for i in self.graph.value_info if i.name not in made]:
            self.graph.value_info.remove(info)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        number += 1
        yield f"{name}_{number}"


def _bodies(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            yield attribute.g


def _reads(nodes: Iterable[onnx.NodeProto]) -> Iterator[str]:
    """The names that nodes read, and their bodies, which may give one on as it is."""
    for node in nodes:
        yield from node.input
        for body in _bodies(node):
            yield from (output.name for output in body.output)
            yield from _reads(body.node)


def _rename(nodes: Iterable[onnx.NodeProto], names: dict[str, str]) -> None:
    """Let nodes read other names, and their bodies too."""
    for node in nodes:
        node.input[:] = [names.get(name, name) for name in node.input]
        for body in _bodies(node):
            _rename(body.node, names)
            for output in body.output:
                output.name = names.get(output.name, output.name)
