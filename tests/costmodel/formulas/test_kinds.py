"""What each formula says besides its counts: how the op goes over memory, and how many special
functions it evaluates."""

from __future__ import annotations

from typing import get_args

import pytest

from costlint.costmodel.counts.op_cost import op_cost
from costlint.costmodel.devices.terms import INDEX
from costlint.costmodel.formulas import TRAFFIC, Traffic, all_formulas, formula, formula_for
from costlint.costmodel.formulas.pointwise import SPECIAL
from costlint.costmodel.formulas.sets import NAMED, operators
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.latency.amounts import _TERMS
from costlint.costmodel.runtimes.fusion import composite_traffic
from tests.costmodel.formulas.cases import CASES
from tests.costmodel.formulas_domains.making import ms
from tests.costmodel.strategies import make_op, weight

X = (2, 6, 5, 4)
ELEMENTS = 2 * 6 * 5 * 4
COUNTED = {"convolution", "product", "contraction", "recurrent"}
"""Kinds whose amounts follow from macs and not from bytes alone."""


def special(op_type: str, *inputs, **attributes):
    return op_cost(make_op(op_type, *(inputs or (X,)), **attributes)).work.special


def kind(op_type: str, domain: str = "") -> str:
    found = formula_for(domain, op_type)
    assert found is not None, op_type
    return found.traffic


def test_every_formula_has_a_kind_and_every_kind_a_formula():
    assert {f.traffic for f in all_formulas()} == set(TRAFFIC) == set(get_args(Traffic))
    assert all(_TERMS.get(name, name) in INDEX for name in set(TRAFFIC) - COUNTED)


def test_a_kind_with_macs_is_of_an_op_with_macs():
    for one in all_formulas():
        assert (one.traffic in COUNTED) == (one.op_class == "conv"), one


def test_a_formula_without_a_kind_is_refused():
    with pytest.raises(ValueError, match="does not say what kind of traffic"):
        formula("NoSuchOperator", op_class="other")(lambda _op: Work())


@pytest.mark.parametrize(
    "alike",
    [
        "Softmax LogSoftmax Hardmax",
        "ReduceSum ReduceMean ReduceSumSquare ReduceLogSum ReduceLogSumExp ReduceL2 CumSum CumProd",
        "Relu Sigmoid Swish HardSwish Celu Elu Selu Mish Gelu Softplus Tanh Exp Log Sin Sinh Pow",
        "Add Sub Mul Div Sum Mean Abs Neg Where BatchNormalization",
        "MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool",
        "LayerNormalization RMSNormalization SimplifiedLayerNormalization GroupNormalization LRN",
        "Conv ConvTranspose ConvInteger QLinearConv",
        "Gather GatherElements GatherND Slice Split Compress",
        "Resize Upsample",
        "LSTM GRU RNN",
    ],
)
def test_operators_that_are_alike_have_one_kind(alike):
    assert len({kind(op_type) for op_type in alike.split()}) == 1


@pytest.mark.parametrize(
    ("fused", "of"),
    [
        ("FusedConv", "Conv"), ("NhwcFusedConv", "Conv"), ("QLinearConv", "Conv"),
        ("ConvTransposeWithDynamicPads", "ConvTranspose"), ("NhwcMaxPool", "MaxPool"),
        ("QLinearGlobalAveragePool", "GlobalAveragePool"), ("FastGelu", "Gelu"),
        ("QuickGelu", "Gelu"), ("BiasGelu", "Gelu"), ("QLinearSigmoid", "Sigmoid"),
        ("BiasSoftmax", "Softmax"), ("QLinearSoftmax", "Softmax"), ("QLinearAdd", "Add"),
        ("SkipLayerNormalization", "LayerNormalization"), ("GroupNorm", "GroupNormalization"),
        ("FusedGemm", "Gemm"), ("FusedMatMul", "MatMul"), ("DynamicQuantizeLSTM", "LSTM"),
        ("QLinearReduceMean", "ReduceMean"), ("TorchEmbedding", "Gather"),
    ],
)  # fmt: skip
def test_an_operator_of_onnxruntime_is_of_the_kind_that_it_is_made_of(fused, of):
    assert kind(fused, "com.microsoft") == kind(of)


@pytest.mark.parametrize(
    ("composite", "of"),
    [
        ("gelu", "Gelu"), ("gelu_tanh", "Gelu"), ("silu", "Swish"), ("mish", "Mish"),
        ("hard_swish", "HardSwish"), ("hard_sigmoid_clip", "HardSigmoid"), ("linear", "Gemm"),
        ("attention", "Attention"), ("attention_scaled", "Attention"),
    ],
)  # fmt: skip
def test_a_function_that_was_written_out_is_of_the_kind_of_its_operator(composite, of):
    assert composite_traffic(composite) == kind(of)


@pytest.mark.parametrize("op_type", sorted(CASES))
def test_an_element_wise_step_that_is_special_is_counted(op_type):
    found = formula_for("", op_type)
    assert found is not None
    steps = found.doc.replace("(", " ").replace(")", " ").replace(",", " ").split()
    if found.op_class == "elementwise" and SPECIAL.intersection(steps):
        assert op_cost(CASES[op_type](4)).work.special > 0


def test_special_functions_by_hand():
    assert special("Relu") == special("HardSwish") == special("Add", X, X) == 0
    assert special("Sigmoid") == special("Swish") == special("Celu") == special("Sinh") == ELEMENTS
    assert special("Softmax") == special("LogSoftmax") == special("ReduceLogSumExp") == ELEMENTS
    assert special("Gelu") == special("Gelu", X, approximate="tanh") == ELEMENTS
    assert special("LpPool", X, kernel_shape=(3, 2), p=3) == 2 * 6 * 3 * 3 * (3 * 2)
    assert special("LpPool", X, kernel_shape=(3, 2), p=2) == 0


def test_mish_costs_what_its_parts_cost():
    assert special("Mish") == special("Softplus") + special("Tanh") == 3 * ELEMENTS


def test_attention_evaluates_an_exponential_for_each_score():
    q, k = (3, 4, 6, 8), (3, 4, 9, 8)
    assert special("Attention", q, k, k) == 3 * 4 * 6 * 9
    assert special("Attention", q, k, k, softcap=5.0) == 2 * 3 * 4 * 6 * 9
    packed = ms("MultiHeadAttention", (3, 6, 32), (3, 9, 32), (3, 9, 32), num_heads=4)
    assert op_cost(packed).work.special == 3 * 4 * 6 * 9


def test_a_fused_convolution_evaluates_its_activation():
    conv = ms("FusedConv", (1, 6, 9, 9), weight(4, 6, 3, 3), activation="Softplus")
    assert op_cost(conv).work.special == 2 * 4 * 7 * 7


def test_a_set_holds_the_operators_of_its_kind():
    assert {"Relu", "Swish", "Gelu"} <= operators("activation")
    assert "FastGelu" not in operators("activation"), "it is none of the standard's"
    assert operators("weighted") == {"Conv", "ConvTranspose", "Gemm", "MatMul"}
    assert not set(NAMED) & set(TRAFFIC)
    with pytest.raises(KeyError):
        operators("activations")
