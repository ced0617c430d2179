"""Classical models, optimizer steps, and operators of other exporters, by hand."""

from __future__ import annotations

from typing import Any

import onnx
import pytest

from costlint.costmodel.formulas import formula_for, why_free
from costlint.costmodel.formulas.ml_trees import depth
from tests.costmodel.formulas_domains.making import ml
from tests.costmodel.strategies import cost, make_op, typed, weight

FIVE, TWENTY = (0.5,) * 5, (0.5,) * 20


def counts(op):
    found = cost(op)
    return found.macs, found.other_flop


def test_linear_models():
    regressor = ml("LinearRegressor", (7, 4), coefficients=TWENTY, intercepts=FIVE, targets=5)
    assert counts(regressor) == (7 * 4 * 5, 7 * 5)
    classifier = ml(
        "LinearClassifier", (7, 4), outputs=2, coefficients=TWENTY, intercepts=FIVE,
        classlabels_ints=(0, 1, 2, 3, 4), post_transform="SOFTMAX",
    )  # fmt: skip
    assert counts(classifier) == (7 * 4 * 5, 7 * 5 * (1 + 1 + 5))


@pytest.mark.parametrize(
    ("kernel", "each"), [("LINEAR", 0), ("POLY", 3), ("RBF", 4 + 2), ("SIGMOID", 3)]
)
def test_support_vectors(kernel, each):
    """5 vectors of 4 features, for 7 rows."""
    op = ml(
        "SVMRegressor", (7, 4), support_vectors=TWENTY, coefficients=FIVE, n_supports=5,
        kernel_type=kernel,
    )  # fmt: skip
    assert counts(op) == (7 * (5 * 4 + 5), 7 * 5 * each)


def test_svm_classifier():
    op = ml(
        "SVMClassifier", (7, 4), outputs=2, support_vectors=TWENTY, coefficients=FIVE,
        vectors_per_class=(2, 3), classlabels_ints=(0, 1), kernel_type="RBF",
    )  # fmt: skip
    assert counts(op) == (7 * (20 + 5), 7 * 5 * (4 + 2) + 7 * 2)


TREES: dict[str, Any] = {
    "nodes_treeids": (0, 0, 0, 0, 0, 1, 1, 1),
    "nodes_nodeids": (0, 1, 2, 3, 4, 0, 1, 2),
    "nodes_truenodeids": (1, 0, 3, 0, 0, 1, 0, 0),
    "nodes_falsenodeids": (2, 0, 4, 0, 0, 2, 0, 0),
    "nodes_modes": ("BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF",
                    "LEAF"),
}  # fmt: skip
"""Two trees: one of two levels, one of one."""


def test_trees():
    assert counts(ml("TreeEnsembleRegressor", (7, 4), **TREES)) == (0, 7 * (2 + 1 + 2))
    classifier = ml(
        "TreeEnsembleClassifier", (7, 4), outputs=2, classlabels_int64s=(0, 1, 2),
        post_transform="LOGISTIC", **TREES,
    )  # fmt: skip
    assert counts(classifier) == (0, 7 * (2 + 1 + 2) + 7 * 3 * 3)


def test_the_newest_trees():
    """Root 0 has a leaf and node 1, which has two leaves; 2 is a logistic transform."""
    op = ml(
        "TreeEnsemble", (7, 4), post_transform=2, tree_roots=(0,), nodes_truenodeids=(0, 0),
        nodes_trueleafs=(1, 1), nodes_falsenodeids=(1, 1), nodes_falseleafs=(0, 1),
    )  # fmt: skip
    assert counts(op) == (0, 7 * (2 + 1) + 7 * 3)


def test_a_tree_that_closes_a_circle_ends():
    assert depth({0: [1], 1: [0]}, 0) == 2
    assert depth({}, 0) == 0


@pytest.mark.parametrize(
    ("op", "flop"),
    [
        (ml("Scaler", (7, 4)), 7 * 4 * 2),
        (ml("Binarizer", (7, 4)), 7 * 4),
        (ml("Imputer", (7, 4)), 7 * 4),
        (ml("Normalizer", (7, 4), norm="L2"), 7 * 4 * 3 + 7),
        (ml("Normalizer", (7, 4), norm="MAX"), 7 * 4 * 3),
        (ml("LabelEncoder", (7, 4), values_int64s=(1, 2)), 7 * 4),
        (ml("CategoryMapper", (7, 4)), 7 * 4),
        (ml("OneHotEncoder", (7, 4), cats_int64s=(1, 2, 3)), 7 * 4),
        (ml("ArrayFeatureExtractor", (7, 4), typed((2,), "int64")), 0),
        (ml("FeatureVectorizer", (7, 4), (7, 2)), 0),
        (ml("DictVectorizer", typed((), "sequence"), int64_vocabulary=(1, 2, 3)), 3),
        (ml("CastMap", typed((), "sequence"), shapes=[(1, 3)]), 3),
    ],
    ids=lambda case: getattr(case, "op_type", ""),
)
def test_transformers(op, flop):
    assert counts(op) == (0, flop)


def test_columns_that_are_picked():
    found = cost(ml("ArrayFeatureExtractor", (7, 40), typed((2,), "int64")))
    assert found.bytes_read == 4 * 7 * 2 + 8 * 2


@pytest.mark.parametrize(
    ("op_type", "groups", "outputs", "each"),
    [("Adagrad", 3, 2, 9), ("Adam", 4, 3, 15), ("Momentum", 3, 2, 7)],
)
def test_optimizer_steps(op_type, groups, outputs, each):
    """Two tensors of 3 x 5 and of 7 elements."""
    tensors = [shape for _ in range(groups) for shape in ((3, 5), (7,))]
    op = make_op(op_type, (), (), *tensors, outputs=2 * outputs, domain="ai.onnx.preview.training")
    assert counts(op) == (0, each * (3 * 5 + 7))


def test_looking_ahead_costs_two_more():
    op = make_op(
        "Momentum", (), (), *[(3, 5)] * 3, outputs=2, mode="nesterov",
        domain="ai.onnx.preview.training",
    )  # fmt: skip
    assert counts(op) == (0, 9 * 3 * 5)


def test_flex_attention():
    op = make_op(
        "FlexAttention", (2, 4, 6, 8), (2, 2, 9, 8), (2, 2, 9, 5), domain="ai.onnx.preview"
    )
    assert counts(op) == (2 * 4 * 6 * 9 * (8 + 5), 2 * 4 * 6 * 9 * 6)


@pytest.mark.parametrize("domain", ["qonnx.custom_op.general", "onnx.brevitas"])
def test_quantisers_of_any_width(domain):
    x = (2, 3, 8, 8)
    elements = 2 * 3 * 8 * 8
    assert counts(make_op("Quant", x, (), (), (), domain=domain)) == (0, 7 * elements)
    assert counts(make_op("BipolarQuant", x, (), domain=domain)) == (0, 2 * elements)
    assert counts(make_op("Trunc", x, (), (), (), (), domain=domain)) == (0, 7 * elements)
    assert counts(make_op("FloatQuant", x, (), domain=domain)) == (0, 10 * elements)


@pytest.mark.parametrize("domain", ["qonnx.custom_op.general", "finn.custom_op.general"])
def test_what_fpga_compilers_make(domain):
    def of(op_type, *inputs, **attributes):
        return make_op(op_type, *inputs, domain=domain, **attributes)

    threshold = of("MultiThreshold", (2, 3, 8, 8), weight(3, 15), out_scale=2.0)
    assert counts(threshold) == (0, 2 * 3 * 8 * 8 * (2 * 15 + 2))
    assert counts(of("XnorPopcountMatMul", (2, 30), weight(30, 5))) == (2 * 30 * 5, 0)
    columns = of("Im2Col", (2, 9, 9, 3), kernel_size=(3, 3), stride=(2, 2))
    assert columns.y.shape == (2, 4, 4, 27)
    assert counts(columns) == (0, 0)
    pool = of("QuantAvgPool2d", (2, 3, 8, 8), kernel=2, stride=2)
    assert pool.y.shape == (2, 3, 4, 4)
    assert counts(pool) == (0, 2 * 3 * 4 * 4 * 2 * 2)
    pool = of("MaxPoolNHWC", (2, 8, 8, 3), kernel_shape=(2, 2), strides=(2, 2))
    assert counts(pool) == (0, 2 * 4 * 4 * 3 * (2 * 2 - 1))


def test_channels_last_of_qonnx():
    domain = "qonnx.custom_op.channels_last"
    conv = make_op("Conv", (2, 9, 9, 3), weight(4, 3, 3, 3), weight(4), domain=domain)
    assert counts(conv) == (2 * 7 * 7 * 4 * 27, 2 * 7 * 7 * 4)
    pool = make_op("MaxPool", (2, 8, 8, 3), domain=domain, kernel_shape=(2, 2))
    assert counts(pool) == (0, 2 * 7 * 7 * 3 * 3)
    norm = make_op("BatchNormalization", (2, 8, 8, 3), *[weight(3)] * 4, domain=domain)
    assert counts(norm) == (0, 2 * 2 * 8 * 8 * 3)


UNCOSTED = {("ai.onnx.preview.training", "Gradient"): "its work is that of the graph it derives"}


def test_every_further_operator_of_onnx_is_known():
    schemas = {(s.domain, s.name) for s in onnx.defs.get_all_schemas_with_history() if s.domain}
    unknown = {key for key in schemas if formula_for(*key) is None and why_free(*key) is None}
    assert unknown == set(UNCOSTED)
