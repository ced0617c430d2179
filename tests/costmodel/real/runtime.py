"""Every tensor of a weightless file under onnxruntime, with random weights and inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from costlint.costmodel.ir.dims import is_static
from costlint.costmodel.ir.dtypes import ONNX_DTYPES
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor

LARGE = 10_000_000
"""Weights in one file from which on it is left out: filling them takes seconds."""


def weights(model: onnx.ModelProto) -> int:
    """Elements that the file does not hold."""
    return sum(prod(t.dims) for t in model.graph.initializer if _is_external(t))


def tensors(data: bytes, graph: OpGraph) -> Mapping[str, Any]:
    """Every tensor by name; raises what onnxruntime raises."""
    random = np.random.default_rng(0)
    model = onnx.load_model_from_string(data)
    _fill(model.graph.initializer, random)
    _fill((a.t for node in model.graph.node for a in node.attribute if a.HasField("t")), random)
    declared = {output.name for output in model.graph.output}
    names = [n for node in model.graph.node for n in node.output if n and n not in declared]
    model.graph.output.extend(helper.make_empty_tensor_value_info(n) for n in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    inputs = {t.name: t for t in graph.inputs}
    feed = {i.name: _content(inputs[i.name], random) for i in session.get_inputs()}
    wanted = [output.name for output in session.get_outputs()]
    found = zip(wanted, session.run(wanted, feed), strict=True)
    return {name: array for name, array in found if isinstance(array, np.ndarray)}


def differs(tensor: Tensor, array: Any) -> bool:
    """Whether shape or element type are others than onnxruntime's."""
    dtype = "string" if array.dtype.kind in "OUS" else array.dtype.name
    return tensor.shape != array.shape or tensor.dtype != dtype


def _is_external(tensor: onnx.TensorProto) -> bool:
    return tensor.data_location == onnx.TensorProto.EXTERNAL


def _fill(stored: Iterable[onnx.TensorProto], random: np.random.Generator) -> None:
    for tensor in stored:
        if _is_external(tensor):
            name, kind = tensor.name, ONNX_DTYPES[tensor.data_type]
            array = _random(kind, tuple(tensor.dims), random)
            tensor.CopyFrom(numpy_helper.from_array(array, name))


def _content(tensor: Tensor, random: np.random.Generator) -> Any:
    assert tensor.shape is not None
    assert is_static(tensor.shape)
    return _random(tensor.dtype, tensor.shape, random)


def _random(dtype: str, shape: tuple[int, ...], random: np.random.Generator) -> Any:
    if dtype == "string":
        return np.full(shape, "a", dtype=object)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return random.random(shape).astype(kind)
    return random.integers(0, 2, shape).astype(kind)
