"""onnx's own node tests: models with concrete inputs and the outputs that they must give."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import onnx
import sympy

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.dtypes import ONNX_DTYPES
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import SourceGraph, SourceNode
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.load import load
from costlint.costmodel.reader import read
from costlint.costmodel.shapes import Call, Out, shape_rule_for, value_rule_for

MAX_VALUE = 4096
CONSTANTS = {"int64", "int32", "bool"}
OTHERS = {"sequence_type": "sequence", "optional_type": "optional"}


@cache
def cases() -> Mapping[str, Any]:
    """Every node test by name; making them takes some seconds."""
    from onnx.backend.test.loader import load_model_tests

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {case.name: case for case in load_model_tests(kind="node")}


class Run:
    """One model under our rules. `uppers` are the bounds of dims that only the data decides."""

    def __init__(self, case: Any) -> None:
        self.uppers: dict[Dim, Dim] = {}
        self.evaluated = 0
        self.graph: SourceGraph = read(case.model).graph
        given, wanted = case.data_sets[0]
        proto = case.model.graph
        self.tensors = {
            i.name: _tensor(i, content) for i, content in zip(proto.input, given, strict=False)
        }
        self.wanted = dict(zip((o.name for o in proto.output), wanted, strict=False))
        self.has_bodies = any(node.bodies for node in self.graph.nodes)
        self.dtypes = {o.name: _dtype(o) for o in proto.output}
        for p in self.graph.parameters.values():
            self.tensors[p.name] = Tensor(name=p.name, shape=p.shape, dtype=p.dtype, value=p.value)

    def unknown(self, label: str, upper: Dim | None) -> Dim:
        dim = sympy.Symbol(f"{label}_{len(self.uppers)}", integer=True, positive=True)
        self.uppers[dim] = upper
        return dim

    def infer(self) -> None:
        """Shapes and values of every tensor, node by node, from the concrete inputs."""
        for node in self.graph.nodes:
            self._node(node)

    def _node(self, node: SourceNode) -> None:
        inputs = tuple(self.tensors[name] if name else None for name in node.inputs)
        call = Call(
            name=node.name,
            domain=node.domain,
            op_type=node.op_type,
            version=node.version,
            inputs=inputs,
            outputs=len(node.outputs),
            attributes=node.attributes,
            unknown=self.unknown,
        )
        rule = shape_rule_for(node.domain, node.op_type)
        assert rule is not None, f"no rule for {node.domain}::{node.op_type}"
        outs = rule(call)
        assert len(outs) == call.outputs, f"{node.op_type} gives {len(outs)} outputs"
        values = self._values(call)
        for name, out, value in zip(node.outputs, outs, values, strict=True):
            if name:
                self.tensors[name] = self._output(name, out, inputs, value)

    def _values(self, call: Call) -> list[Any]:
        rule = value_rule_for(call.domain, call.op_type)
        if rule is None or any(t is not None and t.value is None for t in call.inputs):
            return [None] * call.outputs
        found = rule(call)
        self.evaluated += found is not None
        return found if isinstance(found, list) else [found]

    def _output(self, name: str, out: Out, inputs: tuple[Tensor | None, ...], value: Any) -> Tensor:
        first = next((t for t in inputs if t is not None), None)
        dtype = out.dtype or (first.dtype if first is not None else "unknown")
        if value is not None:
            assert out.shape is not None
            assert len(out.shape) == value.ndim
            assert all(
                type(d) is not int or d == n for d, n in zip(out.shape, value.shape, strict=True)
            ), f"the shape rule says {out.shape}, the value has {value.shape}"
        kept = out.value if value is None else value
        shape = out.shape if kept is None else kept.shape
        return Tensor(name=name, shape=shape, dtype=dtype, value=kept)

    def differences(self) -> list[str]:
        """What does not agree with the outputs that the model must give."""
        found = []
        for name, wanted in self.wanted.items():
            tensor = self.tensors[name]
            if tensor.dtype != self.dtypes[name]:
                found.append(f"{name} is {tensor.dtype}, not {self.dtypes[name]}")
            shape = _shape(wanted)
            if shape is not None and not self.agrees(tensor.shape, shape):
                found.append(f"{name} is {tensor.shape}, not {shape}")
            if tensor.value is not None and not _close(tensor.value, wanted):
                found.append(f"{name} holds {tensor.value.tolist()}, not {wanted.tolist()}")
        return found

    def agrees(self, shape: Shape | None, wanted: Shape) -> bool:
        if shape is None or len(shape) != len(wanted):
            return False
        for dim, real in zip(shape, wanted, strict=True):
            if type(dim) is int and dim != real:
                return False
            if type(dim) is not int:
                upper = dim.subs({s: 0 if u is None else u for s, u in self.uppers.items()})
                if None not in self.uppers.values() and upper < real:
                    return False
        return True


def loaded(case: Any) -> OpGraph:
    """The whole model as `load` takes it, with the concrete small integers as constants."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    shapes: dict[str, tuple[int, ...]] = {}
    for info, content in zip(model.graph.input, case.data_sets[0][0], strict=False):
        shape = _shape(content)
        if _value(content) is not None and _dtype(info) in CONSTANTS:
            array = np.asarray(content)
            model.graph.initializer.append(onnx.numpy_helper.from_array(array, info.name))
        elif shape and all(shape):
            shapes[info.name] = shape
    return load(model, shapes=shapes)


def _tensor(info: onnx.ValueInfoProto, content: Any) -> Tensor:
    return Tensor(name=info.name, shape=_shape(content), dtype=_dtype(info), value=_value(content))


def _dtype(info: onnx.ValueInfoProto) -> str:
    kind = info.type.WhichOneof("value")
    if kind == "tensor_type":
        return ONNX_DTYPES[info.type.tensor_type.elem_type]
    return OTHERS[kind]


def _shape(content: Any) -> Shape | None:
    if isinstance(content, onnx.TensorProto):
        return tuple(content.dims)
    return None if content is None or isinstance(content, list) else np.shape(content)


def _value(content: Any) -> Any:
    """Small numbers as rules get them; nothing for strings and exotic floats."""
    if content is None or isinstance(content, (list, onnx.TensorProto)):
        return None
    array = np.asarray(content)
    if array.size > MAX_VALUE or array.dtype.kind not in "iubf":
        return None
    return array.astype("float64" if array.dtype.kind == "f" else array.dtype).astype(object)


def _close(value: Any, wanted: Any) -> bool:
    array = np.asarray(wanted)
    if array.dtype.kind not in "iubf":
        return True
    return value.shape == array.shape and np.allclose(
        value.astype(float), array.astype(float), rtol=1e-3, atol=1e-6, equal_nan=True
    )
