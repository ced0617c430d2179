"""Values of a random graph, and what operators make of them: asked of onnxruntime, else onnx."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from costlint.costmodel.ir.dtypes import ONNX_DTYPES

MOST_ELEMENTS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A tensor, or a sequence of them (`content` is a list).

    `steady`: its shape follows from the model alone. `known`: so does its content. `sure`: its type
    and shape are onnxruntime's.
    """

    name: str
    dtype: str
    content: Any
    steady: bool = True
    known: bool = False
    sure: bool = True
    outer: bool = False

    @property
    def is_sequence(self) -> bool:
        return isinstance(self.content, list)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.content.shape)

    @property
    def rank(self) -> int:
        return len(self.shape)


NUMBERS = {name: number for number, name in ONNX_DTYPES.items()}
_WORDS = {"float": "float32", "double": "float64"}


def dtypes_of(types: Iterable[str]) -> list[str]:
    """Element types in a schema's words: `tensor(float)`, `seq(tensor(int64))`."""
    inner = [
        t.removeprefix("optional(").removeprefix("seq(").removeprefix("tensor(") for t in types
    ]
    return sorted({_WORDS.get(t.rstrip(")"), t.rstrip(")")) for t in inner})


@cache
def numpy_dtype(dtype: str) -> Any:
    if dtype == "string":
        return np.dtype(object)
    return np.dtype(helper.tensor_dtype_to_np_dtype(NUMBERS[dtype]))


def dtype_name(array: Any) -> str:
    """ONNX's name of an array's element type."""
    if array.dtype == object or array.dtype.kind in "US":
        return "string"
    return ONNX_DTYPES[helper.np_dtype_to_tensor_dtype(array.dtype)]


def tensor_proto(name: str, value: Value) -> TensorProto:
    content = value.content
    if value.dtype == "string":
        flat: Any = [str(s).encode("utf-8", "surrogatepass") for s in content.reshape(-1)]
        return helper.make_tensor(name, TensorProto.STRING, value.shape, flat)
    return onnx.numpy_helper.from_array(np.ascontiguousarray(content).reshape(value.shape), name)


def type_proto(value: Value, shape: Sequence[Any] | None = None) -> onnx.TypeProto:
    number = NUMBERS[value.dtype]
    if value.is_sequence:
        return helper.make_sequence_type_proto(helper.make_tensor_type_proto(number, None))
    return helper.make_tensor_type_proto(number, shape)


def small_model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[Value],
    outputs: Sequence[str],
    opsets: Mapping[str, int],
) -> onnx.ModelProto:
    """The nodes alone, from `inputs` to `outputs`."""
    graph = helper.make_graph(
        list(nodes),
        "part",
        [
            helper.make_value_info(v.name, type_proto(v, None if v.is_sequence else v.shape))
            for v in inputs
        ],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
    )
    imports = [helper.make_opsetid(d, v) for d, v in opsets.items()]
    return helper.make_model(graph, opset_imports=imports, ir_version=10)


def evaluated(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[Value],
    outputs: Sequence[str],
    opsets: Mapping[str, int],
) -> tuple[list[Any], bool] | None:
    """What the nodes give, None where neither onnxruntime nor onnx runs them.

    Whether it was onnxruntime: onnx's own evaluator errs now and then.
    """
    model = small_model(nodes, inputs, outputs, opsets)
    feeds = {v.name: v.content for v in inputs}
    found = _by_onnxruntime(model, feeds, outputs)
    sure = found is not None
    if found is None:
        found = _by_onnx(model, feeds, outputs)
    if found is None or any(_is_unfit(x) for x in found):
        return None
    return [x if isinstance(x, list) else np.asarray(x) for x in found], sure


def _is_unfit(content: Any) -> bool:
    parts = content if isinstance(content, list) else [content]
    return any(not hasattr(x, "dtype") or np.size(x) > MOST_ELEMENTS for x in parts)


def _by_onnxruntime(model: Any, feeds: Mapping[str, Any], outputs: Sequence[str]) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        if any("float8" in output.type for output in session.get_outputs()):
            return None  # it hands these over as bytes
        return session.run(list(outputs), dict(feeds))
    except Exception:  # noqa: BLE001 - its errors have no common base
        return None


def _by_onnx(model: Any, feeds: Mapping[str, Any], outputs: Sequence[str]) -> Any:
    from onnx.reference import ReferenceEvaluator

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ReferenceEvaluator(model).run(list(outputs), dict(feeds))
    except Exception:  # noqa: BLE001 - it raises whatever numpy does
        return None
