"""Small models for tests, written as ONNX text."""

from __future__ import annotations

from collections.abc import Mapping

import onnx
import onnx.parser
from onnx import TensorProto


def model(
    text: str, *, opset: int = 22, weights: Mapping[str, tuple[int, ...]] | None = None
) -> onnx.ModelProto:
    """A model from `graph_name (inputs) => (outputs) {nodes}`; what it imports may come first.

    `weights` are float32 parameters by name, without data. A node is named after its first output.
    """
    if not text.lstrip().startswith("<"):
        text = f'<ir_version: 10, opset_import: ["" : {opset}, "com.microsoft" : 1]>\n{text}'
    proto = onnx.parser.parse_model(text)
    for name, shape in (weights or {}).items():
        weight = TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT)
        weight.data_location = TensorProto.EXTERNAL
        place = weight.external_data.add()
        place.key, place.value = "location", "weights.bin"
        proto.graph.initializer.append(weight)
    for node in proto.graph.node:
        node.name = node.name or node.output[0]
    return proto


CONV = """
g (float[N, 3, 8, 8] x, float[16, 3, 3, 3] w) => (float[N, 16, 6, 6] y)
{ y = Conv(x, w) }
"""
