"""`fix` folds what it can, and proves it."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from costlint import check
from costlint.costmodel.ir.errors import ModelError, OptionError
from costlint.costmodel.models.rewrite import fold
from costlint.fixing import ProofError, fix, run
from tests.models import model

TEXT = """
g (float[1, 3, 8, 8] x, float[4, 3, 3, 3] w, float[4] s, float[4] b, float[4] m, float[4] v,
   float[4, 1, 1] k, float[4, 4, 1, 1] w2, float[1] c) => (float[1, 4, 6, 6] y)
{ a = Conv(x, w)  n = BatchNormalization(a, s, b, m, v)  i = Identity(n)  t = Mul(i, k)  r = Relu(t)
  p = Conv(r, w2)  y = Add(p, c) }
"""


def weighted(text, seed=0):
    """Inputs after the first become random weights; variances are positive."""
    proto = model(text)
    random = np.random.default_rng(seed)
    for given in list(proto.graph.input)[1:]:
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
    result = fold(proto)
    assert len(result.folded) == 4
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
    result = fold(proto)
    assert not result.folded
    assert "others read what it scales" in result.refused[0]
    assert types(proto) == ["Conv", "BatchNormalization", "Add"]


def test_transposes_that_undo_each_other_go():
    text = """
    g (float[1, 3, 8, 8] x, float[4, 3, 1, 1] w) => (float[1, 4, 8, 8] y)
    { a = Transpose<perm = [0, 2, 3, 1]>(x)  b = Transpose<perm = [0, 3, 1, 2]>(a)  y = Conv(b, w) }
    """
    proto = weighted(text)
    assert len(fold(proto).folded) == 1
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
    monkeypatch.setattr("costlint.fixing.TOLERANCE", -1.0)
    with pytest.raises(ProofError, match="the changed model differs by"):
        fix(str(source), str(target))
    assert not target.exists()


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
    assert len(fold(proto).folded) == 1
    assert types(proto) == ["MatMul", "Cast", "Cast", "Relu"]


def test_filters_across_each_other_stay_apart():
    """1x3 and 3x1 would make a 3x3 one: more work than both."""
    text = """
    g (float[1, 4, 8, 8] x, float[4, 4, 1, 3] w, float[4, 4, 3, 1] u) => (float[1, 4, 8, 8] y)
    { a = Conv<pads = [0, 1, 0, 1]>(x, w)  b = Conv<pads = [1, 0, 1, 0]>(x, u)  y = Add(a, b) }
    """
    assert not fold(weighted(text)).folded


def test_outputs_that_are_not_finite_prove_nothing(tmp_path):
    proto = weighted(TEXT)
    (bias,) = [t for t in proto.graph.initializer if t.name == "c"]
    bias.CopyFrom(numpy_helper.from_array(np.full(1, np.nan, np.float32), "c"))
    onnx.save(proto, tmp_path / "m.onnx")
    with pytest.raises(ProofError, match="no finite outputs"):
        fix(str(tmp_path / "m.onnx"), str(tmp_path / "out.onnx"))
    assert not (tmp_path / "out.onnx").exists()
