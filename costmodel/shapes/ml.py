"""Classical machine learning: the domain ai.onnx.ml."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.domains import ML
from costlint.costmodel.shapes.arguments import shown, size
from costlint.costmodel.shapes.elementwise import same_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import total

_LABELS: Final = ("classlabels_strings", "classlabels_int64s", "classlabels_ints")

same_shape("Binarizer", "Imputer", domain=ML)
same_shape("Scaler", "Normalizer", dtype="float32", domain=ML)


@shape_rule("LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier", domain=ML)
def classifier(call: Call) -> Sequence[Out]:
    """Labels (N), scores (N, E) float32 for E classes."""
    rows = _rows(call)
    labels = next((len(found) for name in _LABELS if (found := _list(call, name))), 0)
    classes: Dim = labels or len(_list(call, "intercepts"))
    if classes == 1:  # one score says how likely the other class is as well
        classes = 2
    if not classes:
        classes = call.unknown("classes", None)
    kind = "string" if _list(call, "classlabels_strings") else "int64"
    scores = Out(shape=(rows, classes), dtype="float32")
    return (Out(shape=(rows,), dtype=kind), scores)[: call.outputs]


@shape_rule("LinearRegressor", domain=ML)
def linear_regressor(call: Call) -> Sequence[Out]:
    """Y (N, targets) float32."""
    return (Out(shape=(_rows(call), size(call, "targets", 1)), dtype="float32"),)


@shape_rule("SVMRegressor", domain=ML)
def svm_regressor(call: Call) -> Sequence[Out]:
    """Y (N, 1) float32."""
    return (Out(shape=(_rows(call), 1), dtype="float32"),)


@shape_rule("TreeEnsembleRegressor", domain=ML)
def tree_regressor(call: Call) -> Sequence[Out]:
    """Y (N, n_targets) float32."""
    return (Out(shape=(_rows(call), size(call, "n_targets", 1)), dtype="float32"),)


@shape_rule("TreeEnsemble", domain=ML)
def tree_ensemble(call: Call) -> Sequence[Out]:
    """Y (N, n_targets) in the type of X."""
    return (Out(shape=(_rows(call), size(call, "n_targets", 1))),)


@shape_rule("DictVectorizer", domain=ML)
def dict_vectorizer(call: Call) -> Sequence[Out]:
    """Y (1, c) = the values of a map in the order of a vocabulary."""
    words = _list(call, "string_vocabulary") or _list(call, "int64_vocabulary")
    return (Out(shape=(1, len(words)), dtype="unknown"),)


@shape_rule("LabelEncoder", domain=ML)
def label_encoder(call: Call) -> Sequence[Out]:
    """Y (...) = the value of each key of X (...)."""
    kinds = {"values_strings": "string", "values_int64s": "int64", "values_floats": "float32"}
    kind = next((kinds[name] for name in kinds if _list(call, name)), None)
    tensor = call.attributes.get("values_tensor")
    if kind is None and tensor is not None:
        kind = getattr(tensor, "dtype", None)
    if kind is None and _list(call, "classes_strings"):
        first = call.tensor(0)
        kind = "int64" if first is not None and first.dtype == "string" else "string"
    return (Out(shape=call.shape(0), dtype=kind),)


@shape_rule("CategoryMapper", domain=ML)
def category_mapper(call: Call) -> Sequence[Out]:
    """Y (...) = the number of each name in X (...), or the name of each number."""
    first = call.tensor(0)
    kind = "int64" if first is not None and first.dtype == "string" else "string"
    return (Out(shape=call.shape(0), dtype=kind),)


@shape_rule("OneHotEncoder", domain=ML)
def one_hot_encoder(call: Call) -> Sequence[Out]:
    """Y (..., categories) float32 of X (...)."""
    categories = _list(call, "cats_int64s") or _list(call, "cats_strings")
    return (Out(shape=(*call.shape(0), len(categories)), dtype="float32"),)


@shape_rule("ArrayFeatureExtractor", domain=ML)
def array_feature_extractor(call: Call) -> Sequence[Out]:
    """Y (..., n) = n columns of X (..., C); a vector gains an axis."""
    x = call.shape(0)
    count = total(call.shape(1))
    return (Out(shape=(*(x[:-1] if len(x) > 1 else (1,)), count)),)


@shape_rule("FeatureVectorizer", domain=ML)
def feature_vectorizer(call: Call) -> Sequence[Out]:
    """Y (N, sum of C) float32 = inputs (N, C) side by side."""
    widths = [call.shape(i)[1:] for i in range(len(call.inputs))]
    return (Out(shape=(_rows(call), sum(total(w) for w in widths)), dtype="float32"),)


def _rows(call: Call) -> Dim:
    """N of an input (N, C); a vector (C) is one row."""
    x = call.shape(0)
    return x[0] if len(x) > 1 else 1


def _list(call: Call, name: str) -> Sequence[object]:
    value = call.attributes.get(name, ())
    if not isinstance(value, list | tuple):
        raise call.refuse(f"attribute {name} is {shown(value)}, not a list")
    return value
