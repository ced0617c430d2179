"""What contradicts itself is refused with the operator's name; nothing else is ever raised."""

from __future__ import annotations

from typing import Any

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costlint.costmodel.ir.dims import symbol
from costlint.costmodel.ir.dtypes import ONNX_DTYPES
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.ir.tensor import Tensor, UnknownShapeError
from costlint.costmodel.load import load
from costlint.costmodel.shapes import (
    all_shape_rules,
    checked,
    shape_rule_for,
    value_rule_for,
)
from costlint.costmodel.shapes.evaluation import small_array
from tests.costmodel.shapes.factory import call, outs, shape

X = (1, 8, 16, 16)
W = (16, 8, 3, 3)
REFUSED: list[tuple[str, list[Any], dict[str, Any]]] = [
    ("Conv", [X, W], {"strides": [0, 1]}),
    ("Conv", [X, W], {"strides": [-1, 1]}),
    ("Conv", [X, W], {"dilations": [0, 1]}),
    ("Conv", [X, W], {"group": 0}),
    ("Conv", [X, W], {"group": -2}),
    ("Conv", [X, W], {"group": 3}),  # does not divide
    ("Conv", [X, (15, 4, 3, 3)], {"group": 2}),
    ("Conv", [X, (16, 8, 17, 17)], {}),  # larger than the input
    ("Conv", [X, W], {"dilations": [8, 8]}),
    ("Conv", [X, W], {"pads": [1, 1]}),
    ("Conv", [X, W], {"pads": [-9, 0, -9, 0]}),
    ("Conv", [X, W], {"kernel_shape": [5, 5]}),
    ("Conv", [X, (16, 8, 3)], {}),
    ("Conv", [(8, 16), (8, 16)], {}),
    ("Conv", [X, W], {"auto_pad": "SOMEHOW"}),
    ("Conv", [X, W], {"strides": "2"}),
    ("ConvTranspose", [X, (7, 16, 3, 3)], {}),
    ("ConvTranspose", [X, (8, 16, 3, 3)], {"pads": [99, 99, 99, 99]}),
    ("MaxPool", [X], {}),
    ("MaxPool", [X], {"kernel_shape": [0, 1]}),
    ("MaxPool", [X], {"kernel_shape": [32, 32]}),
    ("MatMul", [(2, 3), (4, 5)], {}),
    ("MatMul", [(), (4, 5)], {}),
    ("Gemm", [(2, 3, 4), (4, 5)], {}),
    ("Add", [(2, 3), (4, 3)], {}),
    ("Concat", [(2, 3), (2, 3, 4)], {"axis": 0}),
    ("Concat", [(2, 3), (2, 4)], {"axis": 0}),
    ("Concat", [(2, 3), (2, 3)], {"axis": 2}),
    ("Reshape", [(2, 3), [7]], {}),
    ("Reshape", [(2, 3), [-1, -1]], {}),
    ("Reshape", [(2, 3), [-2, 3]], {}),
    ("Reshape", [(2, 3), [0, 0, 0]], {}),
    ("Transpose", [(2, 3)], {"perm": [0, 0]}),
    ("Transpose", [(2, 3)], {"perm": [0, 2]}),
    ("Slice", [(4,), [0], [2], [0], [0]], {}),  # step 0
    ("Slice", [(4,), [0], [2], [5]], {}),
    ("Slice", [(4,), [0, 0], [2]], {}),
    ("Split", [(4,), [3, 3]], {"outputs": 2}),
    ("Split", [(5,)], {"outputs": 4}),
    ("Gather", [(4,), (2,)], {"axis": 1}),
    ("GatherND", [(2, 3), (4, 3)], {}),
    ("Expand", [(2, 3), [-1, 3]], {}),
    ("Tile", [(2, 3), [2]], {}),
    ("Pad", [(2, 3), [0, -4, 0, 0]], {}),
    ("Resize", [(2, 3), None, [0.0, 1.0]], {}),
    ("Resize", [(2, 3), None, [1.0]], {}),
    ("Squeeze", [(2, 3), [0]], {}),
    ("Unsqueeze", [(2, 3), [0, 0]], {}),
    ("DepthToSpace", [X], {"blocksize": 0}),
    ("DepthToSpace", [X], {"blocksize": 3}),
    ("SpaceToDepth", [X], {"blocksize": 5}),
    ("Einsum", [(2, 3), (3, 4)], {"equation": "......ij,jk->ik"}),
    ("Einsum", [(2, 3), (3, 4)], {"equation": "ij,jk->im"}),
    ("Einsum", [(2, 3), (3, 4)], {"equation": "ij,jk,kl->il"}),
    ("Einsum", [(2, 3)], {"equation": "ijk->i"}),
    ("Einsum", [(2, 3)], {"equation": ""}),
    ("TopK", [(4,), [5]], {}),
    ("LSTM", [(2, 3), (1, 4, 3), (1, 4, 1)], {}),
    ("Attention", [(1, 4, 9), (1, 4, 9), (1, 4, 9)], {"q_num_heads": 2, "kv_num_heads": 2}),
    ("Range", [[0], [3], [0]], {}),
    ("ConstantOfShape", [[-1]], {}),
]


@pytest.mark.parametrize(("op_type", "inputs", "attributes"), REFUSED)
def test_a_contradiction_names_its_operator(op_type, inputs, attributes):
    with pytest.raises(ShapeError, match=rf"^{op_type} \(node 'node'\): .{{10,300}}"):
        outs(op_type, inputs, **attributes)


DIMS = [1, 1, 2, 3, 4, 8, 0, 2**31, 2**62, 2**63 - 1, symbol("N"), symbol("N") * symbol("H")]
NUMBERS = [0, 1, -1, 2, 3, -2, 2**31, -(2**63), 2**63 - 1, symbol("N"), 0.5, float("nan"), "x"]
DTYPES = st.sampled_from([*ONNX_DTYPES.values(), "unknown", "sequence"])
TEXTS = ["", "NOTSET", "SAME_UPPER", "...ij,...jk->...ik", "......i->i", "not_larger", b"\xff"]
ATTRIBUTES = st.one_of(
    st.sampled_from([0, 1, 2, -1, 3, 8, 2**31, -(2**63)]),
    st.lists(st.sampled_from([0, 1, 2, -1, 3, 2**62]), max_size=4),
    st.sampled_from([0.0, 1.0, -1.0, float("nan")]),
    st.sampled_from(TEXTS),
)


@st.composite
def tensors(draw: Any) -> Tensor | None:
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return None
    if kind == 1:
        return Tensor(name="u", shape=None, dtype=draw(DTYPES))
    if kind < 5:
        items = draw(st.lists(st.sampled_from(NUMBERS), max_size=4))
        value = small_array(items, (len(items),))
        return Tensor(name="v", shape=value.shape, dtype="int64", value=value)
    dims = draw(st.lists(st.sampled_from(DIMS), max_size=5))
    return Tensor(name="t", shape=tuple(dims), dtype=draw(DTYPES))


def attribute_names() -> dict[tuple[str, str], list[str]]:
    schemas = onnx.defs.get_all_schemas()
    return {(s.domain, s.name): sorted(s.attributes) for s in schemas}


NAMES = attribute_names()
COMMON = ["axis", "num_heads", "kernel_shape", "group", "pads", "K", "N", "block_size"]


@st.composite
def anything(draw: Any) -> Any:
    domain, op_type = draw(st.sampled_from(all_shape_rules()))
    names = NAMES.get((domain, op_type)) or COMMON
    attributes = draw(st.dictionaries(st.sampled_from(names), ATTRIBUTES, max_size=4))
    inputs = draw(st.lists(tensors(), max_size=6))
    return call(op_type, inputs, domain=domain, outputs=draw(st.integers(1, 3)), **attributes)


@settings(
    max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(hostile=anything())
def test_any_call_gives_shapes_or_is_refused(hostile):
    shape_rule = shape_rule_for(hostile.domain, hostile.op_type)
    value_rule = value_rule_for(hostile.domain, hostile.op_type)
    assert shape_rule is not None
    try:
        checked(hostile, shape_rule(hostile))
        if value_rule is not None and not _has_open_input(hostile):
            value_rule(hostile)
    except (ShapeError, UnknownShapeError) as error:
        assert hostile.op_type in str(error) or "too many" in str(error)  # noqa: PT017 - either


def _has_open_input(hostile: Any) -> bool:
    return any(t is not None and t.value is None for t in hostile.inputs)


@pytest.mark.parametrize("dtype", sorted(set(ONNX_DTYPES.values())))
def test_every_element_type_goes_through(dtype):
    given = Tensor(name="x", shape=(2, 3), dtype=dtype)
    assert shape("Transpose", [given]) == (3, 2)
    assert shape("Concat", [given, given], axis=0) == (4, 3)


def test_an_empty_tensor_is_legal():
    cut = shape("Slice", [X, [4], [4], [1]])
    assert cut == (1, 0, 16, 16)
    assert shape("Concat", [cut, X], axis=1) == X
    assert shape("Conv", [(0, 8, 16, 16), W]) == (0, 16, 14, 14)
    assert shape("MatMul", [(2, 0), (0, 3)]) == (2, 3)


def test_a_dimension_that_no_tensor_can_have_is_refused():
    layers = "".join(
        f"x{i + 1} = ConvTranspose<strides=[2], kernel_shape=[2]>(x{i}, w)" for i in range(70)
    )
    header = '<ir_version: 8, opset_import: ["": 17]>'
    text = f"{header} g (float[1,4,4] x0, float[4,4,2] w) => (float x70) {{ {layers} }}"
    with pytest.raises(ShapeError, match=r"ConvTranspose.*dimension of"):
        load(onnx.parser.parse_model(text))
