"""Behind an operator that nobody knows: shapes by the file's word, and by what reads them."""

from __future__ import annotations

import random
from zipfile import ZipFile

import onnx
import pytest

import costlint
from costlint.costmodel.ir.dims import is_static
from costlint.costmodel.ir.dtypes import ONNX_NUMBERS
from costlint.costmodel.shapes import forced as forced_module
from tests.conftest import CORPUS
from tests.models import model

DOMAINS = '<ir_version: 10, opset_import: ["" : 22, "my.ops" : 1]>'
WEIGHTS = {
    "w": (16, 3, 1, 1), "v": (8, 16, 1, 1), "u": (16, 16, 3, 3), "b": (16,), "m": (5, 7),
    "t": (3, 16, 2, 2),
}  # fmt: skip


def graph(text, **options):
    return costlint.load(model(f"{DOMAINS}\n{text}", weights=WEIGHTS), **options)


def shape(text, name, **options):
    return graph(text, **options).tensors[name].shape


STATED = "g (float[{0}] x) => (float[{1}] y) {{ a = my.ops.F(x)  y = Conv(a, v) }}"


@pytest.mark.parametrize(
    ("x", "y", "options", "found"),
    [
        ("1, 3, 8, 8", "1, 8, 8, 8", {}, (1, 16, 8, 8)),
        ("1, 3, 8, 8", "1, 8, 8, 8", {"batch": 4}, (4, 16, 8, 8)),
        ("2, 3, 8, 8", "2, 8, 8, 8", {"batch": 4}, (4, 16, 8, 8)),
        ("2, 3, 8, 8", "6, 8, 8, 8", {"batch": 4}, None),  # six of two are maybe twelve of four
        ("1, 3, 8, 8", "1, 8, 8, 8", {"shapes": {"x": (1, 3, 16, 16)}}, None),
        ("N, 3, H, 8", "N, 8, H, 8", {"shapes": {"x": (2, 3, 5, 8)}}, (2, 16, 5, 8)),
        ("N, 3, H, 8", "N, 8, H, 8", {"shapes": {"N": 2, "H": 5}}, (2, 16, 5, 8)),
        ("N, 3, 8, 8", "1, 8, 8, 8", {"batch": 3}, (3, 16, 8, 8)),
        ("N, 3, 8, 8", "N, 8, k, 8", {"batch": 3}, None),
    ],
)  # fmt: skip
def test_what_the_file_states_at_the_sizes_that_hold(x, y, options, found):
    assert shape(STATED.format(x, y), "a", **options) == found


STEPS = """
g (float[7, 1, 8] x) => (float[{0}] y, float[7, 1, 1, 4] z)
{{ y = my.ops.F(x)  z = LSTM <hidden_size = 4> (x, i, r) }}
"""


@pytest.mark.parametrize(
    ("y", "found"), [("7, 1, 5", (7, 4, 5)), ("1, 7, 5", None), ("1, 1, 5", None)]
)
def test_a_batch_that_does_not_stand_first(y, found):
    """Where the file has the batch elsewhere than in the input, its shape is not used."""
    weights = {"i": (1, 16, 8), "r": (1, 16, 4)}
    proto = model(f"{DOMAINS}\n{STEPS.format(y)}", weights=weights)
    assert costlint.load(proto, batch=4).tensors["y"].shape == found


def test_arithmetic_in_a_stated_shape_follows_the_inputs():
    text = STATED.format("N, 3, H, 8", "N, 8, H + 2, 8").replace("H + 2", '"H + 2"')
    assert shape(text, "a", shapes={"N": 2, "H": 5}) == (2, 16, 7, 8)


def test_it_is_said_what_is_used_and_what_is_not():
    text = STATED.format("1, 3, 8, 8", "1, 8, 8, 8")
    stated, forced = graph(text).notes
    assert stated == "behind my.ops::F: shapes are what the file states ('y')"
    assert forced == "behind my.ops::F: shapes are inferred from what reads them ('a')"
    assert "at the batch that holds ('y')" in graph(text, batch=4).notes[0]
    assert "and not used ('y')" in graph(text, shapes={"x": (1, 3, 16, 16)}).notes[0]


def test_a_statement_that_contradicts_the_rest_is_not_used():
    text = """g (float[1, 3, 8, 8] x) => (float[1, 8, 8, 8] y) <float[1, 3, 8, 8] a>
    { a = my.ops.F(x)  y = Conv(a, v) }"""
    found = graph(text)
    assert found.tensors["a"].shape is None
    assert any("contradicts the rest" in note for note in found.notes)


@pytest.mark.parametrize(
    ("nodes", "found"),
    [
        ("b1 = Relu(a)  c = Conv(b1, v)  d = Conv(x16, v)  y = Add(c, d)", (1, 16, 8, 8)),
        ("c = Conv <pads = [1, 1, 1, 1]> (a, u)  y = Add(c, x16)", (1, 16, 8, 8)),
        ("c = Conv(a, u)  y = Add(c, x16)", (1, 16, 10, 10)),
        ("c = BatchNormalization(a, b, b, b, b)  y = Add(c, x16)", (1, 16, 8, 8)),
        ("c = Concat <axis = 1> (a, x)  y = Conv(c, v)", (1, 16 - 3, 8, 8)),
        (("c = Transpose <perm = [0, 2, 3, 1]> (a)  d = Sigmoid(c)  e = Mul(c, d)"
          "f = Transpose <perm = [0, 3, 1, 2]> (e)  y = Add(f, x16)"), (1, 16, 8, 8)),
        ("c = MaxPool <kernel_shape = [3, 3], pads = [1, 1, 1, 1]> (a)  y = Add(x16, c)",
         (1, 16, 8, 8)),
        ("c = ConvTranspose <strides = [2, 2]> (a, t)  y = Add(c, x16)", (1, 3, 4, 4)),
        ("c = Cast <to = 1> (a)  d = Neg(c)  e = Div(d, b1616)  y = Sum(e, x16)", (1, 16, 8, 8)),
    ],
)  # fmt: skip
def test_what_is_forced_by_what_reads_it(nodes, found):
    text = f"""g (float[1, 3, 8, 8] x) => (y)
    {{ x16 = Conv(x, w)  b1616 = Constant <value = float {{2.0}}> ()  a = my.ops.F(x)  {nodes} }}"""
    assert shape(text, "a") == found


def test_matrices():
    text = "g (float[4, 9] x) => (float[4, 7] y) { a = my.ops.F(x)  y = MatMul(a, m) }"
    assert shape(text, "a") == (4, 5)
    gemm = text.replace("MatMul(a, m)", "Gemm <transA = 1> (a, m)")
    assert shape(gemm, "a") == (5, 4)


def test_a_gate_is_not_taken_for_a_residual_sum():
    """The unknown factor may be (1, 16, 1, 1) as well."""
    text = """g (float[1, 3, 8, 8] x) => (y)
    { c = Conv(x, w)  a = my.ops.F(x)  y = Mul(c, a) }"""
    assert shape(text, "a") is None


def test_an_operator_of_the_standard_that_is_newer():
    text = """g (float[1, 3, 8, 8] x) => (float[1, 8, 8, 8] y) <float[1, 16, 8, 8] a>
    { a = FromTheFuture(x)  y = Conv(a, v) }"""
    assert costlint.count(graph(text)).macs == 8 * 16 * 8 * 8


def test_inside_a_branch():
    text = """g (float[1, 3, 8, 8] x, bool c) => (y) {
      y = If (c) <then_branch = t () => (float[1, 8, 8, 8] p) { a = my.ops.F(x)  p = Conv(a, v) },
                  else_branch = e () => (q) { d = Conv(x, w)  q = Conv(d, v) }> }"""
    branch = graph(text).ops[0].bodies[0]
    assert branch.tensors["a"].shape == (1, 16, 8, 8)


def test_inside_a_function():
    text = """<ir_version: 10, opset_import: ["" : 22, "my.ops" : 1, "f" : 1]>
    g (float[1, 3, 8, 8] x) => (y) { y = f.Block(x, v) }
    <domain: "f", opset_import: ["" : 22, "my.ops" : 1]>
    Block (p, k) => (r) <float[1, 16, 8, 8] a> { a = my.ops.F(p)  r = Conv(a, k) }"""
    found = costlint.count(model(text, weights={"v": WEIGHTS["v"]}))
    assert found.macs == 8 * 16 * 8 * 8


def test_nothing_is_forced_where_all_is_known(monkeypatch):
    """No pass but the first."""
    monkeypatch.setattr(forced_module, "import_module", None)
    assert shape("g (float[1, 3, 8, 8] x) => (y) { y = Conv(x, w) }", "y") == (1, 16, 8, 8)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not there")
def test_any_op_of_a_real_network_may_be_unknown():
    """Taught, it counts as before; stated, the rest does; bare, no shape is a wrong one."""
    draw = random.Random(0)  # noqa: S311 - which networks and ops are tried
    with ZipFile(CORPUS / "phone-graphs.zip") as zipped:
        for name in draw.sample(zipped.namelist(), 4):
            proto = onnx.ModelProto.FromString(zipped.read(name))
            before = costlint.count(proto)
            made = {t.name: row for row in before.ops for t in row.op.outputs if t is not None}
            node = draw.choice([n for n in proto.graph.node if n.output[0] in made])
            like, rest = node.op_type, before.macs - made[node.output[0]].cost.macs
            node.op_type, node.domain = "X", "my.ops"
            proto.opset_import.append(onnx.helper.make_opsetid("my.ops", 1))
            taught = costlint.count(proto, ops={"my.ops::X": like})
            assert (taught.cost, taught.parameters) == (before.cost, before.parameters)
            del proto.graph.value_info[:]
            bare = costlint.count(proto).graph.tensors
            for tensor in before.graph.tensors.values():
                assert tensor.name not in bare or bare[tensor.name].shape in (None, tensor.shape)
            proto.graph.value_info.extend(
                onnx.helper.make_tensor_value_info(t.name, ONNX_NUMBERS[t.dtype], t.shape)
                for t in before.graph.tensors.values()
                if is_static(t.shape)
            )
            assert costlint.count(proto).macs == rest
