"""An op graph as a model that runs: its ops as nodes, its parameters with random content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import Source
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.models.constants import Constants
from costlint.costmodel.models.nodes import number
from costlint.costmodel.models.validity import refuse_invalid
from costlint.costmodel.models.weights import with_weights

if TYPE_CHECKING:
    import onnx


def model_of(graph: OpGraph, *, source: Source | None = None, seed: int = 0) -> onnx.ModelProto:
    """The model of `graph`, checked by onnx, with weights as `with_weights` fills them.

    What was known before the first inference is computed from what the file stores where `source`
    has the nodes for that (the graph may have been edited since), else it is folded in. Small
    constants keep their values.

    Raises:
        ModelError: an op has sub-graphs, a type cannot be written, or the model is not valid.
    """
    import onnx

    made = onnx.GraphProto(name=graph.name or "graph")
    constants = Constants(graph, source, made)
    for op in graph.ops:
        if op.bodies:
            raise ModelError(f"{op.op_type} {op.name!r} has sub-graphs, which are not written")
        constants.op(op)
    for tensor in graph.outputs:
        constants.write(tensor)
    made.input.extend([_value_info(tensor) for tensor in graph.inputs])
    made.output.extend([_value_info(tensor) for tensor in graph.outputs])
    opsets = [onnx.helper.make_opsetid(domain, v) for domain, v in graph.opsets.items()]
    model = onnx.helper.make_model(made, opset_imports=opsets, producer_name="costlint")
    model.ir_version = max(8, onnx.helper.find_min_ir_version_for(opsets, True))  # noqa: FBT003 - theirs
    filled = with_weights(model, seed=seed)
    refuse_invalid(filled)
    return filled


def _value_info(tensor: Tensor) -> onnx.ValueInfoProto:
    import onnx

    shape = (
        None if tensor.shape is None else [d if type(d) is int else str(d) for d in tensor.shape]
    )
    return onnx.helper.make_tensor_value_info(tensor.name, number(tensor.dtype), shape)
