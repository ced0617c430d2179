"""Every operator that onnxruntime adds: each case as arithmetic, in all three number systems."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import sympy

from costlint.costmodel.counts.op_cost import op_cost
from costlint.costmodel.formulas import OP_CLASSES, all_formulas, formula_for
from costlint.costmodel.formulas.microsoft import shared as microsoft
from costlint.costmodel.ir.dims import substitute
from tests.costmodel.formulas.test_malformed import _changed as changed
from tests.costmodel.formulas_domains.cases_attention import ATTENTION
from tests.costmodel.formulas_domains.cases_conv import CONVOLUTIONS, EXPERTS, POOLS
from tests.costmodel.formulas_domains.cases_data import DATA
from tests.costmodel.formulas_domains.cases_products import PRODUCTS
from tests.costmodel.formulas_domains.cases_recurrent import RECURRENT
from tests.costmodel.formulas_domains.cases_rest import ELEMENTWISE, NORMALISATIONS
from tests.costmodel.formulas_domains.making import Cases, ms
from tests.costmodel.strategies import cost, make_op, substituted, weight, work

MICROSOFT: Cases = {
    **CONVOLUTIONS, **PRODUCTS, **EXPERTS, **POOLS, **ATTENTION, **RECURRENT,
    **ELEMENTWISE, **NORMALISATIONS, **DATA,
}  # fmt: skip
FORMULAS = {f.op_type: f for f in all_formulas() if f.domain == "com.microsoft"}
N = sympy.Symbol("N", integer=True, positive=True)
BATCHES = (4, 5, 64)
FIELDS = ("macs", "other_flop", "bytes_read", "bytes_written", "memory_access_elements")


def _values(op):
    found = cost(op)
    return [work(op).special, *(getattr(found, field) for field in FIELDS)]


def test_every_formula_has_a_case():
    assert set(MICROSOFT) == set(FORMULAS)


@pytest.mark.parametrize("op_type", sorted(MICROSOFT))
def test_counts_by_hand(op_type):
    make, counted = MICROSOFT[op_type]
    for n in BATCHES:
        found = cost(make(n))
        assert (found.macs, found.other_flop) == counted(n)


@pytest.mark.parametrize("op_type", sorted(MICROSOFT))
def test_three_number_systems_agree(op_type):
    op = MICROSOFT[op_type][0](N)
    ints = [_values(substituted(op, partial(substitute, values={"N": n}))) for n in BATCHES]
    symbolic = _values(op)
    swept = _values(substituted(op, lambda d: np.array([substitute(d, {"N": n}) for n in BATCHES])))
    for at, n in enumerate(BATCHES):
        assert all(type(value) is int and value >= 0 for value in ints[at])
        assert [sympy.sympify(value).subs(N, n) for value in symbolic] == ints[at]
        column = [value if isinstance(value, int) else value[at] for value in swept]
        assert column == pytest.approx(ints[at], rel=1e-12)


@pytest.mark.parametrize("op_type", sorted(MICROSOFT))
def test_classes(op_type):
    formula = formula_for("com.microsoft", op_type)
    assert formula is not None
    assert formula.op_class in OP_CLASSES
    assert (formula.op_class == "conv") == (cost(MICROSOFT[op_type][0](4)).macs > 0)


@pytest.mark.parametrize(
    ("op_type", "flop"),
    [
        ("Sigmoid", microsoft.SIGMOID),
        ("Swish", microsoft.SILU),
        ("Softplus", microsoft.SOFTPLUS),
        ("Gelu", microsoft.GELU),
    ],
)
def test_the_parts_cost_what_the_standard_operators_do(op_type, flop):
    assert cost(make_op(op_type, (7, 8))).other_flop == flop * 7 * 8


@pytest.mark.parametrize(
    "op_type",
    [
        "Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Softmax", "Elu",
        "Selu", "Softsign", "ThresholdedRelu", "Swish", "Gelu", "Softplus",
    ],
)  # fmt: skip
def test_a_fused_activation_has_the_steps_of_the_standard_operator(op_type):
    conv = ms("FusedConv", (1, 6, 9, 9), weight(4, 6, 3, 3), activation=op_type)
    fused = microsoft.activation(conv)
    alone = op_cost(make_op(op_type, (7, 8)))
    assert (fused.flop * 56, fused.special * 56) == (alone.cost.other_flop, alone.work.special)


def test_norms_and_gelu_by_tanh_cost_what_the_standard_operators_do():
    scale = (8,)
    rms = cost(make_op("RMSNormalization", (7, 8), scale))
    assert rms.other_flop == microsoft.rms_norm(7 * 8, 7)
    layer = cost(make_op("LayerNormalization", (7, 8), scale, scale))
    assert layer.other_flop == microsoft.layer_norm(7 * 8, 7)
    gelu = cost(make_op("Gelu", (7, 8), approximate="tanh"))
    assert gelu.other_flop == microsoft.GELU_TANH * 7 * 8


@pytest.mark.parametrize("op_type", sorted(MICROSOFT))
def test_an_op_that_contradicts_itself_is_not_counted(op_type):
    for op in changed(MICROSOFT[op_type][0](4)):
        found = op_cost(op)
        counts = (found.cost.macs, found.cost.other_flop, found.cost.bytes_accessed)
        assert found.why_uncosted or all(type(count) is int for count in counts), op
