"""Recipes of operators outside the standard: the hand-made cases of their formulas, as nodes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from costlint.costmodel.formulas import all_formulas, all_free
from costlint.costmodel.ir.errors import CostlintError
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes import all_shape_rules
from tests.costmodel.formulas_domains.test_microsoft import MICROSOFT
from tests.costmodel.formulas_domains.test_ml import FIVE, TREES, TWENTY
from tests.costmodel.strategies import make_op, typed, weight
from tests.generated.maker import Maker
from tests.generated.recipes import Made, Recipe
from tests.generated.values import NUMBERS, Value, numpy_dtype

ML: dict[str, tuple[Any, ...]] = {
    "LinearRegressor": ((7, 4), 1, {"coefficients": TWENTY, "intercepts": FIVE, "targets": 5}),
    "LinearClassifier": (
        (7, 4),
        2,
        {"coefficients": TWENTY, "intercepts": FIVE, "classlabels_ints": range(5)},
    ),
    "SVMRegressor": (
        (7, 4),
        1,
        {"support_vectors": TWENTY, "coefficients": FIVE, "n_supports": 5, "rho": [0.5]},
    ),
    "SVMClassifier": (
        (7, 4),
        2,
        {"support_vectors": TWENTY, "coefficients": FIVE, "vectors_per_class": (2, 3),
         "classlabels_ints": (0, 1), "rho": [0.5], "kernel_type": "RBF",
         "kernel_params": (0.5, 0, 3)},
    ),
    "TreeEnsembleRegressor": ((7, 4), 1, TREES),
    "TreeEnsembleClassifier": ((7, 4), 2, {"classlabels_int64s": (0, 1, 2), **TREES}),
    "Scaler": ((7, 4), 1, {"offset": [0.5], "scale": [2.0]}),
    "Binarizer": ((7, 4), 1, {"threshold": 0.5}),
    "Imputer": ((7, 4), 1, {"imputed_value_floats": [1.0], "replaced_value_float": 0.0}),
    "Normalizer": ((7, 4), 1, {"norm": "L2"}),
    "OneHotEncoder": ((7,), 1, {"cats_int64s": (1, 2, 3)}),
}  # fmt: skip
"""Operator of ai.onnx.ml -> its input, the number of its outputs, its attributes."""

GUESSES: tuple[tuple[Any, ...], ...] = (
    ((2, 8, 8, 4),),
    ((2, 8, 8, 16), weight(16, 16, 3, 3)),
    ((2, 16, 8, 8), weight(16), weight(16), weight(16), weight(16)),
    ((2, 8, 8, 4), weight(4), weight(4), weight(4), weight(4)),
    ((2, 4), typed((2,), "int64")),
    ((2, 4, 8), weight(), weight(), weight()),
    ((2, 4, 8), weight(8), weight(8)),
    (typed((7, 4), "int64"),),
    (typed((7,), "string"),),
)
"""Inputs that one or the other operator takes for which nothing better is written down."""


def _estimator(name: str, shape: Any, outputs: int, more: dict[str, Any], n: int) -> Op:
    x = (n, *shape[1:])
    return make_op(name, x, domain="ai.onnx.ml", version=3, outputs=outputs, **more)


def _cases() -> dict[tuple[str, str], Callable[[int], Op]]:
    found: dict[tuple[str, str], Callable[[int], Op]] = {
        ("com.microsoft", name): case[0] for name, case in MICROSOFT.items()
    }
    for name, (shape, outputs, more) in ML.items():
        made = {k: tuple(v) if isinstance(v, range) else v for k, v in more.items()}
        found["ai.onnx.ml", name] = partial(_estimator, name, shape, outputs, made)
    return found


CASES = _cases()
KNOWN = {(d, o) for d, o in all_shape_rules() if d} | {
    (f.domain, f.op_type) for f in all_formulas() if f.domain
} | {(d, o) for d, o, _ in all_free() if d}  # fmt: skip


DECIDED_BY_DATA = {"Range", "Unique", "Tokenizer", "EncodeImage", "DecodeImage",
                   "DynamicTimeWarping", "GroupQueryAttention", "RelativePositionBias"}  # fmt: skip
"""Operators whose sizes follow from what is in their inputs."""


def _guessed(domain: str, op_type: str, chance: int) -> Op | None:
    for step in range(len(GUESSES)):
        inputs = GUESSES[(chance + step) % len(GUESSES)]
        more: dict[str, Any] = {"kernel_shape": (3, 3)} if len(inputs) == 1 else {}
        try:
            op = make_op(op_type, *inputs, domain=domain, version=1, **more)
        except (CostlintError, UnknownShapeError, AssertionError):
            continue
        except Exception:  # noqa: BLE001, S112 - what infer says in better words
            continue
        return op
    return None


def _content(dtype: str, shape: Any) -> Any:
    known = dtype if dtype in NUMBERS else "float32"
    if known == "string":
        return np.full(shape, "a", dtype=object)
    shape = tuple(d if type(d) is int else 1 for d in shape)
    return np.ones(shape).astype(numpy_dtype(known))


def _recipe(domain: str, op_type: str) -> Recipe:
    def made(m: Maker) -> Made:
        case = CASES.get((domain, op_type))
        op = case(m.one((1, 2, 3))) if case else _guessed(domain, op_type, m.whole(0, 8))
        if op is None or any(t is not None and t.shape is None for t in (*op.inputs, *op.outputs)):
            return None
        inputs: list[Value | None] = []
        for t in op.inputs:
            if t is None or t.dtype not in NUMBERS:
                inputs.append(None)
                continue
            kind = "initializer" if t.is_parameter else None
            content = _content(t.dtype, t.shape)
            if t.value is not None:
                content, kind = t.value.astype(content.dtype), "initializer"
            fresh = kind is not None or m.maybe(0.3)
            inputs.append(
                m.new(t.dtype, content.shape, content, kind)
                if fresh
                else m.of(t.dtype, content.shape)
            )
        more: dict[str, Any] = {
            k: list(v) if isinstance(v, tuple) else v for k, v in op.attributes.items()
        }
        m.opsets.setdefault(domain, 1)
        m.loose = m.loose or _is_open(op)
        if domain in ("com.microsoft", "ai.onnx.ml"):
            found = m.call(op_type, inputs, len(op.outputs), domain=domain, **more)
            if found:
                return found
        outputs = [_content(t.dtype, t.shape) for t in op.outputs if t is not None]
        return outputs and m.stated(op_type, inputs, outputs, domain, unsteady=_is_open(op), **more)

    return made


def _is_open(op: Op) -> bool:
    """Whether the data decides a size of what it gives, or nobody says which type it has."""
    if op.op_type in DECIDED_BY_DATA:
        return True
    shown = [t for t in op.outputs if t is not None]
    return any(type(d) is not int for t in shown for d in t.shape or ())


FURTHER = {f"{domain}::{op_type}": _recipe(domain, op_type) for domain, op_type in sorted(KNOWN)}
