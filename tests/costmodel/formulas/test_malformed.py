"""An op that contradicts itself is not counted, or counted by what it has; it never breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from costlint.costmodel.counts.op_cost import op_cost
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from tests.costmodel.formulas.cases import CASES

SHAPES: tuple[Any, ...] = (None, (), (0,), (3,), (0, 0, 0, 0), (1, 2, 3, 4, 5, 6))
ATTRIBUTES: tuple[Any, ...] = (None, -1, 0, 99, 2.5, "text", (), (0,), ("a",))


def _with(op: Op, index: int, shape: Any) -> Op:
    """The op with input (or, below 0, an output) of another shape."""
    if index < 0:
        return replace(op, outputs=(replace(op.y, shape=shape), *op.outputs[1:]))
    inputs = list(op.inputs)
    tensor = inputs[index] or Tensor(name="x", shape=(), dtype="float32")
    inputs[index] = replace(tensor, shape=shape, value=None)
    return replace(op, inputs=tuple(inputs))


def _changed(op: Op) -> Iterator[Op]:
    yield replace(op, inputs=())
    yield replace(op, inputs=(None,) * len(op.inputs))
    yield replace(op, attributes={})
    for index in range(-1, len(op.inputs)):
        yield from (_with(op, index, shape) for shape in SHAPES)
    for name in op.attributes:
        yield from (replace(op, attributes={**op.attributes, name: value}) for value in ATTRIBUTES)


@pytest.mark.parametrize("op_type", sorted(CASES))
def test_nothing_but_a_reason(op_type):
    for op in _changed(CASES[op_type](2)):
        found = op_cost(op)
        counts = (found.cost.macs, found.cost.other_flop, found.cost.bytes_accessed)
        assert found.why_uncosted or all(type(count) is int for count in counts), op
