"""Small calls of operators that shape arithmetic is made of, edge values included."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from onnx import numpy_helper

from tests.costmodel.shapes.runtime import Case

EDGES = [0, 1, -1, 2, -2, 3, 5, 7, 100, 2**31 - 1, 2**31, -(2**31), 2**62, 2**63 - 1, -(2**63)]
SMALL = st.sampled_from([0, 1, 2, 3, -1, 5, 7])
INT64 = st.sampled_from(EDGES)
INT32 = st.sampled_from([n for n in EDGES if -(2**31) <= n < 2**31] + [65536, 46341])
FLOATS = st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 1 / 3, 3.7, -0.1, 7.0, 1e-3])
BINARY = (
    "Add", "Sub", "Mul", "Max", "Min", "Equal", "Less", "Greater", "LessOrEqual",
    "GreaterOrEqual", "Div", "Mod", "Where",
)  # fmt: skip
KINDS = {"int64": INT64, "int32": INT32, "float32": FLOATS}


def array(items: Any, shape: tuple[int, ...] | None = None, dtype: str = "int64") -> Any:
    made = np.array(items, dtype=dtype)
    return made if shape is None else made.reshape(shape)


@st.composite
def filled(draw: Any, shape: tuple[int, ...], kind: str | None = None) -> Any:
    kind = kind or draw(st.sampled_from(sorted(KINDS)))
    count = int(np.prod(shape, dtype=int))
    items = draw(st.lists(KINDS[kind], min_size=count, max_size=count))
    return array(items, shape, kind)


SHAPES = st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3).map(tuple)


@st.composite
def elementwise(draw: Any) -> Case:
    kind = draw(st.sampled_from(sorted(KINDS)))
    a = draw(filled((3,), kind))
    b = draw(filled(draw(st.sampled_from([(1,), (3,)])), kind))
    op = draw(st.sampled_from(BINARY))
    if op == "Where":
        return op, [draw(filled((3,), "int64")) > 0, a, b], 1, {}
    if op in ("Div", "Mod"):  # the runtime dies on x / 0 and on INT64_MIN / -1
        b = np.where((b == 0) | (b == -1), 3, b).astype(kind)
    return op, [a, b], 1, {"fmod": 1} if op == "Mod" and kind == "float32" else {}


@st.composite
def unary(draw: Any) -> Case:
    op = draw(st.sampled_from(["Neg", "Abs", "Sign", "Relu", "Floor", "Ceil", "Round", "Cast"]))
    kind = "float32" if op in ("Floor", "Ceil", "Round") else None
    x = draw(filled((3,), kind))
    numbers = {"float32": 1, "int32": 6, "int64": 7, "bool": 9, "int8": 3, "uint8": 2}
    return (
        op,
        [x],
        1,
        {"to": draw(st.sampled_from(sorted(numbers.values())))} if op == "Cast" else {},
    )


@st.composite
def slices(draw: Any) -> Case:
    shape = draw(st.lists(st.sampled_from([0, 1, 2, 5, 6]), min_size=1, max_size=2).map(tuple))
    x = array(np.arange(int(np.prod(shape))), shape)
    count = draw(st.integers(1, len(shape)))
    axes = draw(st.permutations(range(len(shape))))[:count]
    steps = st.sampled_from([1, 2, 3, -1, -2, 100, -100, 2**63 - 1, -(2**31)])
    bounds = [array(draw(st.lists(INT64, min_size=count, max_size=count))) for _ in range(2)]
    step = array(draw(st.lists(steps, min_size=count, max_size=count)))
    return "Slice", [x, *bounds, array(axes), step], 1, {}


@st.composite
def ranges(draw: Any) -> Case:
    kind = draw(st.sampled_from(sorted(KINDS)))
    ends = st.sampled_from([0, 1, 5, -3, 10]) if kind != "float32" else FLOATS
    delta = draw(ends.filter(bool))
    numbers = [array(n, (), kind) for n in (draw(ends), draw(ends), delta)]
    return "Range", numbers, 1, {}


@st.composite
def reductions(draw: Any) -> Case:
    shape = draw(SHAPES)
    op = draw(st.sampled_from(["ReduceMax", "ReduceMin", "ReduceMean"]))
    keep = {"keepdims": draw(st.sampled_from([0, 1]))}
    axes = draw(st.lists(st.integers(0, len(shape) - 1), unique=True))
    x = draw(filled(shape))
    if op == "ReduceMax" and draw(st.booleans()):
        return "ArgMax", [x], 1, {"axis": draw(st.integers(-len(shape), len(shape) - 1)), **keep}
    if draw(st.booleans()):
        op = draw(st.sampled_from(["ReduceSum", "ReduceProd"]))
        return op, [x, array(axes)], 1, keep
    return "ReduceSum", [x, array(axes)], 1, {"noop_with_empty_axes": 1}


@st.composite
def layouts(draw: Any) -> Case:
    shape = draw(SHAPES)
    x = draw(filled(shape))
    rank = len(shape)
    axis = draw(st.integers(-rank, rank - 1))
    dims = st.lists(st.sampled_from([0, 1, 2, 3, -1]), max_size=4).map(array)
    counts = st.lists(st.sampled_from([0, 1, 2]), min_size=rank, max_size=rank).map(array)
    pads = st.lists(st.sampled_from([0, 1, 2]), min_size=2 * rank, max_size=2 * rank).map(array)
    places = st.integers(-shape[axis], shape[axis] - 1)
    chosen: Case = draw(
        st.one_of(
            dims.map(lambda d: ("Reshape", [x, d], 1, {})),
            dims.map(lambda d: ("Reshape", [x, d], 1, {"allowzero": 1})),
            dims.map(lambda d: ("Expand", [x, abs(d)], 1, {})),
            counts.map(lambda d: ("Tile", [x, d], 1, {})),
            pads.map(lambda d: ("Pad", [x, d], 1, {})),
            st.permutations(range(rank)).map(lambda p: ("Transpose", [x], 1, {"perm": p})),
            st.just(("Concat", [x, x], 1, {"axis": axis})),
            st.just(("Flatten", [x], 1, {"axis": axis})),
            st.just(("Squeeze", [x], 1, {})),
            st.just(("Unsqueeze", [x, array([axis])], 1, {})),
            st.just(("NonZero", [x], 1, {})),
            st.integers(1, 4).map(lambda n: ("Split", [x], n, {"axis": axis, "num_outputs": n})),
            places.map(lambda i: ("Gather", [x, array(i)], 1, {"axis": axis})),
            st.lists(places, max_size=2).map(
                lambda i: ("Gather", [x, array(i)], 1, {"axis": axis})
            ),
        )
    )
    return chosen


@st.composite
def fillers(draw: Any) -> Case:
    dims = array(draw(st.lists(st.sampled_from([0, 1, 2, 3]), max_size=3)))
    value = draw(st.sampled_from([None, array([7]), array([2.5], dtype="float32")]))
    extra = {} if value is None else {"value": numpy_helper.from_array(value)}
    return "ConstantOfShape", [dims], 1, extra


CASES = st.one_of(elementwise(), unary(), slices(), ranges(), reductions(), layouts(), fillers())
