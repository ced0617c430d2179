"""Classical machine learning: the domain ai.onnx.ml.

N rows of C features. What a model learnt stands in its attributes and is read as a weight is; see
`learned`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from costlint.costmodel.formulas.arguments import integer, text
from costlint.costmodel.formulas.pointwise import Steps, moved, pointwise
from costlint.costmodel.formulas.registry import formula, free
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import ML
from costlint.costmodel.ir.graph import Op

_TRANSFORMS: Final = {
    "LOGISTIC": Steps(3, 1), "SOFTMAX": Steps(5, 1), "SOFTMAX_ZERO": Steps(6, 1),
    "PROBIT": Steps(8, 2),
}  # fmt: skip
_NUMBERED: Final = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")
"""How the newest operator, TreeEnsemble, says it."""

free("ZipMap", reason="gives names to the columns of a table, whose numbers stay where they are",
     domain=ML)  # fmt: skip


def rows_columns(op: Op) -> tuple[Dim, Dim]:
    """N and C of an input (N, C); a vector (C) is one row."""
    x = op.x.known_shape
    return (x[0], product(x[1:])) if len(x) > 1 else (1, product(x))


def attribute_list(op: Op, name: str) -> Sequence[Any]:
    """The attribute `name` as a sequence, empty where it is absent."""
    value = op.attributes.get(name, ())
    return value if isinstance(value, list | tuple) else ()


def transform(op: Op) -> Work:
    """What `post_transform` does to the scores, which are the last output."""
    given = op.attributes.get("post_transform", "NONE")
    if isinstance(given, int) and 0 <= given < len(_NUMBERED):
        given = _NUMBERED[given]
    each = _TRANSFORMS.get(str(given))
    scores = op.outputs[-1]
    if each is None or scores is None:
        return Work()
    return Work(other_flop=each.flop * scores.elements, special=each.special * scores.elements)


@formula("LinearClassifier", "LinearRegressor", op_class="conv", traffic="contraction", domain=ML)
def linear(op: Op) -> Work:
    """Y (N, E) = X (N, C) @ coefficients (C, E) + intercepts (E); labels (N) of the best.

    macs = N * C * E; other_flop = N * E each for intercepts (add) and labels (compare), and for
    each score 3 (logistic), 5 (softmax) or 8 (probit); special = 1, 2 of probit.
    """
    rows, _ = rows_columns(op)
    weights = len(attribute_list(op, "coefficients"))
    intercepts = len(attribute_list(op, "intercepts"))
    labels = _scores(op) if op.op_type == "LinearClassifier" else 0
    after = transform(op)
    return Work(
        macs=rows * weights,
        other_flop=rows * intercepts + labels + after.other_flop,
        special=after.special,
    )


def _scores(op: Op) -> Dim:
    scores = op.outputs[-1] if len(op.outputs) > 1 else None
    return scores.elements if scores is not None else 0


@formula("SVMClassifier", "SVMRegressor", op_class="conv", traffic="contraction", domain=ML)
def support_vectors(op: Op) -> Work:
    """Y (N, E) = weights (E, v) of the kernel between X (N, C) and v support vectors (v, C).

    macs = N * (v * C + E * v); other_flop = for each kernel value 3 (multiply, add, power or
    tanh), of the radial one a subtract for each feature and 2; N * E compares of classes; logistic
    3, softmax 5 for each score. special = 1 for each kernel value, and as in `transform`. Without
    support vectors the weights are those of a linear model.
    """
    rows, _ = rows_columns(op)
    vectors = len(attribute_list(op, "support_vectors"))
    weights = len(attribute_list(op, "coefficients"))
    counted = sum(attribute_list(op, "vectors_per_class")) or integer(op, "n_supports", 0)
    kind = text(op, "kernel_type", "LINEAR")
    shaping = 0 if kind == "LINEAR" else 2 * counted if kind == "RBF" else 3 * counted
    kernel = shaping + (vectors if kind == "RBF" else 0)
    labels = _scores(op) if op.op_type == "SVMClassifier" else 0
    after = transform(op)
    return Work(
        macs=rows * (vectors + weights),
        other_flop=rows * kernel + labels + after.other_flop,
        special=rows * counted * int(kind != "LINEAR") + after.special,
    )


pointwise("Scaler", "(X (N, C) - offset (C)) * scale (C)", "subtract multiply", y="(N, C)",
          domain=ML)  # fmt: skip
pointwise("Binarizer Imputer",
          "1 where X (N, C) is above a threshold; or X with missing values filled in", "compare",
          y="(N, C)", domain=ML)  # fmt: skip
pointwise("LabelEncoder CategoryMapper", "the value that belongs to each key of X (...)", "compare",
          note="It is a look-up.", op_class="data", domain=ML)  # fmt: skip
pointwise("DictVectorizer CastMap",
          "the values of a map, in the order of a vocabulary or of their keys", "compare",
          y="(1, C)", note="It is a look-up. Reading the map is not counted.", op_class="data",
          domain=ML)  # fmt: skip
moved("FeatureVectorizer", "Y (N, sum of C) = inputs (N, C) side by side",
      "every element is read and written once", domain=ML)  # fmt: skip


@formula("Normalizer", op_class="other", traffic="normalization", domain=ML)
def normalizer(op: Op) -> Work:
    """Y (N, C) = X (N, C) by the largest, the sum or the root of squares of each row.

    other_flop = 3 for each element (absolute or multiply, add or compare, divide), for squares a
    root for each row.
    """
    rows, _ = rows_columns(op)
    roots = rows if text(op, "norm", "MAX") == "L2" else 0
    return Work(other_flop=3 * op.x.elements + roots)


@formula("OneHotEncoder", op_class="data", domain=ML)
def one_hot_encoder(op: Op) -> Work:
    """Y (..., E) = 1 where X (...) is category E, else 0.

    other_flop = one compare for each element of X: a look-up.
    """
    return Work(other_flop=op.x.elements)
