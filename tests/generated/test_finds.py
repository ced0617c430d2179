"""What random and mutated models brought to light, each kind as a model of a few lines."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import costlint
from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import ModelError, OptionError
from costlint.costmodel.load import load
from costlint.reports import render
from tests.generated.pipeline import Finds, on_devices, one_of_each, run
from tests.hostile.cases import graph, node
from tests.models import model


@pytest.mark.parametrize("shape", ["", "[8]", "[2, 8]", "[1, 2, 3, 4, 8]"])
@pytest.mark.parametrize("other", ["", "[8]", "[1, 8]"])
@pytest.mark.parametrize("op_type", ["Add", "Div", "Concat"])
def test_a_bare_op_of_any_rank_beside_a_parameter(shape, other, op_type, tmp_path):
    """Activations of rank 0 and 1 have no channels: neither widths nor kernels may ask for them."""
    axis = "<axis = 0>" if op_type == "Concat" else ""
    text = f"g (float{shape} x) => (float y) <float{other} w> {{ y = {op_type}{axis}(x, w) }}"
    found = Finds()
    with found.stage("widths"):
        costlint.parametrize(filled(text))
    path = tmp_path / "m.onnx"
    path.write_bytes(filled(text))
    on_devices(str(path), {}, found)
    assert not found


def filled(text: str) -> bytes:
    """The model with values that are declared in `<>` as initializers of ones."""
    proto = model(text)
    for info in proto.graph.value_info:
        dims = [d.dim_value for d in info.type.tensor_type.shape.dim]
        ones = np.ones(dims, dtype=np.float32)
        proto.graph.initializer.append(numpy_helper.from_array(ones, info.name))
    del proto.graph.value_info[:]
    return proto.SerializeToString()


def test_names_that_are_bytes():
    """Every name of a file: of tensors, nodes, sizes, attributes, bodies, functions, metadata."""
    proto = model("""<ir_version: 10, opset_import: ["" : 21, "own" : 1]>
        g (float[batchXX, 3] inputXX, bool c) => (float y) {
            [nodeXX] t = own.functionXX <factorXX = 2.0> (inputXX)
            y = If(c) <then_branch = bodyXX () => (float p) { p = Neg(t) },
                       else_branch = b () => (float q) { q = Relu(t) }> }
        <opset_import: ["" : 21], domain: "own"> functionXX <factorXX> (aXX) => (bXX) {
            bXX = Elu <alpha: float = @factorXX> (aXX) }""")
    proto.metadata_props.add(key="keyXX", value="valueXX")
    data = proto.SerializeToString().replace(b"XX", b"\xff\xfe")
    found = load(data, shapes={"batch\\xff\\xfe": 5})
    assert found.inputs[0].name == "input\\xff\\xfe"
    assert found.inputs[0].shape == (5, 3)
    assert dict(found.metadata) == {"key\\xff\\xfe": "value\\xff\\xfe"}
    assert render(costlint.check(data, shapes={"batch\\xff\\xfe": 5}), "json")


def test_a_file_with_such_names_is_not_changed(tmp_path):
    path = tmp_path / "m.onnx"
    data = graph([node("Relu", "x", out="abcd"), node("Relu", "abcd")], [2])
    path.write_bytes(data.replace(b"abcd", b"\xff\xfe\x80d"))
    with pytest.raises(ModelError, match="no UTF-8"):
        costlint.fix(str(path), str(tmp_path / "out.onnx"))


@pytest.mark.parametrize("dtype", [TensorProto.COMPLEX64, TensorProto.COMPLEX128])
def test_complex_constants_are_read_without_a_word(dtype):
    number = helper.make_tensor("w", dtype, [1], [1 + 2j])  # type: ignore[list-item]
    assert count(graph([node("Add", "w", "w")], [1], initializer=[number])).macs == 0


@pytest.mark.parametrize(
    ("call", "dtype"),
    [
        ("Equal(t, t)", "bool"),
        ("LessOrEqual(t, t)", "bool"),
        ("Shape(t)", "int64"),
        ("ArgMax(t)", "int64"),
        ("Cast<to = 10>(t)", "float16"),
        ("Relu(t)", "float32"),
        ("EyeLike(t)", "float32"),
        ("ConstantOfShape<value = int32[1] {1}>(s)", "int32"),
    ],
)
def test_types_are_known_where_shapes_are_not(call, dtype):
    text = f"""g (float[2] x, int64[n] s) => (y)
        {{ t = Reshape(x, s)  y = {call} }}"""
    found = load(model(text), shapes={"s": (3,)})
    assert found.tensors["y"].dtype == dtype


def test_an_empty_product_on_every_device(tmp_path):
    """No rows, no columns, nothing to sum: rates and shares are not divided by them."""
    for a, b in [("0, 3", "3, 4"), ("2, 0", "0, 4"), ("2, 3", "3, 0")]:
        text = (
            f"g (float[2] z) => (y) <float[{a}] x, float[{b}] w> {{ n = Neg(x)  y = MatMul(n, w) }}"
        )
        path = tmp_path / "m.onnx"
        path.write_bytes(filled(text))
        assert not run(path)


def test_a_fourier_transform_is_free_to_be_resized():
    """ceil(log2(n)) of a traced size: 5 * n * ceil(log2(n)) operations, here of 8 columns."""
    text = "g (float[1, 3, H, W] x) => (y) { y = DFT<axis = 3, onesided = 1>(x) }"
    space = costlint.parametrize(load(model(text, opset=19), shapes={"H": 5, "W": 8}))
    assert space.compile()({}).macs[0] == 0


def test_eight_bit_floats_are_random_inputs():
    proto = model("g (float8e5m2fnuz[2] x) => (float y) { y = Cast<to = 1>(x) }")
    from costlint.measuring.inputs import random_inputs

    assert random_inputs(load(proto))["x"].shape == (2,)


def test_the_page_refuses_a_size_that_only_lives():
    """Traffic without a symbol, live bytes with one."""
    text = "g (float[N, 3] x) => (float[N, 3] y) { y = Identity(x) }"
    counts = count(model(text), symbolic=True)
    from costlint.reports.build import model_report
    from costlint.reports.report import Report

    with pytest.raises(OptionError, match="needs numbers"):
        render(Report(tool_version="0", models=(model_report(counts),)), "html")


def test_a_width_beyond_32_bits_is_no_design():
    text = "g (float[1, 4294967296] x) => (float y) <float[4294967296, 4] w> { y = MatMul(x, w) }"
    proto = model(text)
    weight = TensorProto(name="w", dims=[2**32, 4], data_type=1)
    proto.graph.initializer.append(weight)
    del proto.graph.value_info[:]
    with pytest.raises(OptionError, match="too large for a design space"):
        costlint.parametrize(proto)


def test_every_rule_set_of_a_device_is_in_the_pipeline():
    assert {profile.fusion for profile in one_of_each()} >= {"none", "onnxruntime", "tflite"}


@pytest.mark.parametrize("call", ["Add(, x)", "Relu()", "MatMul(x)", "BatchNormalization(x)"])
def test_an_operator_without_what_it_works_on_is_refused(call):
    """A sum of one was counted, and broke where its kernel was timed."""
    proto = model(f"g (float[2, 3] x) => (float y) {{ y = {call.replace('(, ', '(x, ')} }}")
    if "(, " in call:
        proto.graph.node[0].input[0] = ""
    with pytest.raises(ModelError, match="lacks input"):
        load(proto)


def test_a_region_that_a_resize_leaves_out_is_not_missed():
    text = """g (float[1, 1, 2, 2] x) => (float y) {
        s = Constant<value = float[4] {1.0, 1.0, 2.0, 2.0}>()  y = Resize(x, "", s) }"""
    proto = model(text.replace('""', "x"), opset=11)
    proto.graph.node[1].input[1] = ""
    assert load(proto).tensors["y"].shape == (1, 1, 4, 4)


def test_a_reshape_that_data_sizes_is_followed_as_it_is():
    text = """g (float[2, 3] x, int64[2] s) => (float y) {
        t = Reshape(x, s)  r = Relu(t)  y = ReduceSum<keepdims = 0>(r) }"""
    space = costlint.parametrize(load(model(text)))
    assert [n.op_type for n in space.model({}).graph.node] == ["Reshape", "Relu", "ReduceSum"]


def test_more_free_dimensions_than_closed_forms_hold():
    names = [f"s{i}" for i in range(301)]
    inputs = ", ".join(f"float[{name}, {name}b] x{name}" for name in names)
    proto = model(f"g ({inputs}) => (float y) {{ y = Relu(xs0) }}")
    with pytest.raises(OptionError, match="602 free dimensions"):
        count(proto, symbolic=True)
    assert count(proto).macs == 0
