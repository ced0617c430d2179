"""The examples of the rules as graphs: inputs after the first are weights there."""

from __future__ import annotations

import numpy as np
from onnx import numpy_helper

from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.load import load
from tests.models import model


def weighted(text: str, *, opset: int = 22):
    """`text` as a model whose inputs, except the first, are stored weights (zeros).

    A label `[body__relu]` names its node `/body/relu`.
    """
    proto = model(text, opset=opset)
    for node in proto.graph.node:
        if "__" in node.name:
            node.name = f"/{node.name.replace('__', '/')}"
    for given in list(proto.graph.input)[1:]:
        shape = [d.dim_value for d in given.type.tensor_type.shape.dim]
        proto.graph.initializer.append(
            numpy_helper.from_array(np.zeros(shape, np.float32), given.name)
        )
        proto.graph.input.remove(given)
    return proto


def graph(text: str) -> OpGraph:
    """`text` as a loaded graph."""
    return load(weighted(text))
