"""Folds constants into weights in a model file: the same function with fewer ops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import onnx
from google.protobuf.message import EncodeError

from costlint.costmodel.formulas.sets import FACTORS, FOLDS_INTO, SCALES
from costlint.costmodel.models.rewrite.branches import merge_sum
from costlint.costmodel.models.rewrite.lines import Line, per_channel, statistics
from costlint.costmodel.models.rewrite.merge import merge_row
from costlint.costmodel.models.rewrite.stored import Stored

_WEIGHTS_APART: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldResult:
    """What was done, by the node's name, and what could not be done and why."""

    folded: tuple[str, ...]
    refused: tuple[str, ...]


def fold(model: onnx.ModelProto, names: Iterable[str] | None = None) -> FoldResult:
    """Fold in place what keeps the function.

    BatchNormalization and per-channel constants after Conv or Gemm, Identity, Cast to the same
    type, Transpose after its inverse, Transpose or Reshape after another; then linear branches
    that are summed (`branches`) and convolutions in a row (`merge`). Only the nodes called
    `names`, by default all that can.
    Weights that are not in the file or beside it are refused.
    """
    stored = Stored(model.graph)
    types = _types(model)
    wanted = None if names is None else set(names)
    folded: list[str] = []
    refused: list[str] = []
    for node in list(model.graph.node):
        if wanted is not None and node.name not in wanted:
            continue
        why = _fold_one(stored, node, types)
        if why == "":
            folded.append(node.name or node.output[0])
        elif why is not None:
            refused.append(f"{node.name or node.output[0]}: {why}")
    for merge in (merge_sum, merge_row):
        nodes = list(model.graph.node)
        # From the end: of sums in a row the last one has all branches.
        folded += [
            node.name or node.output[0]
            for node in (nodes[::-1] if merge is merge_sum else nodes)
            if (wanted is None or node.name in wanted) and merge(stored, node) == ""
        ]
    stored.drop_unused()
    if folded:  # before version 4 a stored tensor had to be an input
        model.ir_version = max(model.ir_version, _WEIGHTS_APART)
    return FoldResult(folded=tuple(folded), refused=tuple(refused))


def _types(model: onnx.ModelProto) -> Mapping[str, int]:
    """The element type of each tensor as far as onnx knows it; asked only where a Cast is."""
    if all(node.op_type != "Cast" for node in model.graph.node):
        return {}
    try:
        graph = onnx.shape_inference.infer_shapes(model).graph
    except (onnx.shape_inference.InferenceError, ValueError, EncodeError):
        graph = model.graph  # what it declares itself
    named = (*graph.input, *graph.value_info, *graph.output)
    return {info.name: info.type.tensor_type.elem_type for info in named}


def _fold_one(stored: Stored, node: onnx.NodeProto, types: Mapping[str, int]) -> str | None:
    """'' where `node` was folded, why it was refused, None where it is none of ours."""
    if _hands_on(node, types):
        return stored.bypass(node, node.input[0])
    if node.op_type == "Transpose":
        return _transposes(stored, node)
    if node.op_type == "Reshape":
        return _reshapes(stored, node)
    if node.op_type == "BatchNormalization":
        return _scale(stored, node, node.input[0], statistics(stored, node))
    if node.op_type in SCALES:
        return _constant(stored, node)
    return None


def _hands_on(node: onnx.NodeProto, types: Mapping[str, int]) -> bool:
    """Whether `node` only hands on: a Dropout does when not told to train, nor asked for a mask."""
    if node.op_type == "Cast":
        to = next((a.i for a in node.attribute if a.name == "to"), -1)
        return types.get(node.input[0]) == to
    is_idle = node.op_type == "Dropout" and len(node.output) == 1 and len(node.input) < 3
    return is_idle or node.op_type == "Identity"


def _transposes(stored: Stored, node: onnx.NodeProto) -> str | None:
    before = stored.maker(node.input[0])
    if before is None or before.op_type != "Transpose":
        return None
    first, second = (_ints(n, "perm") for n in (before, node))
    if first is None or second is None:
        return None
    order = [first[i] for i in second]
    if order == sorted(order):
        return stored.bypass(node, before.input[0])
    if stored.readers(node.input[0]) != 1:
        return None
    next(a for a in node.attribute if a.name == "perm").ints[:] = order
    return stored.take_in(node, before)


def _reshapes(stored: Stored, node: onnx.NodeProto) -> str | None:
    """A Reshape of a Reshape does the work of both, unless it copies a dimension of the middle."""
    before = stored.maker(node.input[0])
    if before is None or before.op_type != "Reshape" or stored.readers(node.input[0]) != 1:
        return None
    shape = stored.array(node.input[1]) if len(node.input) > 1 else None
    if shape is None or (shape == 0).any():
        return None
    return stored.take_in(node, before)


def _constant(stored: Stored, node: onnx.NodeProto) -> str | None:
    left, right = (stored.array(name) for name in node.input)
    if (left is None) == (right is None) or (left is not None and node.op_type in {"Sub", "Div"}):
        return None
    data, constant = (node.input[0], right) if left is None else (node.input[1], left)
    maker = stored.maker(data)
    if maker is None or maker.op_type not in FOLDS_INTO or constant is None:
        return None
    weight = stored.array(maker.input[1])
    if weight is None:
        return None
    behind = 0 if maker.op_type == "Gemm" else weight.ndim - 2
    vector = per_channel(constant, stored.width(maker, weight), behind)
    if vector is None:
        return None
    factor, shift = np.ones_like(vector), np.zeros_like(vector)
    if node.op_type in FACTORS:
        factor = vector if node.op_type == "Mul" else 1 / vector
    else:
        shift = vector if node.op_type == "Add" else -vector
    return _scale(stored, node, data, (factor, shift, ""))


def _scale(
    stored: Stored,
    node: onnx.NodeProto,
    data: str,
    line: Line,
) -> str | None:
    """Put `x * factor + shift` into the weights of the node that makes `data`."""
    factor, shift, why = line
    maker = stored.maker(data)
    if maker is None or maker.op_type not in FOLDS_INTO:
        return None
    if stored.readers(data) != 1:
        return "others read what it scales"
    weight = stored.array(maker.input[1])
    if why or factor is None or shift is None or weight is None:
        return why or "the weights are not in the file"
    has_bias = len(maker.input) > 2 and maker.input[2] != ""
    bias = stored.array(maker.input[2]) if has_bias else np.zeros(1)
    if bias is None or not _is_plain(maker):
        return "its bias or scales are not constant"
    axis = stored.axis(maker)
    along = factor.reshape([-1 if i == axis else 1 for i in range(weight.ndim)])
    width = stored.width(maker, weight)
    full = np.broadcast_to(np.asarray(bias, np.float64).reshape(-1), (width,))
    stored.replace_weights(
        maker,
        (np.asarray(weight, np.float64) * along).astype(weight.dtype),
        (full * factor + shift).astype(weight.dtype),
    )
    return stored.bypass(node, data)


def _is_plain(maker: onnx.NodeProto) -> bool:
    """Whether a Gemm is A * B + C without scales, and a ConvTranspose has no groups."""
    scales = [a.f for a in maker.attribute if a.name in {"alpha", "beta"}]
    groups = [a.i for a in maker.attribute if a.name == "group"]
    if maker.op_type == "ConvTranspose":
        return all(group == 1 for group in groups)
    return maker.op_type == "Conv" or all(scale == 1 for scale in scales)


def _ints(node: onnx.NodeProto, name: str) -> list[int] | None:
    return next((list(a.ints) for a in node.attribute if a.name == name), None)
