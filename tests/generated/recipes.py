"""A valid call of each operator of the standard: what the schema leaves open, a recipe says.

A recipe takes a `Maker`, adds a call, and gives its outputs, or None where no runtime takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import onnx

from tests.generated.maker import Maker
from tests.generated.values import Value, dtypes_of

Made = list[Value] | None
Recipe = Callable[[Maker], Made]

RECIPES: dict[str, Recipe] = {}
"""Operator of the standard -> what makes a call of it."""


def recipe(*names: str) -> Callable[[Callable[[Maker, str], Made]], Callable[[Maker, str], Made]]:
    """Register the function for the operators `names`; it is told which one."""

    def register(function: Callable[[Maker, str], Made]) -> Callable[[Maker, str], Made]:
        for name in names:
            RECIPES[name] = lambda m, name=name: function(m, name)  # type: ignore[misc]
        return function

    return register


@cache
def exists(name: str, opset: int) -> bool:
    """Whether the operator is in this opset and not yet gone."""
    try:
        return not onnx.defs.get_schema(name, opset, "").deprecated
    except onnx.defs.SchemaError:
        return False


def types(m: Maker, name: str, index: int = 0) -> list[str]:
    """Element types that input `index` may have in this opset."""
    try:
        formal = onnx.defs.get_schema(name, m.opset, "").inputs
    except onnx.defs.SchemaError:
        return ["float32"]
    return dtypes_of(formal[min(index, len(formal) - 1)].types)


def attributes(m: Maker, name: str, *, skip: Sequence[str] = ()) -> dict[str, Any]:
    """Some of the plain attributes of the operator, in a range that most accept."""
    found: dict[str, Any] = {}
    try:
        schema = onnx.defs.get_schema(name, m.opset, "")
    except onnx.defs.SchemaError:
        return found
    for key, formal in schema.attributes.items():
        if key in skip or m.maybe(0.5):
            continue
        if formal.type == onnx.defs.OpSchema.AttrType.FLOAT:
            found[key] = m.one((0.5, 1.0, 0.01, 2.0))
        elif formal.type == onnx.defs.OpSchema.AttrType.INT:
            found[key] = m.whole(0, 1)
    return found


def axes(m: Maker, rank: int) -> list[int]:
    """A few different axes, each counted from the front or the back."""
    chosen = m.chance.sample(range(rank), m.whole(0 if m.maybe(0.1) else min(1, rank), rank))
    return [a - rank if m.maybe(0.3) else a for a in chosen]


UNARY = [
    "Abs",
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "BitwiseNot",
    "Ceil",
    "Celu",
    "Cos",
    "Cosh",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "IsInf",
    "IsNaN",
    "LeakyRelu",
    "Log",
    "Mish",
    "Neg",
    "Not",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Sigmoid",
    "Shrink",
    "Sign",
    "Sin",
    "Sinh",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Swish",
    "Tan",
    "Tanh",
    "ThresholdedRelu",
    "NonZero",
    "Identity",
    "Size",
    "Shape",
]


@recipe(*UNARY)
def unary(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    if name == "Gelu":
        return m.call(name, [x], approximate=m.one(("none", "tanh", None)))
    return m.call(
        name, [x], unsteady=name == "NonZero", **attributes(m, name, skip=["start", "end"])
    )


@recipe("Affine", "ParametricSoftplus", "ScaledTanh")
def of_former_times(m: Maker, name: str) -> Made:
    """Operators that the standard once had as experiments."""
    x = m.tensor(["float32"])
    return m.stated(name, [x], [x.content], alpha=0.5, beta=0.5)


@recipe(
    *[
        "Add",
        "And",
        "BitShift",
        "BitwiseAnd",
        "BitwiseOr",
        "BitwiseXor",
        "Div",
        "Equal",
        "Greater",
        "GreaterOrEqual",
        "Less",
        "LessOrEqual",
        "Mod",
        "Mul",
        "Or",
        "Pow",
        "PRelu",
        "Sub",
        "Xor",
    ]
)
def binary(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    y = m.like(x)
    if name == "PRelu" and x.rank > 1:
        y = m.of(x.dtype, (x.shape[1], *[1] * (x.rank - 2)))
    elif name == "PRelu":
        y = m.of(x.dtype, x.shape)
    if name != "PRelu" and m.maybe(0.4):
        x, y = y, x
    more: dict[str, Any] = {"direction": m.one(("LEFT", "RIGHT"))} if name == "BitShift" else {}
    if name == "Mod" and "int" not in x.dtype:
        more = {"fmod": 1}
    return m.call(name, [x, y], **more)


@recipe("Max", "Min", "Mean", "Sum")
def variadic(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    return m.call(name, [x, *(m.like(x) for _ in range(m.whole(0, 3)))])


@recipe("Where")
def where(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name, 1))
    condition = m.of("bool", x.shape if m.maybe() else [m.one((s, 1)) for s in x.shape])
    return m.call(name, [condition, x, m.like(x)])


@recipe("Clip")
def clip(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    if m.opset < 11:
        return m.call(name, [x], min=m.one((None, 0.0)), max=m.one((None, 6.0)))
    low = m.one((None, m.of(x.dtype, ())))
    return m.call(name, [x, low, m.of(x.dtype, ())][: m.whole(1, 3)])


@recipe("Dropout")
def dropout(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    if m.opset < 12:
        return m.call(name, [x], ratio=0.3, outputs=m.whole(1, 2))
    ratio = m.one((None, m.of("float32", ())))
    return m.call(name, [x, ratio][: m.whole(1, 2)], outputs=m.whole(1, 2))


@recipe("Cast")
def cast(m: Maker, name: str) -> Made:
    from tests.generated.values import NUMBERS

    schema = onnx.defs.get_schema(name, m.opset, "")
    to = m.dtype(t for t in dtypes_of(schema.outputs[0].types) if t in NUMBERS)
    return m.call(name, [m.tensor(types(m, name))], to=NUMBERS[to])


@recipe("CastLike")
def cast_like(m: Maker, name: str) -> Made:
    return m.call(name, [m.tensor(types(m, name)), m.tensor(types(m, name, 1))])


@recipe("BitCast")
def bit_cast(m: Maker, name: str) -> Made:
    from tests.generated.values import NUMBERS

    x = m.tensor(["float32", "int32", "uint32"])
    return m.call(name, [x], to=NUMBERS[m.one(("float32", "int32", "uint32"))])


@recipe("Softmax", "LogSoftmax", "Hardmax", "LpNormalization", "MeanVarianceNormalization")
def along_an_axis(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 6))
    if name == "MeanVarianceNormalization":
        return m.call(name, [x], axes=m.one((None, axes(m, x.rank) or None)))
    return m.call(name, [x], axis=m.one((None, m.axis(x.rank))))


@recipe(
    *[
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceProd",
        "ReduceSum",
        "ReduceSumSquare",
    ]
)
def reduction(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    chosen = m.one((None, axes(m, x.rank)))
    keepdims = m.one((None, 0, 1))
    as_input = m.opset >= (13 if name == "ReduceSum" else 18)
    if not as_input:
        return m.call(name, [x], keepdims=keepdims, axes=chosen or None)
    more: dict[str, Any] = {"noop_with_empty_axes": m.whole(0, 1)} if m.maybe(0.3) else {}
    operands = [x] if chosen is None else [x, m.ints(chosen)]
    return m.call(name, operands, keepdims=keepdims, **more)


@recipe("ArgMax", "ArgMin")
def arg(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 6), least=1)
    axis = m.axis(x.rank) if m.opset >= 11 else m.whole(0, x.rank - 1)
    return m.call(name, [x], axis=m.one((axis, None)), keepdims=m.one((0, 1, None)))


@recipe("CumSum", "CumProd")
def cumulative(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 5))
    axis = m.new("int64", (), __import__("numpy").array(m.axis(x.rank)), "initializer")
    return m.call(name, [x, axis], exclusive=m.whole(0, 1), reverse=m.whole(0, 1))


@recipe("TopK")
def top_k(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 5))
    axis = m.axis(x.rank) if m.opset >= 11 else m.whole(0, x.rank - 1)
    k = m.whole(0, x.shape[axis])
    if m.opset < 10:
        return m.call(name, [x], outputs=2, k=max(k, 1), axis=axis)
    return m.call(name, [x, m.ints([k])], outputs=2, axis=axis)


@recipe("Unique")
def unique(m: Maker, name: str) -> Made:
    axis = m.one((None, 0, 1, -1))
    # Nothing along an axis, and onnxruntime ends the process.
    x = m.tensor(
        types(m, name), range(1 if axis in (None, 0, -1) else 2, 4), least=axis is not None
    )
    return m.call(name, [x], outputs=m.whole(1, 4), unsteady=True, axis=axis, sorted=m.whole(0, 1))


@recipe("Compress")
def compress(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 4))
    axis = m.one((None, m.axis(x.rank) if m.opset >= 11 else 0))
    return m.call(name, [x, m.of("bool", (m.size(1),))], unsteady=True, axis=axis)


@recipe("Det")
def det(m: Maker, name: str) -> Made:
    n = m.size(1)
    return m.call(name, [m.of(m.dtype(types(m, name)), (*m.dims(m.whole(0, 2)), n, n))])


@recipe("Trilu")
def trilu(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(2, 5))
    k = m.one((None, m.of("int64", ())))
    return m.call(name, [x, k][: 1 if k is None else 2], upper=m.one((None, 0, 1)))
