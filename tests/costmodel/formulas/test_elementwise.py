"""Element-wise operators, activations, normalisations, reductions and pools, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from costlint.costmodel.formulas import pointwise
from costlint.costmodel.ir.tensor import UnknownShapeError
from tests.costmodel.strategies import cost, make_op, weight

X = (2, 6, 5, 4)
ELEMENTS = 2 * 6 * 5 * 4


@pytest.mark.parametrize(
    ("op_type", "each"),
    [
        ("Relu", 1), ("LeakyRelu", 2), ("Sigmoid", 3), ("HardSigmoid", 4), ("HardSwish", 5),
        ("Gelu", 5), ("Swish", 4), ("Mish", 5), ("Elu", 4), ("Selu", 5), ("Softplus", 3),
        ("Tanh", 1), ("Erf", 1), ("Exp", 1), ("Sqrt", 1), ("Softmax", 5), ("LogSoftmax", 5),
        ("BatchNormalization", 2), ("LpNormalization", 3), ("Hardmax", 1), ("Identity", None),
    ],
)  # fmt: skip
def test_operations_for_each_element(op_type, each):
    if each is None:
        return
    inputs = [X, *[weight(6)] * 4] if op_type == "BatchNormalization" else [X]
    found = cost(make_op(op_type, *inputs))
    assert (found.macs, found.other_flop) == (0, each * ELEMENTS)
    assert found.bytes_written == 4 * ELEMENTS


def test_broadcasting_counts_the_output_and_reads_each_input_once():
    found = cost(make_op("Add", (2, 6, 5, 4), (6, 1, 1)))
    assert found.other_flop == ELEMENTS
    assert found.bytes_read == 4 * (ELEMENTS + 6)


@pytest.mark.parametrize(("op_type", "each"), [("Sum", 2), ("Max", 2), ("Min", 2), ("Mean", 3)])
def test_three_inputs(op_type, each):
    assert cost(make_op(op_type, X, X, X)).other_flop == each * ELEMENTS


def test_clip_compares_once_for_each_bound():
    assert cost(make_op("Clip", X, (), ())).other_flop == 2 * ELEMENTS
    assert cost(make_op("Clip", X, None, ())).other_flop == ELEMENTS
    assert cost(make_op("Clip", X, version=6, min=0.0, max=6.0)).other_flop == 2 * ELEMENTS


def test_variants_by_attribute():
    assert cost(make_op("Gelu", X, approximate="tanh")).other_flop == 9 * ELEMENTS
    assert cost(make_op("Swish", X, alpha=1.702)).other_flop == 5 * ELEMENTS
    assert cost(make_op("SwiGLU", X, X)).other_flop == 5 * ELEMENTS
    assert cost(make_op("LRN", X, size=5)).other_flop == (5 + 4) * ELEMENTS


@pytest.mark.parametrize(
    ("op_type", "inputs", "attributes", "flop"),
    [
        ("LayerNormalization", [(3, 7, 12), (12,), (12,)], {}, 7 * 3 * 7 * 12 + 5 * 3 * 7),
        ("LayerNormalization", [(3, 7, 12), (7, 12)], {"axis": 1}, 6 * 3 * 7 * 12 + 5 * 3),
        ("RMSNormalization", [(3, 7, 12), (12,)], {}, 4 * 3 * 7 * 12 + 4 * 3 * 7),
        ("InstanceNormalization", [X, (6,), (6,)], {}, 7 * ELEMENTS + 5 * 2 * 6),
        ("GroupNormalization", [X, (6,), (6,)], {"num_groups": 3}, 7 * ELEMENTS + 5 * 2 * 3),
    ],
)
def test_normalisations(op_type, inputs, attributes, flop):
    assert cost(make_op(op_type, *inputs, **attributes)).other_flop == flop


@pytest.mark.parametrize(
    ("op_type", "flop"),
    [
        ("ReduceSum", ELEMENTS - 12), ("ReduceMax", ELEMENTS - 12), ("ReduceMean", ELEMENTS),
        ("ReduceL1", 2 * ELEMENTS - 12), ("ReduceL2", 2 * ELEMENTS), ("ReduceLogSum", ELEMENTS),
        ("ReduceSumSquare", 2 * ELEMENTS - 12), ("ReduceLogSumExp", 4 * ELEMENTS),
    ],
)  # fmt: skip
def test_reductions_do_not_read_their_axes(op_type, flop):
    found = cost(make_op(op_type, X, [2, 3], version=18))
    assert found.other_flop == flop
    assert (found.bytes_read, found.bytes_written) == (4 * ELEMENTS, 4 * 2 * 6)


def test_a_reduction_of_nothing_costs_nothing():
    assert cost(make_op("ReduceSum", (0, 3), [0])).other_flop == 0


def test_pools():
    window: dict[str, Any] = {"kernel_shape": (3, 3), "strides": (2, 2)}
    x, outputs = (1, 8, 9, 9), 8 * 4 * 4
    assert cost(make_op("MaxPool", x, **window)).other_flop == outputs * 8
    assert cost(make_op("AveragePool", x, **window)).other_flop == outputs * 9
    assert cost(make_op("MaxPool", x, **window)).bytes_read == 4 * 8 * 9 * 9
    assert cost(make_op("GlobalAveragePool", x)).other_flop == 8 * 81
    assert cost(make_op("GlobalMaxPool", x)).other_flop == 8 * 80


def test_attributes_of_the_wrong_type_are_named():
    for op in (
        make_op("MaxPool", X, shapes=[X]),
        make_op("MaxPool", X, shapes=[X], kernel_shape="3x3"),
        make_op("LRN", X, shapes=[X], size="five"),
        make_op("Gelu", X, shapes=[X], approximate=1),
        make_op("Swish", X, shapes=[X], alpha="one"),
    ):
        with pytest.raises(UnknownShapeError, match=rf"{op.op_type} .*attribute"):
            cost(op)


def test_a_step_must_be_known():
    with pytest.raises(ValueError, match="a step that is not known"):
        pointwise.pointwise("Nothing", "0", "conjure")
