"""One operator under onnxruntime, and the same one under our rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper

from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.ir.tensor import Tensor
from tests.costmodel.shapes import factory

OPSET = 18


def onnxruntime_gives(
    op_type: str, inputs: Sequence[Any], outputs: int = 1, **attributes: Any
) -> list[Any] | None:
    """Outputs of the one operator, None where onnxruntime refuses it."""
    names = ["" if x is None else f"i{k}" for k, x in enumerate(inputs)]
    given = {name: x for name, x in zip(names, inputs, strict=True) if name}
    graph = helper.make_graph(
        [helper.make_node(op_type, names, [f"o{k}" for k in range(outputs)], **attributes)],
        "one",
        [
            helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
            for n, x in given.items()
        ],
        [helper.make_empty_tensor_value_info(f"o{k}") for k in range(outputs)],
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        return list(session.run(None, given))
    except Exception:  # noqa: BLE001 - its errors have no common base
        return None


def rules_give(
    op_type: str, inputs: Sequence[Any], outputs: int = 1, **attributes: Any
) -> tuple[list[Any] | None, list[Any] | None]:
    """(values, shapes) of the outputs; None for values not known, and for refused shapes."""
    kept = {k: tensor(v) if isinstance(v, onnx.TensorProto) else v for k, v in attributes.items()}
    call = [op_type, [tensor(x) for x in inputs]]
    shapes: list[Any] | None = None
    try:
        shapes = [out.shape for out in factory.outs(*call, version=OPSET, outputs=outputs, **kept)]
        found = factory.value(*call, version=OPSET, outputs=outputs, **kept)
    except ShapeError:
        return None, shapes
    return (found if isinstance(found, list) or found is None else [found]), shapes


def tensor(content: Any) -> Tensor | None:
    """A known small tensor as the reader makes it."""
    if content is None:
        return None
    array = (
        onnx.numpy_helper.to_array(content) if isinstance(content, onnx.TensorProto) else content
    )
    plain = array.astype(float) if array.dtype.kind == "f" else array
    return Tensor(
        name="v",
        shape=array.shape,
        dtype=array.dtype.name,
        role="parameter",
        value=plain.astype(object),
    )


def same(ours: Any, theirs: Any) -> bool:
    """Equal in shape and in every bit; integers are compared before they are cut to a width."""
    if theirs.dtype.kind == "f":
        return bool(np.array_equal(ours.astype(theirs.dtype), theirs, equal_nan=True))
    return bool(ours.shape == theirs.shape and ours.tolist() == theirs.tolist())


Case = tuple[str, Sequence[Any], int, Mapping[str, Any]]
"""(operator, inputs, number of outputs, attributes)."""
