"""What an operator learnt and keeps in its attributes: the classical models of ai.onnx.ml.

The numbers are taken as the file stores them: a tree is a feature, a threshold and two children for
each node and the weights of its leaves; places in lists, which address these, are bytes and no
parameters. Texts have no size (see `ir.dtypes`).
Specification: https://onnx.ai/onnx/operators/index.html#ai-onnx-ml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import prod
from typing import Any, Final, TypeAlias

from costlint.costmodel.ir.domains import ML
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.source import SourceParameter
from costlint.costmodel.ir.tensor import Tensor

Names: TypeAlias = Sequence[str]

_NODES: Final = ("nodes_featureids", "nodes_values", "nodes_truenodeids", "nodes_falsenodeids")
_PLACES: Final = ("nodes_treeids", "nodes_nodeids", "nodes_hitrates",
                  "nodes_missing_value_tracks_true")  # fmt: skip
_VECTORS: Final = ("coefficients", "support_vectors", "rho")

LEARNED: Final[Mapping[tuple[str, str], Names]] = {
    (ML, "LinearClassifier"): ("coefficients", "intercepts"),
    (ML, "LinearRegressor"): ("coefficients", "intercepts"),
    (ML, "SVMClassifier"): (*_VECTORS, "prob_a", "prob_b"),
    (ML, "SVMRegressor"): _VECTORS,
    (ML, "TreeEnsembleClassifier"): (*_NODES, "class_weights", "base_values"),
    (ML, "TreeEnsembleRegressor"): (*_NODES, "target_weights", "base_values"),
    (ML, "TreeEnsemble"): ("nodes_featureids", "nodes_splits", "nodes_truenodeids",
                           "nodes_falsenodeids", "leaf_weights", "membership_values"),
    (ML, "Scaler"): ("offset", "scale"),
    (ML, "Imputer"): ("imputed_value_floats", "imputed_value_int64s"),
    (ML, "LabelEncoder"): ("keys_floats", "keys_int64s", "keys_strings", "keys_tensor",
                           "values_floats", "values_int64s", "values_strings", "values_tensor",
                           "classes_strings"),
    (ML, "CategoryMapper"): ("cats_int64s", "cats_strings"),
    (ML, "OneHotEncoder"): ("cats_int64s", "cats_strings"),
    (ML, "DictVectorizer"): ("int64_vocabulary", "string_vocabulary"),
    ("", "TfIdfVectorizer"): ("pool_int64s", "pool_strings", "weights"),
}  # fmt: skip
"""Attributes that training fills, by operator; each may be called `..._as_tensor` as well."""

_ADDRESSES: Final[Mapping[tuple[str, str], Names]] = {
    (ML, "SVMClassifier"): ("vectors_per_class",),
    (ML, "TreeEnsembleClassifier"): (*_PLACES, "class_treeids", "class_nodeids", "class_ids"),
    (ML, "TreeEnsembleRegressor"): (*_PLACES, "target_treeids", "target_nodeids", "target_ids"),
    (ML, "TreeEnsemble"): ("tree_roots", "nodes_modes", "nodes_trueleafs", "nodes_falseleafs",
                           "nodes_hitrates", "nodes_missing_value_tracks_true", "leaf_targetids"),
    ("", "TfIdfVectorizer"): ("ngram_counts", "ngram_indexes"),
}  # fmt: skip
"""Attributes that are kept and read with them."""

_STORED: Final = {key: (*names, *_ADDRESSES.get(key, ())) for key, names in LEARNED.items()}
_KINDS: Final = {float: "float32", int: "int64", str: "string"}


def learned(op: Op) -> int:
    """How many numbers and words `op` learnt.

    Of two classes whose coefficients are each other's negative one is learnt, as tied weights are.
    Where a table numbers its keys or its values 0, 1, 2, ... the other side alone is.
    """
    found = dict(_contents(op, LEARNED.get((op.domain, op.op_type), ())))
    tables = [content for content in found.values() if not _is_numbering(content)]
    counted = tables if op.op_type == "LabelEncoder" and tables else list(found.values())
    elements = sum(prod(shape) for shape, _ in map(_shape_and_type, counted))
    tied = op.op_type == "LinearClassifier" and counted and all(map(_is_mirrored, counted))
    return elements // 2 if tied else elements


def kept(op: Op) -> tuple[Tensor, ...]:
    """What `op` reads out of its attributes when it runs, each (n): what it learnt, and places."""
    key = (op.domain, op.op_type)
    if key not in LEARNED:
        return ()
    found = ((name, *_shape_and_type(content)) for name, content in _contents(op, _STORED[key]))
    return tuple(
        Tensor(name=f"{op.name}.{name}", shape=shape, dtype=dtype, role="parameter")
        for name, shape, dtype in found
    )


def _contents(op: Op, names: Names) -> Iterator[tuple[str, Any]]:
    """The lists and tensors among the attributes `names`, with their names."""
    for name in chain.from_iterable((name, f"{name}_as_tensor") for name in names):
        content = op.attributes.get(name)
        if isinstance(content, SourceParameter) or (isinstance(content, tuple) and content):
            yield name, content


def _shape_and_type(content: Any) -> tuple[tuple[int, ...], str]:
    """What an attribute holds; floats of a list have 32 bits there, integers 64."""
    if isinstance(content, SourceParameter):
        return content.shape, content.dtype
    return (len(content),), _KINDS.get(type(content[0]), "unknown")


def _is_numbering(content: Any) -> bool:
    return isinstance(content, tuple) and content == tuple(range(len(content)))


def _is_mirrored(content: Any) -> bool:
    """Whether the second half of a list is the first one with the other sign."""
    if not isinstance(content, tuple) or len(content) % 2:
        return False
    half = len(content) // 2
    return all(a == -b for a, b in zip(content[:half], content[half:], strict=True))
