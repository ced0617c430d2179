"""Carries out in a model file what the graph says can fold: the same function with fewer ops."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import onnx
from onnx import helper
from onnx.checker import ValidationError
from onnx.inliner import inline_local_functions

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.models.rewrite.arithmetic import (
    Weights,
    multiplied,
    summed,
    taken_up,
    weights_of,
)
from costlint.costmodel.models.rewrite.branches import Branches, branches
from costlint.costmodel.models.rewrite.folds import Fold, folds, moves
from costlint.costmodel.models.rewrite.nodes import Nodes
from costlint.costmodel.models.rewrite.rows import Row, rows

_WEIGHTS_APART: Final = 4


def inline(model: onnx.ModelProto) -> None:
    """Put the nodes of local functions in the place of their calls, in place.

    Raises:
        ModelError: onnx cannot tell the functions from each other.
    """
    if not model.functions:
        return
    try:
        model.CopyFrom(inline_local_functions(model))
    except (ValidationError, RuntimeError) as error:
        raise ModelError(
            "the model's local functions cannot take the place of their calls",
            facts=(str(error).strip().splitlines()[0],),
        ) from error


def carry_out(model: onnx.ModelProto, graph: OpGraph) -> tuple[str, ...]:
    """Do in `model`, in place, what its `graph` says: sums first, then rows, then all that folds.

    The names of the nodes that went or merged. What was in the way of more is gone then: read the
    graph again and go on until there is nothing.

    Raises:
        ModelError: a weight that is needed is not in the file as plain numbers.
    """
    nodes = Nodes(model)
    done: list[str] = []
    with np.errstate(all="ignore"):  # what is not finite the proof finds
        for one in branches(graph):
            _sum(nodes, one)
            done.append(one.join.name)
        for row in () if done else rows(graph):
            _multiply(nodes, row)
            done.append(row.ops[-1].name)
        if not done:
            gone = folds(graph)
            _fold(nodes, gone)
            done += [one.op.name for one in gone]
            for row in moves(graph):
                _move(nodes, row)
                done.append(row.ops[-1].name)
    if done:
        nodes.finish()
        # Before version 4 a stored tensor had to be an input.
        model.ir_version = max(model.ir_version, _WEIGHTS_APART)
    return tuple(done)


def _fold(nodes: Nodes, gone: tuple[Fold, ...]) -> None:
    """Take out all ops of `gone`, whose lines the weights before them take up."""
    weights: dict[str, tuple[Op, Weights]] = {}
    for one in gone:
        nodes.same[op_key(one.op)] = one.source.name
        if one.into is not None:
            key = op_key(one.into)
            _, before = weights.get(key) or (one.into, weights_of(one.into, nodes.content))
            weights[key] = one.into, taken_up(one, one.into, before, nodes.content)
    for op, found in weights.values():
        _weigh(nodes, nodes.of(op), op, found)


def _weigh(nodes: Nodes, node: onnx.NodeProto, op: Op, weights: Weights) -> None:
    """Give `node` weights of its own, in the type of those of `op`: others may share these."""
    weight, bias = weights
    key = node.output[0]
    names = [nodes.store(f"{key}.folded_weight", weight, op.w)]
    if bias is not None:
        names.append(nodes.store(f"{key}.folded_bias", bias, op.w))
        _drop(node, "beta")  # the bias has it in it
    node.input[:] = [node.input[0], *names]


def _drop(node: onnx.NodeProto, name: str) -> None:
    for attribute in [a for a in node.attribute if a.name == name]:
        node.attribute.remove(attribute)


def _move(nodes: Nodes, row: Row) -> None:
    """Let the last op of `row` do the work of both."""
    node = nodes.of(row.ops[-1])
    node.input[0] = row.by.x.name
    if "perm" in row.by.attributes:
        _drop(node, "perm")
        node.attribute.append(helper.make_attribute("perm", row.by.attributes["perm"]))


def _multiply(nodes: Nodes, row: Row) -> None:
    """Put one convolution in the place of the last of `row`."""
    node = nodes.of(row.ops[-1])
    node.CopyFrom(_convolution(row.by, row.ops[-1].name, row.by.y.name))
    _weigh(nodes, node, row.ops[0], multiplied(row, nodes.content))


def _sum(nodes: Nodes, one: Branches) -> None:
    """Put one convolution in the place of the join, and behind it the sum with what stays."""
    node, whole, target = nodes.of(one.join), one.whole, one.join.y.name
    made = target if one.rest is None else f"{target}.merged"
    conv = _convolution(whole, whole.name, made)
    conv.input[0] = one.source.name
    _weigh(nodes, conv, whole, summed(one, nodes.content))
    if one.rest is None:
        node.CopyFrom(conv)
    else:
        nodes.insert(conv, node)
        node.CopyFrom(helper.make_node("Add", [made, one.rest.name], [target], name=node.name))


def _convolution(op: Op, name: str, output: str) -> onnx.NodeProto:
    """The convolution `op` as a node called `name`, its weights to be given."""
    attributes: dict[str, Any] = {k: v for k, v in op.attributes.items() if v is not None}
    return helper.make_node("Conv", [op.x.name], [output], name=name, **attributes)
