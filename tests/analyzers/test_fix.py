"""`fix` folds what it can, and proves it."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from costlint import check
from costlint.costmodel.ir.errors import ModelError, OptionError
from costlint.costmodel.load import load
from costlint.fixing import ProofError, _proven, fix, fold, run
from costlint.rounding import BY_TYPE, tolerances
from tests.models import model

TEXT = """
g (float[1, 3, 8, 8] x, float[4, 3, 3, 3] w, float[4] s, float[4] b, float[4] m, float[4] v,
   float[4, 1, 1] k, float[4, 4, 1, 1] w2, float[1] c) => (float[1, 4, 6, 6] y)
{ a = Conv(x, w)  n = BatchNormalization(a, s, b, m, v)  i = Identity(n)  t = Mul(i, k)  r = Relu(t)
  p = Conv(r, w2)  y = Add(p, c) }
"""


def weighted(text, seed=0):
    """Inputs after the first become random weights; variances are positive."""
    return with_content(model(text), seed)


def with_content(proto, seed=0):
    """Floats after the first input become random weights, in place."""
    random = np.random.default_rng(seed)
    for given in list(proto.graph.input)[1:]:
        if given.type.tensor_type.elem_type != onnx.TensorProto.FLOAT:
            continue
        shape = [d.dim_value for d in given.type.tensor_type.shape.dim]
        array = random.standard_normal(shape).astype(np.float32)
        array = np.abs(array) + np.float32(0.1) if given.name == "v" else array
        proto.graph.initializer.append(numpy_helper.from_array(array, given.name))
        proto.graph.input.remove(given)
    return proto


def types(proto):
    return [node.op_type for node in proto.graph.node]


def test_constants_fold_into_the_weights_before():
    proto = weighted(TEXT)
    before = onnx.ModelProto()
    before.CopyFrom(proto)
    assert len(fold(proto)) == 4
    assert types(proto) == ["Conv", "Relu", "Conv"]
    x = {"x": np.random.default_rng(1).standard_normal((1, 3, 8, 8)).astype(np.float32)}
    np.testing.assert_allclose(run(before, x)[0], run(proto, x)[0], rtol=1e-4, atol=1e-5)
    onnx.checker.check_model(proto)


def test_what_others_read_is_left():
    text = """
    g (float[1, 3, 8, 8] x, float[4, 3, 1, 1] w, float[4] s, float[4] b, float[4] m, float[4] v)
      => (float[1, 4, 8, 8] y)
    { a = Conv(x, w)  n = BatchNormalization(a, s, b, m, v)  y = Add(a, n) }
    """
    proto = weighted(text)
    assert not fold(proto)
    assert types(proto) == ["Conv", "BatchNormalization", "Add"]


def test_transposes_that_undo_each_other_go():
    text = """
    g (float[1, 3, 8, 8] x, float[4, 3, 1, 1] w) => (float[1, 4, 8, 8] y)
    { a = Transpose<perm = [0, 2, 3, 1]>(x)  b = Transpose<perm = [0, 3, 1, 2]>(a)  y = Conv(b, w) }
    """
    proto = weighted(text)
    assert len(fold(proto)) == 1
    assert types(proto) == ["Conv"]


def test_an_output_keeps_its_name():
    text = """
    g (float[1, 3, 8, 8] x, float[4, 3, 1, 1] w) => (float[1, 4, 8, 8] y)
    { a = Conv(x, w)  y = Identity(a) }
    """
    proto = weighted(text)
    fold(proto)
    assert types(proto) == ["Conv"]
    assert proto.graph.node[0].output[0] == "y"


@pytest.mark.parametrize("op", ["Mul", "Div", "Sub"])
def test_a_constant_on_the_left_of_a_division_stays(op):
    text = f"""
    g (float[1, 3, 8, 8] x, float[4, 3, 1, 1] w, float[1] c) => (float[1, 4, 8, 8] y)
    {{ a = Conv(x, w)  y = {op}(c, a) }}
    """
    proto = weighted(text)
    fold(proto)
    assert len(proto.graph.node) == (1 if op == "Mul" else 2)


def test_a_transposed_convolution_takes_a_normalisation_up():
    text = """
    g (float[1, 3, 8, 8] x, float[3, 4, 2, 2] w, float[4] s, float[4] b, float[4] m, float[4] v)
      => (float[1, 4, 9, 9] y)
    { a = ConvTranspose(x, w)  d = Dropout(a)  y = BatchNormalization(d, s, b, m, v) }
    """
    proto = weighted(text)
    before = onnx.ModelProto()
    before.CopyFrom(proto)
    fold(proto)
    assert types(proto) == ["ConvTranspose"]
    x = {"x": np.random.default_rng(1).standard_normal((1, 3, 8, 8)).astype(np.float32)}
    np.testing.assert_allclose(run(before, x)[0], run(proto, x)[0], rtol=1e-4, atol=1e-5)


def test_fix_writes_a_proven_model(tmp_path):
    source, target = tmp_path / "model.onnx", tmp_path / "fixed.onnx"
    onnx.save(weighted(TEXT), source)
    found = fix(str(source), str(target))
    assert len(found.folded) == 4
    assert found.max_difference < 1e-3 * found.largest
    assert found.after.latency_s <= found.before.latency_s
    assert types(onnx.load(target)) == ["Conv", "Relu", "Conv"]


def test_external_weights_stay_external(tmp_path):
    source, target = tmp_path / "model.onnx", tmp_path / "fixed.onnx"
    onnx.save(
        weighted(TEXT), source, save_as_external_data=True, location="w.bin", size_threshold=0
    )
    fix(str(source), str(target))
    assert (tmp_path / "fixed.onnx.data").exists()
    assert types(onnx.load(target)) == ["Conv", "Relu", "Conv"]


def test_missing_weights_are_told(tmp_path):
    source = tmp_path / "model.onnx"
    onnx.save(
        weighted(TEXT), source, save_as_external_data=True, location="w.bin", size_threshold=0
    )
    (tmp_path / "w.bin").unlink()
    with pytest.raises(ModelError, match="keeps its weights in a file that is not there"):
        fix(str(source), str(tmp_path / "fixed.onnx"))


def test_nothing_is_written_when_the_proof_fails(tmp_path, monkeypatch):
    source, target = tmp_path / "model.onnx", tmp_path / "fixed.onnx"
    onnx.save(weighted(TEXT), source)
    monkeypatch.setattr("costlint.rounding.FLOAT32", -1.0)
    with pytest.raises(ProofError, match="the changed model differs by"):
        fix(str(source), str(target))
    assert not target.exists()


HALF = TEXT.replace("float[", "float16[")


def half(proto):
    """Weights of `proto` in half precision, variances positive."""
    random = np.random.default_rng(0)
    for given in list(proto.graph.input)[1:]:
        shape = [d.dim_value for d in given.type.tensor_type.shape.dim]
        array = np.abs(random.standard_normal(shape)).astype(np.float16) + np.float16(0.1)
        proto.graph.initializer.append(numpy_helper.from_array(array, given.name))
        proto.graph.input.remove(given)
    return proto


@pytest.mark.parametrize("first", ["1", "N"])
def test_half_precision_is_judged_by_its_rounding(tmp_path, first):
    source, target = tmp_path / "model.onnx", tmp_path / "fixed.onnx"
    text = HALF.replace("[1, 3, 8", f"[{first}, 3, 8").replace("[1, 4, 6", f"[{first}, 4, 6")
    onnx.save(half(model(text)), source)
    done = fix(str(source), str(target))
    assert 0 < done.max_difference < 16 * 2**-11 * done.largest
    written = onnx.load(target)
    onnx.checker.check_model(written, full_check=True)
    assert written.graph.input[0].type.tensor_type.shape.dim[0].dim_param == ("N" * (first == "N"))


def test_a_path_is_as_wide_as_its_narrowest_type():
    text = """
    g (float[1, 4] x, float[1, 4] z) => (float[1, 4] y, float[1, 4] a, bfloat16[1, 4] b)
    <float s = {0.1}, uint8 o = {128}>
    { h = Cast<to = 10>(x)  y = Cast<to = 1>(h)  q = QuantizeLinear(z, s, o)
      a = DequantizeLinear(q, s, o)  b = Cast<to = 16>(z) }
    """
    assert tolerances(load(model(text))) == (16 * 2**-11, 16 * 2**-8, 16 * 2**-8)
    plain = "g (float[1, 4] x, float[4, 2] w) => (float[1, 2] y) { y = MatMul(x, w) }"
    assert tolerances(load(model(plain))) == (1e-3,)


@pytest.mark.parametrize(("dtype", "off"), [("float16", 0.05), ("float32", 0.005)])
def test_what_is_more_than_rounding_fails_the_proof(dtype, off):
    one = np.linspace(-1, 1, 9, dtype=dtype)
    with pytest.raises(ProofError, match="differs by"):
        _proven([one], [one + np.float32(off)], [BY_TYPE.get(dtype, 1e-3)], 1)


def test_nothing_to_fold_is_told(tmp_path):
    source = tmp_path / "model.onnx"
    text = (
        "g (float[1, 3, 8, 8] x, float[4, 3, 1, 1] w) => (float[1, 4, 8, 8] y) { y = Conv(x, w) }"
    )
    onnx.save(weighted(text), source)
    with pytest.raises(OptionError, match="folds away"):
        fix(str(source), str(tmp_path / "fixed.onnx"))


def test_an_output_that_cannot_be_written_is_told(tmp_path):
    place = tmp_path / "m.onnx"
    onnx.save(weighted(TEXT), place)
    with pytest.raises(ModelError, match="cannot write"):
        fix(str(place), str(tmp_path / "nowhere" / "out.onnx"))


def test_external_weights_are_written_again(tmp_path):
    place, out = tmp_path / "m.onnx", tmp_path / "out.onnx"
    onnx.save(weighted(TEXT), place, save_as_external_data=True, location="w", size_threshold=0)
    fix(str(place), str(out))
    size = (tmp_path / "out.onnx.data").stat().st_size
    fix(str(place), str(out))
    assert (tmp_path / "out.onnx.data").stat().st_size == size


def test_weights_that_are_listed_as_inputs_need_not_be_given(tmp_path):
    proto = weighted(TEXT)
    for tensor in proto.graph.initializer:
        proto.graph.input.append(
            onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
        )
    proto.ir_version = 3
    onnx.save(proto, tmp_path / "old.onnx")
    fix(str(tmp_path / "old.onnx"), str(tmp_path / "out.onnx"))
    changed = onnx.load(tmp_path / "out.onnx")
    onnx.checker.check_model(changed)
    assert [given.name for given in changed.graph.input] == ["x"]


@pytest.mark.parametrize(("error", "proven"), [(1e-4, True), (1e-2, False)])
def test_small_outputs_are_held_to_their_own_size(error, proven, tmp_path, monkeypatch):
    """Probabilities of a thousand classes are all about 0.001: no error of theirs is large."""
    place = tmp_path / "m.onnx"
    onnx.save(weighted(TEXT), place)
    small = np.full((1, 1000), 1e-3)
    results = iter([[np.ones(3), small], [np.ones(3), small * (1 + error)]])
    monkeypatch.setattr("costlint.fixing.run", lambda *_: next(results))
    monkeypatch.setattr("costlint.fixing.tolerances", lambda _: (1e-3, 1e-3))
    if proven:
        assert fix(str(place), str(tmp_path / "out.onnx")).largest == 1e-3
    else:
        with pytest.raises(ProofError):
            fix(str(place), str(tmp_path / "out.onnx"))
        assert not (tmp_path / "out.onnx").exists()


@pytest.mark.parametrize("device", ["rtx3090-torch2.4-amp-nhwc", "snapdragon810-neon-1t"])
def test_a_fold_saves_what_the_fixed_model_is_predicted_to_save(device, tmp_path):
    """PyTorch adds a new bias in a kernel of its own, so that the first fold saves little there."""
    text = """
    g (float[1, 3, 64, 64] x, float[32, 3, 3, 3] w, float[32] s, float[32] b, float[32] m,
       float[32] v, float[32, 32, 3, 3] w2, float[32] k) => (float[1, 32, 60, 60] y)
    { a = Conv(x, w)  n = BatchNormalization(a, s, b, m, v)  c = Conv(n, w2, k)
      y = BatchNormalization(c, s, b, m, v) }
    """
    onnx.save(weighted(text), tmp_path / "m.onnx")
    found = fix(str(tmp_path / "m.onnx"), str(tmp_path / "out.onnx"), device=device)
    findings = check(str(tmp_path / "m.onnx"), device=device, select=("G404",)).findings
    told = sum(finding.saving.saved_s if finding.saving else 0.0 for finding in findings)
    assert told == pytest.approx(found.before.latency_s - found.after.latency_s, rel=1e-6)


def test_a_cast_to_the_type_it_has_goes():
    proto = weighted("""
    g (float[1, 3] x, float[3, 4] w) => (float[1, 4] y)
    { a = MatMul(x, w)  c = Cast<to = 1>(a)  h = Cast<to = 10>(c)  f = Cast<to = 1>(h)
      y = Relu(f) }
    """)
    assert len(fold(proto)) == 1
    assert types(proto) == ["MatMul", "Cast", "Cast", "Relu"]


def test_filters_across_each_other_stay_apart():
    """1x3 and 3x1 would make a 3x3 one: more work than both."""
    text = """
    g (float[1, 4, 8, 8] x, float[4, 4, 1, 3] w, float[4, 4, 3, 1] u) => (float[1, 4, 8, 8] y)
    { a = Conv<pads = [0, 1, 0, 1]>(x, w)  b = Conv<pads = [1, 0, 1, 0]>(x, u)  y = Add(a, b) }
    """
    assert not fold(weighted(text))


def test_outputs_that_are_not_finite_prove_nothing(tmp_path):
    proto = weighted(TEXT)
    (bias,) = [t for t in proto.graph.initializer if t.name == "c"]
    bias.CopyFrom(numpy_helper.from_array(np.full(1, np.nan, np.float32), "c"))
    onnx.save(proto, tmp_path / "m.onnx")
    with pytest.raises(ProofError, match="no finite outputs"):
        fix(str(tmp_path / "m.onnx"), str(tmp_path / "out.onnx"))
    assert not (tmp_path / "out.onnx").exists()


def same(proto, x_shape, more=None):
    """The op types after folding, once both models gave the same for the same inputs."""
    before = onnx.ModelProto()
    before.CopyFrom(proto)
    fold(proto)
    onnx.checker.check_model(proto, full_check=True)
    x = {"x": np.random.default_rng(1).standard_normal(x_shape).astype(np.float32), **(more or {})}
    for one, other in zip(run(before, x), run(proto, x), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)
    return [kind for kind in types(proto) if kind != "Constant"]


@pytest.mark.parametrize(
    "given", ["", "alpha = 2.0", "beta = 0.5", "alpha = 2.0, beta = 0.0, transB = 1", "transB = 1"]
)
@pytest.mark.parametrize("bias", ["", ", b", ", c"])
def test_a_product_takes_constants_up_beside_its_own_scales(given, bias):
    """Its factors stay, that of the bias goes into the bias."""
    text = f"""
    g (float[3, 4] x, float[4, 4] w, float[4] b, float[1] c, float[4] k) => (float[3, 4] y)
    {{ a = Gemm<{given}>(x, w{bias})  m = Mul(a, k)  y = Sub(m, b) }}
    """
    proto = weighted(text.replace("<>", ""))
    assert same(proto, (3, 4)) == ["Gemm"]


def test_a_bias_of_its_own_for_each_row_stays():
    text = """
    g (float[3, 4] x, float[4, 5] w, float[3, 5] c, float[5] k) => (float[3, 5] y)
    { a = Gemm(x, w, c)  y = Mul(a, k) }
    """
    assert same(weighted(text), (3, 4)) == ["Gemm", "Mul"]


def test_a_grouped_transposed_convolution_takes_constants_up():
    text = """
    g (float[1, 4, 5, 5] x, float[4, 3, 2, 2] w, float[6] b, float[6, 1, 1] k, float[1, 6, 1, 1] c)
      => (float[1, 6, 6, 6] y)
    { a = ConvTranspose<group = 2>(x, w, b)  m = Mul(k, a)  y = Add(m, c) }
    """
    assert same(weighted(text), (1, 4, 5, 5)) == ["ConvTranspose"]


@pytest.mark.parametrize("wide", ["pads = [1, 1, 1, 1]", "strides = [2, 2]", "dilations = [2, 2]"])
def test_a_1x1_multiplies_into_the_filter_before_it(wide):
    text = f"""
    g (float[1, 6, 9, 9] x, float[6, 6, 3, 3] w, float[6] b, float[6, 6, 1, 1] u, float[6] c)
      => (float[1, 6, H, W] y)
    {{ a = Conv<{wide}>(x, w, b)  y = Conv<strides = [2, 2]>(a, u, c) }}
    """
    assert same(weighted(text), (1, 6, 9, 9)) == ["Conv"]


def test_who_asks_for_a_shape_does_not_hold_a_fold_up():
    text = """
    g (float[N, 3, 8, 8] x, float[4, 3, 1, 1] w, float[4, 1, 1] k) => (float[N, 256] y)
    { a = Conv(x, w)  s = Shape<start = 0, end = 1>(a)  b = Mul(a, k)
      m = Constant<value = int64[1] {-1}>()  t = Concat<axis = 0>(s, m)  y = Reshape(b, t) }
    """
    assert same(weighted(text), (2, 3, 8, 8)) == ["Conv", "Shape", "Concat", "Reshape"]


BRANCH = """
g (float[1, 4, 8, 8] x, bool c, float[4, 4, 1, 1] w, float[4, 1, 1] k) => (float[1, 4, 8, 8] y)
{ a = Conv(x, w)  i = Identity(a)
  y = If (c) <then_branch = t () => (float[1, 4, 8, 8] p) { p = Mul(i, k) },
              else_branch = e () => (float[1, 4, 8, 8] q) { q = Relu(i) }> }
"""


def test_bodies_read_what_stands_for_a_tensor_that_went():
    assert same(weighted(BRANCH), (1, 4, 8, 8), {"c": np.ones((), bool)}) == ["Conv", "If"]


def test_a_body_that_shapes_decide_on_is_left():
    text = BRANCH.replace("bool c, ", "").replace(
        "i = Identity(a)", "i = Identity(a) n = Size(a) z = Constant<value = int64 {9}>() "
        "c = Greater(n, z)"
    )  # fmt: skip
    assert same(weighted(text), (1, 4, 8, 8))[0] == "Conv"


def test_local_functions_are_taken_apart():
    proto = onnx.parser.parse_model("""
    <ir_version: 10, opset_import: ["": 20, "own": 1]>
    g (float[1, 4, 8, 8] x, float[4, 4, 1, 1] w, float[4, 1, 1] k) => (float[1, 4, 8, 8] y)
    { a = Conv(x, w)  y = own.twice(a, k) }
    <domain: "own", opset_import: ["": 20]>
    twice (a, k) => (y) { b = Mul(a, k)  y = Mul(b, k) }
    """)
    assert same(with_content(proto), (1, 4, 8, 8)) == ["Conv"]


def test_quantised_weights_take_nothing_up():
    proto = model("""
    g (float[1, 4, 5, 5] x) => (float[1, 4, 5, 5] y)
    <int8[4, 4, 1, 1] q = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
     float s = {0.1}, float[4, 1, 1] k = {1, 2, 3, 4}>
    { w = DequantizeLinear(q, s)  a = Conv(x, w)  y = Mul(a, k) }
    """)
    assert same(proto, (1, 4, 5, 5)) == ["DequantizeLinear", "Conv", "Mul"]


def test_a_constant_may_be_stored_in_another_shape():
    text = """
    g (float[1, 3, 8, 8] x, float[4, 3, 1, 1] w, float[4] k) => (float[1, 4, 8, 8] y)
    { a = Conv(x, w)  t = Constant<value = int64[3] {-1, 1, 1}>()  r = Reshape(k, t)
      y = Mul(a, r) }
    """
    assert same(weighted(text), (1, 3, 8, 8)) == ["Conv"]


def test_a_file_without_weights_is_told(tmp_path):
    proto = weighted(TEXT)
    proto.graph.initializer[0].ClearField("raw_data")
    onnx.save(proto, tmp_path / "m.onnx")
    with pytest.raises(ModelError, match="has no weights"):
        fix(str(tmp_path / "m.onnx"), str(tmp_path / "fixed.onnx"))
