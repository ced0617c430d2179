"""Linear branches of one input that merge: found by G301, done by `fix`, or left by both."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from costlint.analyzers import analyze, rules_for
from costlint.costmodel.load import load
from costlint.fixing import fix, fold, run
from tests.analyzers.pricing import Device, facts_on, found_by
from tests.models import model

DEVICE = Device(mac_per_s=1e11, byte_per_s=1e10)

# Statistics of three normalisations, a convolution of each kind, all of 8 channels.
NORMS = ", ".join(f"float[8] {kind}{i}" for i in (1, 2, 3) for kind in "sbmv")
FILTERS = """float[8, 8, 3, 3] w3, float[8, 8, 1, 1] w1, float[8, 1, 3, 3] d3, float[8, 1, 1, 1] d1,
   float[8, 1, 3, 3] e3, float[8, 1, 5, 5] d5, float[8, 4, 3, 3] g3, float[8] c"""
REPVGG = """
    a = Conv<pads = [1, 1, 1, 1]>(x, w3)  n = BatchNormalization(a, s1, b1, m1, v1)
    p = Conv(x, w1)  q = BatchNormalization(p, s2, b2, m2, v2)
    i = BatchNormalization(x, s3, b3, m3, v3)
    t = Add(n, q)  u = Add(t, i)  y = Relu(u)"""
MOBILEONE = """
    a = Conv<pads = [1, 1, 1, 1], group = 8>(x, d3)  n = BatchNormalization(a, s1, b1, m1, v1)
    e = Conv<pads = [1, 1, 1, 1], group = 8>(x, e3, c)
    p = Conv<group = 8>(x, d1)  q = BatchNormalization(p, s2, b2, m2, v2)
    i = BatchNormalization(x, s3, b3, m3, v3)
    z = Constant<value = float {0.0}>()
    o = Add(z, n)  t = Add(o, e)  r = Add(t, q)  u = Add(r, i)  y = Relu(u)"""


def weighted(body, *, dtype=np.float32):
    """A graph of 8 channels with random weights; variances are positive and unlike."""
    text = f"""g (float[1, 8, 9, 9] x, float[1, 8, 9, 9] x2, {NORMS}, {FILTERS})
      => (float[1, 8, 9, 9] y) {{ {body} }}"""
    proto = model(text)
    random = np.random.default_rng(0)
    for given in list(proto.graph.input)[2:]:
        shape = [d.dim_value for d in given.type.tensor_type.shape.dim]
        array = random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
        array = np.abs(array) + 0.1 if given.name[0] == "v" else array
        proto.graph.initializer.append(numpy_helper.from_array(array.astype(dtype), given.name))
        proto.graph.input.remove(given)
    return proto


def types(proto):
    return [node.op_type for node in proto.graph.node if node.op_type != "Constant"]


def outputs(proto):
    random = np.random.default_rng(1)
    fed = {name: random.standard_normal((1, 8, 9, 9)).astype(np.float32) for name in ("x", "x2")}
    return run(proto, fed)[0]


def found(of):
    graph = load(of)
    facts = facts_on(DEVICE, graph)
    return found_by(rules_for(["G301"]), facts)


def fixed(proto):
    """What `fix` makes of it, once it computes the same."""
    changed = onnx.ModelProto()
    changed.CopyFrom(proto)
    fold(changed)
    onnx.checker.check_model(changed)
    np.testing.assert_allclose(outputs(proto), outputs(changed), rtol=1e-5, atol=1e-5)
    return changed


def test_a_block_of_repvgg_is_one_convolution():
    proto = weighted(REPVGG)
    assert types(fixed(proto)) == ["Conv", "Relu"]
    (one,) = found(proto)
    assert one.message == (
        "3 parallel linear branches of one input are summed: one convolution does the same"
    )
    assert one.remedy == "rewrite"
    assert one.evidence["macs_before"] == 9 * 9 * 8 * 8 * (3 * 3 + 1)
    assert one.evidence["macs_after"] == 9 * 9 * 8 * 8 * (3 * 3)
    assert set(one.ops) == set("anpqitu")


def test_a_depthwise_block_of_mobileone_is_one_convolution():
    proto = weighted(MOBILEONE)
    changed = fixed(proto)
    assert types(changed) == ["Conv", "Relu"]
    weights = {t.name: tuple(t.dims) for t in changed.graph.initializer}
    assert weights == {"u.folded_weight": (8, 1, 3, 3), "u.folded_bias": (8,)}
    (one,) = found(proto)
    assert one.evidence["fragments"] == 4
    assert one.evidence["macs_after"] == 9 * 9 * 8 * 3 * 3


PAD = "<pads = [1, 1, 1, 1]>"
DEPTHWISE = "<pads = [1, 1, 1, 1], group = 8>"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        (f"a = Conv{PAD}(x, w3)  y = Add(x, a)", ["Conv"]),
        (f"a = Conv{DEPTHWISE}(x, d3, c)  y = Add(a, x)", ["Conv"]),
        ('a = Conv<auto_pad = "SAME_UPPER">(x, w3)  b = Conv(x, w1)  y = Sum(a, b, x)', ["Conv"]),
        ("a = Conv<pads = [1, 1, 1, 1], group = 2>(x, g3)  y = Add(a, x)", ["Conv"]),
        # A dense 3x3 holds a depthwise and a grouped one.
        (f"a = Conv{PAD}(x, w3)  b = Conv{DEPTHWISE}(x, d3)  y = Add(a, b)", ["Conv"]),
        (f"a = Conv{PAD}(x, w3)  b = Conv<pads = [1, 1, 1, 1], group = 2>(x, g3)  y = Add(a, b)",
         ["Conv"]),
        # A 3x3 of dilation 2 lies on the taps of a 5x5.
        (("a = Conv<pads = [2, 2, 2, 2], group = 8>(x, d5)  "
         "b = Conv<pads = [2, 2, 2, 2], dilations = [2, 2], group = 8>(x, d3)  y = Add(a, b)"),
         ["Conv"]),
        # The normalisation behind the sum, and a constant: RepViT, FastViT.
        (f"a = Conv{DEPTHWISE}(x, d3)  t = Add(a, x)  y = BatchNormalization(t, s1, b1, m1, v1)",
         ["Conv"]),
        ((f"a = Conv{DEPTHWISE}(x, d3)  i = BatchNormalization(x, s1, b1, m1, v1)  t = Sub(a, i)  "
         "k = Constant<value = float[8, 1, 1] {1, 2, 3, 4, 5, 6, 7, 8}>()  u = Mul(k, t)  "
         "v = Div(u, k)  w = Mul(v, k)  y = Add(x, w)"), ["Conv"]),
        # One summand of another tensor stays.
        (f"a = Conv{PAD}(x, w3)  b = Conv(x, w1)  t = Add(a, x2)  y = Add(t, b)", ["Conv", "Add"]),
        ((f"a = Conv{DEPTHWISE}(x, d3)  i = BatchNormalization(x, s1, b1, m1, v1)  r = Relu(x)  "
         "t = Sum(a, r, i)  y = Relu(t)"), ["Relu", "Conv", "Add", "Relu"]),
        # Not the sum of all three, but the inner one.
        (f"a = Conv{PAD}(x, w3)  t = Add(a, x)  r = Relu(x)  u = Add(t, r)  y = Add(u, x2)",
         ["Conv", "Relu", "Add", "Add"]),
    ],
)  # fmt: skip
def test_branches_merge(body, after):
    proto = weighted(body)
    assert sorted(types(fixed(proto))) == sorted(after)
    assert len(found(proto)) == 1


NORM = "(p, s1, b1, m1, v1)"


@pytest.mark.parametrize(
    ("why", "body"),
    [
        ("another stride", (f"a = Conv{PAD}(x, w3)  "
         "b = Conv<strides = [2, 2], pads = [4, 4, 4, 4]>(x, w1)  y = Add(a, b)")),
        ("taps between those of the other", (f"a = Conv{PAD}(x, w3)  "
         "b = Conv<pads = [2, 2, 2, 2], dilations = [2, 2]>(x, w3)  y = Add(a, b)")),
        ("not centred", (f"a = Conv{PAD}(x, w3)  b = Conv<pads = [0, 0, 2, 2]>(x, w3)  "
         "y = Add(a, b)")),
        ("a branch is read elsewhere", (f"a = Conv{PAD}(x, w3)  p = Conv(x, w1)  t = Add(a, p)  "
         "r = Relu(p)  u = Add(t, r)  y = Mul(u, r)")),
        ("an activation", f"a = Conv{PAD}(x, w3)  p = Conv(x, w1)  r = Relu(p)  y = Add(a, r)"),
        ("it trains", (f"a = Conv{PAD}(x, w3)  p = Conv(x, w1)  "
         f"q, mean, var = BatchNormalization<training_mode = 1>{NORM}  y = Add(a, q)")),
        ("another input", f"a = Conv{PAD}(x, w3)  p = Conv(x2, w1)  y = Add(a, p)"),
        ("a residual connection", f"a = Conv{PAD}(x, w3)  y = Add(a, x2)"),
        ("a dense 1x1 beside a depthwise 3x3", (f"a = Conv{DEPTHWISE}(x, d3)  p = Conv(x, w1)  "
         "y = Add(a, p)")),
        ("a factor of a pixel", (f"a = Conv{DEPTHWISE}(x, d3)  k = RandomNormal<shape = [9, 9]>()  "
         "b = Mul(x, k)  y = Add(a, b)")),
        ("a product of two", f"a = Conv{PAD}(x, w3)  p = Conv(x, w1)  y = Mul(a, p)"),
        ("two that stay", (f"a = Conv{PAD}(x, w3)  b = Conv(x, w1)  r = Relu(x)  "
         "y = Sum(a, b, x2, r)")),
    ],
)  # fmt: skip
def test_other_sums_stay(why, body):
    proto = weighted(body)
    assert not found(proto), why
    before = types(proto)
    if "Random" in body:
        fold(proto)
        assert types(proto) == before
    else:
        assert types(fixed(proto)) == before


def test_wider_outputs_than_the_input_have_no_identity():
    text = """g (float[1, 1, 9, 9] x, float[4, 1, 3, 3] w) => (float[1, 4, 9, 9] y)
    { a = Conv<pads = [1, 1, 1, 1]>(x, w)  y = Add(a, x) }"""
    proto = model(text)
    weight = numpy_helper.from_array(np.ones((4, 1, 3, 3), np.float32), "w")
    proto.graph.initializer.append(weight)
    del proto.graph.input[1]
    assert not found(proto)
    assert not fold(proto)


def test_weights_that_others_read_stay():
    proto = weighted(f"a = Conv{PAD}(x, w3)  t = Add(a, x)  r = Relu(t)  y = Conv{PAD}(r, w3)")
    shared = next(t for t in proto.graph.initializer if t.name == "w3").raw_data
    changed = fixed(proto)
    assert types(changed) == ["Conv", "Relu", "Conv"]
    assert next(t for t in changed.graph.initializer if t.name == "w3").raw_data == shared


def test_with_all_fixes_a_merge_takes_the_fold_of_its_branches_with_it():
    """G404 alone leaves the sum, G301 alone has it all: together they are one convolution."""
    graph = load(weighted(REPVGG))
    both = analyze(DEVICE(graph), select=["G301", "G404"], reprice=DEVICE)
    merge = next(f for f in both.findings if f.rule == "G301")
    folds = [f for f in both.findings if f.rule == "G404"]
    assert folds
    one = load(fixed(weighted(REPVGG)))
    assert both.latency_after_fixes_s == pytest.approx(DEVICE(one).latency_s)
    assert merge.saving is not None
    assert merge.saving.after_s == pytest.approx(DEVICE(one).latency_s)


def test_half_precision_stays():
    proto = weighted(REPVGG, dtype=np.float16)
    for given in (*proto.graph.input, *proto.graph.output):
        given.type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    exact = weighted(REPVGG)
    for tensor in exact.graph.initializer:
        half = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(half.astype(np.float32), tensor.name))
    for one in (proto, exact):
        fold(one)
    onnx.checker.check_model(proto, full_check=True)
    stored = {t.name: numpy_helper.to_array(t) for t in exact.graph.initializer}
    for tensor in proto.graph.initializer:
        half = numpy_helper.to_array(tensor)
        assert half.dtype == np.float16
        # Normalisations fold first and the sum after: two roundings.
        np.testing.assert_allclose(half, stored[tensor.name], rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("text", [REPVGG, MOBILEONE])
def test_fix_proves_what_it_merged(text, tmp_path):
    source, target = tmp_path / "model.onnx", tmp_path / "fixed.onnx"
    onnx.save(
        weighted(text), source, save_as_external_data=True, location="w.bin", size_threshold=0
    )
    done = fix(str(source), str(target))
    assert done.max_difference < 1e-5 * done.largest
    assert types(onnx.load(target)) == ["Conv", "Relu"]
    assert (tmp_path / "fixed.onnx.data").exists()
    assert not found(str(target))
