"""Further kinds that random models brought to light, each as a model of a few lines."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import costlint
from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import ModelError, OptionError
from costlint.costmodel.load import load
from costlint.fixing import fix
from costlint.reports import render
from costlint.reports.build import model_report
from costlint.reports.report import Report
from tests.generated.pipeline import Finds, on_devices, one_of_each, run
from tests.generated.test_finds import filled
from tests.models import model


def shape_of(text: str, name: str = "y", *, opset: int = 22) -> object:
    return load(model(text, opset=opset)).tensors[name].shape


def finds_on_devices(text: str, tmp_path) -> Finds:
    found = Finds()
    path = tmp_path / "m.onnx"
    path.write_bytes(filled(text))
    on_devices(str(path), {}, found)
    return found


@pytest.mark.parametrize(
    ("kernel", "more", "size"),
    [
        (1, "", 15 * 3 + 1),
        (2, "", 15 * 3 + 2),
        (2, ", output_padding = [1]", 16 * 3),
        (4, "", 16 * 3),
    ],
)
def test_a_transposed_convolution_of_same_size_ends_with_its_last_filter(kernel, more, size):
    """onnxruntime takes pads from what the filters reach, and adds none where they reach less."""
    text = f"""g (float[1, 2, 16] x, float[2, 1, {kernel}] w) => (y) {{
        y = ConvTranspose<auto_pad = "SAME_UPPER", strides = [3]{more}>(x, w) }}"""
    assert shape_of(text) == (1, 1, size)


def test_a_stated_sequence_keeps_what_is_in_it():
    text = """g (float[7, 1] a) => (y, seq(float[]) s) {
        s = SequenceConstruct(a, a)  y = ConcatFromSequence<axis = 0, new_axis = 1>(s) }"""
    assert shape_of(text) == (2, 7, 1)


def test_the_type_of_what_a_sequence_of_unknown_shapes_joins_to():
    text = """g (float[2] x, int64[n] s) => (y) {
        t = Reshape(x, s)  q = SequenceConstruct(t, t)  y = ConcatFromSequence<axis = 0>(q) }"""
    assert load(model(text), shapes={"s": (3,)}).tensors["y"].dtype == "float32"


def test_a_quantised_type_is_known_where_the_shape_is_not():
    text = """g (float[2] x, int64[n] s, float z) => (y) {
        t = Reshape(x, s)  y = QuantizeLinear(t, z) }"""
    assert load(model(text), shapes={"s": (3,)}).tensors["y"].dtype == "uint8"


@pytest.mark.parametrize("call", ["Conv<group = 2>(t, w)", "Reshape(t, n)", "Slice(t, n, n)"])
def test_a_design_space_of_shapes_that_only_the_data_knows(call):
    text = f"""g (float[64] x, int64[r] s, int64[k] n, float[2, 2, 1, 1] w) => (y) {{
        t = Reshape(x, s)  y = {call} }}"""
    space = costlint.parametrize(load(model(text), shapes={"s": (4,), "k": 1}))
    assert costlint.count(space.bind({})).macs == space.compile()({}).macs[0] == 0


def test_what_nothing_reads_is_counted_alike_by_arrays_and_bind():
    """An edit drops what it leaves unread, not what nobody read before."""
    text = """g (float[2, 8] x) => (float[2, 5] y) <float[8, 16] a, float[16, 5] b, float[8, 3] c> {
        h = MatMul(x, a)  y = MatMul(h, b)  unread = MatMul(x, c)  on = Relu(unread) }"""
    space = costlint.parametrize(filled(text))
    macs = 2 * (8 * 16 + 16 * 5 + 8 * 3)
    assert costlint.count(space.bind({})).macs == space.compile()({}).macs[0] == macs
    narrow = {"h.width": 8}
    macs = 2 * (8 * 8 + 8 * 5 + 8 * 3)
    assert costlint.count(space.bind(narrow)).macs == space.compile()(narrow).macs[0] == macs


def test_channels_last_are_no_width_of_a_picture():
    """W (M, C, 3, 3) of X (1, H, W, C): which axis of W is C does not depend on a free size."""
    text = """<ir_version: 10, opset_import: ["" : 22, "com.microsoft" : 1]>
        g (float[1, 9, 9, 6] x) => (float[1, 7, 7, 4] y) <float[4, 6, 3, 3] w> {
        y = com.microsoft.NhwcFusedConv(x, w) }"""
    space = costlint.parametrize(filled(text))
    assert costlint.count(space.bind({})).macs == space.compile()({}).macs[0] == 7 * 7 * 4 * 6 * 9


def test_an_operator_without_inputs_between_conversions(tmp_path):
    text = """g (float[4] x) => (float[4] y) <float s> {
        q = QuantizeLinear(x, s)  d = DequantizeLinear(q, s)
        c = Constant<value = float[4] {1, 2, 3, 4}>()  r = RandomNormal<shape = [4]>()
        p = QuantizeLinear(r, s)  e = DequantizeLinear(p, s)  y = Sum(d, e, c) }"""
    assert not finds_on_devices(text, tmp_path)


def test_a_grouped_convolution_of_an_empty_picture_is_no_finding(tmp_path):
    """Nothing is moved for no macs: G201 divides by neither."""
    text = """g (float[0, 4, 5, 5] x) => (float[0, 4, 5, 5] y) <float[4, 2, 1, 1] w> {
        h = Relu(x)  y = Conv<group = 2>(h, w) }"""
    assert not finds_on_devices(text, tmp_path)
    report = costlint.check(filled(text), shapes={"x": (0, 4, 5, 5)})
    assert not [f for m in report.models for f in m.findings if f.rule == "G201"]


def test_a_vector_joins_what_is_kept_in_blocks(tmp_path):
    """What is added to a Concat may be a vector, without channels to be kept in blocks."""
    text = """g (float[1, 16, 4, 4] x, float[4] v) => (z) <float[16, 16, 1, 1] w> {
        y = Conv(x, w)  n = Neg(v)  c = Concat<axis = 1>(y, y)  z = Add(c, n) }"""
    assert not finds_on_devices(text, tmp_path)


def test_amounts_that_cancel_are_plain_numbers_in_a_report():
    """A sum over one element: N - N adds, which sympy has as a number of its own."""
    text = "g (float[N, 1] x) => (y) { y = ReduceSum(x, a) }"
    proto = model(text.replace("x)", "x, int64[1] a)", 1))
    proto.graph.initializer.append(numpy_helper.from_array(np.array([1]), "a"))
    counts = count(proto, symbolic=True)
    assert type(counts.flop) is not int
    report = model_report(counts)
    assert type(report.totals.flop) is int
    assert json.loads(render(Report(tool_version="0", models=(report,)), "json"))


def test_a_search_with_nothing_to_keep_is_refused(tmp_path):
    """An embedding has a width, and no multiplications to keep."""
    path = tmp_path / "m.onnx"
    text = """<ir_version: 8, opset_import: ["" : 13]>
        g (int64[3] i) => (float[3, 1] y) <float[10, 8] w> {
        e = Gather(w, i)  y = ReduceMax<axes = [1]>(e) }"""
    path.write_bytes(filled(text))
    with pytest.raises(OptionError, match="nothing to keep: the model has no macs"):
        costlint.optimize(str(path), one_of_each()[0], keep="macs", time_limit_s=0.1)


def test_no_runtime_divides_by_rows_that_are_not_there(tmp_path):
    text = "g (float[2, 0] x) => (float[2, 4] y) <float[0, 4] w> { n = Neg(x)  y = MatMul(n, w) }"
    path = tmp_path / "m.onnx"
    path.write_bytes(filled(text))
    assert not run(path, {"x": (2, 0)})


def test_the_page_refuses_work_that_is_free_where_no_byte_is():
    """Strings have no known bytes, but each takes its steps."""
    text = """<ir_version: 10, opset_import: ["" : 22, "finn.custom_op.general" : 1]>
        g (string[N] x) => (string[N] y) { y = finn.custom_op.general.Trunc(x) }"""
    report = model_report(count(model(text), symbolic=True))
    assert report.totals.bytes_accessed == 0
    with pytest.raises(OptionError, match="needs numbers"):
        render(Report(tool_version="0", models=(report,)), "html")


@pytest.mark.parametrize("call", ["x, v", "m, v"])
def test_a_product_with_a_stored_vector_gives_a_number_a_row(call):
    text = f"""g (float[3] x, float[5, 3] m) => (y) <float[3] v = {{1, 2, 3}}> {{
        y = MatMul({call}) }}"""
    for device in (
        "pixel4-tflite-1large",
        "rtx3090-torch2.4-amp-nhwc",
        "epyc-avx512-onnxruntime-1t",
    ):
        (model_report,) = costlint.check(model(text), device=device).models
        assert model_report.totals.macs == (3 if call == "x, v" else 15)


def test_functions_that_onnx_cannot_tell_apart_are_not_changed(tmp_path):
    functions = [
        onnx.helper.make_function(
            "my", "F", ["x"], ["y"], [onnx.helper.make_node("Relu", ["x"], ["y"])],
            [onnx.helper.make_opsetid("", 17)],
        )
        for _ in range(2)
    ]  # fmt: skip
    proto = model("g (float[3] x) => (float[3] y) { t = Identity(x) y = Identity(t) }")
    proto.functions.extend(functions)
    onnx.save(proto, tmp_path / "m.onnx")
    with pytest.raises(ModelError, match="local functions"):
        fix(str(tmp_path / "m.onnx"), str(tmp_path / "o.onnx"))
