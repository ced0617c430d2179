"""What in a graph can be computed before the first inference, and is a line for each channel."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from costlint.costmodel.formulas.sets import COMMUTING, KEEPS_STORAGE, SCALES
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor

Stored: TypeAlias = "frozenset[str]"
"""Names of the floating-point parameters whose content the file holds."""


def own_part(graph: OpGraph) -> OpGraph:
    """`graph` less the ops that the file has in a body: an If that shapes decide is taken apart.

    What these ops read counts as an output.
    """
    if graph.source is None:
        return graph
    own = {t.name for t in graph.inputs}
    own.update(name for node in graph.source.graph.nodes for name in node.outputs)
    inside: list[Op] = []
    outside: list[Op] = []
    for op in graph.ops:
        tensors = [t for t in (*op.inputs, *op.outputs) if t is not None and not t.is_parameter]
        (inside if all(t.name in own for t in tensors) else outside).append(op)
    if not outside:
        return graph
    read = tuple(t for op in outside for t in op.inputs if t is not None and not t.is_parameter)
    return replace(graph, ops=tuple(inside), outputs=(*graph.outputs, *read))


def stored_in(graph: OpGraph) -> Stored:
    """The parameters of `graph` that a rewrite can compute with: stored, perhaps in another shape.

    What was quantised stays so, and what nodes compute from other parameters is left to the
    runtime. Only the graph is asked: a file without its weights is advised as if they were there.
    """
    known = set(graph.parameters)
    for node in () if graph.source is None else graph.source.graph.nodes:
        is_view = node.op_type in KEEPS_STORAGE and not node.domain
        if is_view and all(name in known for name in node.inputs if name):
            known.update(node.outputs)
    return frozenset(
        name
        for name, t in graph.tensors.items()
        if name in known and t.is_parameter and t.stored_as is None and is_float(t.dtype)
    )


def has_stored_weights(stored: Stored, op: Op, *op_types: str) -> bool:
    """Whether `op` is one of `op_types` with a stored weight and bias, and known shapes."""
    weight, bias = op.input(1), op.input(2)
    if op.op_type not in op_types or op.domain or weight is None or weight.name not in stored:
        return False
    is_known = op.x.shape is not None and op.outputs[0] is not None and op.y.shape is not None
    return is_known and (bias is None or bias.name in stored)


def line_of(stored: Stored, op: Op) -> Tensor | None:
    """The tensor x of which `op` is x * factor + shift, one of each for a channel; None if not.

    A constant before a subtraction or division stays.
    """
    if op.domain or not op.outputs or op.outputs[0] is None or op.y.shape is None:
        return None
    if is_normalisation(stored, op):
        return op.x
    if op.op_type not in SCALES or len(op.inputs) != 2 or None in op.inputs:
        return None
    data, constant = (op.w, op.x) if op.x.is_parameter else (op.x, op.w)
    is_left = data is op.x or op.op_type in COMMUTING
    fits = is_left and not data.is_parameter and data.shape == op.y.shape
    return data if fits and is_channel_constant(stored, constant, op.y) else None


def is_normalisation(stored: Stored, op: Op) -> bool:
    """Whether `op` is a BatchNormalization by stored statistics, a line for each channel."""
    if op.op_type != "BatchNormalization" or op.domain or len(op.inputs) < 5:
        return False
    if any(t is not None for t in op.outputs[1:]) or op.attributes.get("training_mode"):
        return False
    x, y = op.inputs[0], op.outputs[0]
    if x is None or y is None or x.shape is None or y.shape is None:
        return False
    width = y.shape[1]
    return all(t is not None and t.name in stored and t.shape == (width,) for t in op.inputs[1:5])


def is_channel_constant(stored: Stored, constant: Tensor, result: Tensor) -> bool:
    """Whether a stored constant is one number, or one for each channel of `result`."""
    if constant.name not in stored or constant.shape is None or result.rank < 2:
        return False
    sizes = [(axis, d) for axis, d in enumerate(constant.known_shape) if d != 1]
    if not sizes:
        return True
    channel = constant.rank - (result.rank - 1)
    return sizes == [(channel, result.known_shape[1])]
