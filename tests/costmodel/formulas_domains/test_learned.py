"""What classical models learnt and keep in attributes, by hand and as scikit-learn exports it."""

from __future__ import annotations

import pytest

from costlint.costmodel.counts.parameters import parameter_counts
from costlint.costmodel.formulas.learned import LEARNED, kept, learned
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import SourceParameter
from tests.costmodel.formulas_domains.making import ml
from tests.costmodel.formulas_domains.test_ml import FIVE, TREES, TWENTY
from tests.costmodel.strategies import cost, make_op

WORDS = ("a", "b", "c")


def tensor(shape, dtype):
    return SourceParameter(name="", dtype=dtype, shape=shape)


CASES = [  # (op, parameters, bytes)
    (ml("LinearRegressor", (7, 4), coefficients=TWENTY, intercepts=FIVE), 25, 4 * 25),
    (ml("LinearClassifier", (7, 4), coefficients=TWENTY, intercepts=FIVE,
        classlabels_ints=(0, 1, 2, 3, 4)), 25, 4 * 25),
    (ml("LinearClassifier", (7, 2), coefficients=(-1.0, 2.0, 1.0, -2.0), intercepts=(3.0, -3.0)),
     2 + 1, 4 * 6),
    (ml("SVMRegressor", (7, 4), support_vectors=TWENTY, coefficients=FIVE, rho=(0.5,),
        kernel_params=(0.1, 0.0, 3.0)), 26, 4 * 26),
    (ml("SVMClassifier", (7, 4), support_vectors=TWENTY, coefficients=FIVE, rho=(0.5,),
        prob_a=(1.0,), prob_b=(2.0,), vectors_per_class=(2, 3)), 28, 4 * 28 + 8 * 2),
    (ml("TreeEnsembleRegressor", (7, 4), nodes_featureids=(0,) * 8, nodes_values=(0.5,) * 8,
        target_weights=FIVE, target_ids=(0,) * 5, **TREES),
     4 * 8 + 5, 8 * (5 * 8 + 5) + 4 * (8 + 5)),
    (ml("TreeEnsembleClassifier", (7, 4), nodes_featureids=(0,) * 8,
        nodes_values_as_tensor=tensor((8,), "float64"),
        class_weights_as_tensor=tensor((5,), "float64"), class_ids=(0,) * 5, **TREES),
     4 * 8 + 5, 8 * (5 * 8 + 5) + 8 * (8 + 5)),
    (ml("TreeEnsemble", (7, 4), tree_roots=(0,), nodes_featureids=(0, 1),
        nodes_splits=tensor((2,), "float64"), nodes_modes=tensor((2,), "uint8"),
        nodes_truenodeids=(0, 0), nodes_trueleafs=(1, 1), nodes_falsenodeids=(1, 1),
        nodes_falseleafs=(0, 1), leaf_targetids=(0, 0, 0), leaf_weights=tensor((3,), "float64")),
     4 * 2 + 3, 8 * (1 + 2 + 2 + 2 + 2 + 2 + 2 + 3 + 3) + 2),
    (ml("Scaler", (7, 4), offset=(0.5,) * 4, scale=(2.0,) * 4), 8, 4 * 8),
    (ml("Imputer", (7, 4), imputed_value_floats=(0.5,) * 4), 4, 4 * 4),
    (ml("LabelEncoder", (7, 4), keys_strings=WORDS, values_int64s=(0, 1, 2)), 3, 8 * 3),
    (ml("LabelEncoder", (7, 4), keys_int64s=(5, 6), values_tensor=tensor((2,), "float64")),
     4, 8 * 2 + 8 * 2),
    (ml("CategoryMapper", (7, 4), cats_int64s=(0, 1), cats_strings=("a", "b")), 4, 8 * 2),
    (ml("OneHotEncoder", (7, 4), cats_int64s=(0, 1, 2)), 3, 8 * 3),
    (ml("DictVectorizer", (1, 3), string_vocabulary=WORDS), 3, 0),
    (make_op("TfIdfVectorizer", (7, 4), pool_int64s=(4, 5, 6), weights=(0.5,) * 3,
             ngram_counts=(0,), ngram_indexes=(0, 1, 2)), 6, 8 * 3 + 4 * 3 + 8 * 4),
    (ml("Normalizer", (7, 4)), 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("op", "parameters", "size"), CASES, ids=lambda c: getattr(c, "name", ""))
def test_what_is_learnt(op, parameters, size):
    assert learned(op) == parameters
    assert sum(t.size_bytes for t in kept(op)) == size
    assert cost(op).weight_bytes_read == size
    graph = OpGraph(name="", path=None, opsets={}, inputs=(), outputs=(), ops=(op,), parameters={})
    counted = parameter_counts(graph)
    assert (counted.elements, counted.size_bytes) == (parameters, size)


def test_each_operator_that_learns_has_a_case():
    assert {(op.domain, op.op_type) for op, parameters, _ in CASES if parameters} == set(LEARNED)


def test_exports_against_the_arrays_of_the_estimators():
    """Skipped where skl2onnx is absent: `pip install skl2onnx`."""
    pytest.importorskip("skl2onnx", reason="skl2onnx is not installed")
    import numpy as np
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVR
    from sklearn.tree import DecisionTreeRegressor

    import costlint

    x = np.random.default_rng(0).normal(size=(90, 7)).astype(np.float32)
    y = x[:, 0] * x[:, 1]
    linear = LogisticRegression().fit(x, y > 0)
    vectors = SVR().fit(x, y)
    tree = DecisionTreeRegressor(max_depth=4).fit(x, y)
    nodes = tree.tree_
    expected = {
        linear: linear.coef_.size + linear.intercept_.size,
        vectors: vectors.support_vectors_.size + vectors.dual_coef_.size + 1,
        tree: 4 * nodes.node_count + int(np.sum(nodes.children_left < 0)),
    }
    for estimator, parameters in expected.items():
        assert costlint.count(to_onnx(estimator, x[:1])).parameters == parameters
