"""Random weights for models without: what they are for decides what they are."""

from __future__ import annotations

from math import sqrt

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.load import load
from costlint.costmodel.models.binding import bind, name_by_output
from costlint.costmodel.models.protos import serialised, whole
from costlint.costmodel.models.weights import with_weights
from tests.models import CONV, model

BLOCK = """
g (float[N, 64, 8, 8] x) => (float[N, 32, 8, 8] y)
{ c = Conv(x, w)
  y = BatchNormalization(c, scale, bias, mean, variance) }
"""
WEIGHTS = {"w": (32, 64, 1, 1), **dict.fromkeys(("scale", "bias", "mean", "variance"), (32,))}


def contents(proto: onnx.ModelProto) -> dict[str, np.ndarray]:
    constants = [a.t for n in proto.graph.node if n.op_type == "Constant" for a in n.attribute]
    named = [n.output[0] for n in proto.graph.node if n.op_type == "Constant"]
    found = {t.name: numpy_helper.to_array(t) for t in proto.graph.initializer}
    arrays = [numpy_helper.to_array(t) for t in constants]
    return {**found, **dict(zip(named, arrays, strict=True))}


def test_filters_are_scaled_by_fan_in():
    weights = contents(with_weights(model(BLOCK, weights=WEIGHTS)))
    assert weights["w"].std() == pytest.approx(sqrt(2 / 64), rel=0.1)
    assert abs(weights["w"].mean()) < 0.02


def test_variances_and_scales_are_positive():
    weights = contents(with_weights(model(BLOCK, weights=WEIGHTS)))
    assert weights["variance"].min() > 0
    assert weights["scale"].min() > 0
    assert weights["bias"].min() < 0 < weights["bias"].max()


def test_the_same_seed_gives_the_same_model():
    first, again, other = (
        with_weights(model(BLOCK, weights=WEIGHTS), seed=seed).SerializeToString()
        for seed in (0, 0, 1)
    )
    assert first == again != other


def test_data_that_is_there_stays():
    proto = model(CONV.replace(", float[16, 3, 3, 3] w)", ")"))
    proto.graph.initializer.append(
        numpy_helper.from_array(np.full((16, 3, 3, 3), 7, np.float32), "w")
    )
    assert (contents(with_weights(proto))["w"] == 7).all()


def test_the_given_model_is_not_changed():
    proto = model(BLOCK, weights=WEIGHTS)
    before = proto.SerializeToString()
    with_weights(proto)
    assert proto.SerializeToString() == before


def test_external_data_beside_the_file_is_read(tmp_path):
    proto = model(CONV.replace(", float[16, 3, 3, 3] w)", ")"))
    proto.graph.initializer.append(
        numpy_helper.from_array(np.full((16, 3, 3, 3), 7, np.float32), "w")
    )
    path = tmp_path / "m.onnx"
    onnx.save(proto, path, save_as_external_data=True, location="w.bin", size_threshold=0)
    assert (contents(with_weights(path))["w"] == 7).all()
    (tmp_path / "w.bin").write_bytes(b"short")
    with pytest.raises(ModelError, match=r"'w' from 'w\.bin'"):
        with_weights(path)
    (tmp_path / "w.bin").unlink()
    assert contents(with_weights(path))["w"].std() == pytest.approx(sqrt(2 / 27), rel=0.2)


def test_matrices_and_their_transposes_have_the_same_scale():
    proto = with_weights(
        model(
            """g (float[8, 64] x) => (float[8, 256] y)
            { t = Transpose<perm=[1, 0]>(v)
              a = MatMul(x, t)
              b = Gemm<transB=1>(x, u)
              c = MatMul(x, w)
              d = Add(a, b)
              y = Add(c, d) }""",
            weights={"w": (64, 256), "v": (256, 64), "u": (256, 64)},
        )
    )
    for array in contents(proto).values():
        assert array.std() == pytest.approx(sqrt(1 / 64), rel=0.1)


def test_indices_select_rows_that_exist():
    proto = model(
        """g (float[4] x) => (float[300, 4] y)
        { rows = Gather(table, index)
          y = Add(rows, x) }""",
        weights={"table": (5, 4)},
    )
    index = onnx.TensorProto(name="index", dims=(300,), data_type=onnx.TensorProto.INT64)
    index.data_location = onnx.TensorProto.EXTERNAL
    proto.graph.initializer.append(index)
    found = contents(with_weights(proto))["index"]
    assert set(np.unique(found)) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("data_type", "middle"), [(onnx.TensorProto.INT8, 0), (onnx.TensorProto.UINT8, 128)]
)
def test_quantised_weights(data_type, middle):
    proto = model(
        """g (float[8, 64] x) => (float[8, 32] y)
        { w = DequantizeLinear<axis=1>(q, scale, zero)
          y = MatMul(x, w) }""",
        weights={"scale": (32,)},
    )
    for name, dims in (("q", (64, 32)), ("zero", (32,))):
        proto.graph.initializer.append(onnx.TensorProto(name=name, dims=dims, data_type=data_type))
    weights = contents(with_weights(proto))
    assert weights["scale"].min() > 0
    assert (weights["zero"] == middle).all()
    assert np.ptp(weights["q"].astype(int)) > 200


def test_a_weight_made_by_constant_of_shape_becomes_a_constant():
    proto = with_weights(
        model(
            """g (float[N, 3, 8, 8] x) => (float[N, 16, 6, 6] y)
            <int64[4] dims = {16, 3, 3, 3}>
            { w = ConstantOfShape(dims)
              y = Conv(x, w) }"""
        )
    )
    assert contents(proto)["w"].std() == pytest.approx(sqrt(2 / 27), rel=0.2)


def test_a_mask_made_by_constant_of_shape_stays():
    text = """g (float[4] x) => (float[4] y)
    <int64[1] dims = {4}>
    { m = ConstantOfShape<value = float[1] {-inf}>(dims)
      y = Add(x, m) }"""
    proto = with_weights(model(text.replace("-inf", "-1.0")))
    assert "m" in contents(proto)
    proto = model(text.replace("-inf", "-1.0"))
    value = proto.graph.node[0].attribute[0].t
    value.CopyFrom(numpy_helper.from_array(np.array([-np.inf], np.float32)))
    assert [n.op_type for n in with_weights(proto).graph.node] == ["ConstantOfShape", "Add"]


def test_constants_in_a_body_get_data():
    proto = model(
        """g (bool c, float[8] x) => (float[8] y)
        { y = If (c) <
            then_branch = t () => (float[8] a) { a = Add(x, w) },
            else_branch = e () => (float[8] b) { k = Constant<value = float[8] {0,0,0,0,0,0,0,0}>()
                                                 b = Mul(x, k) }> }""",
        weights={"w": (8,)},
    )
    body = proto.graph.node[0].attribute[1].g
    body.node[0].attribute[0].t.ClearField("float_data")
    body.node[0].attribute[0].t.ClearField("raw_data")
    filled = with_weights(proto).graph.node[0].attribute[1].g.node[0].attribute[0].t
    assert numpy_helper.to_array(filled).min() > 0  # it multiplies: near one


def test_input_shapes_are_bound_and_names_unique():
    proto = model(BLOCK, weights=WEIGHTS)
    proto.graph.node[0].name = proto.graph.node[1].name = "twice"
    bind(proto, load(proto, batch=3))
    name_by_output(proto)
    dims = [[d.dim_value for d in v.type.tensor_type.shape.dim] for v in proto.graph.input]
    assert dims == [[3, 64, 8, 8]]
    assert [node.name for node in proto.graph.node] == ["c", "y"]


def test_a_file_has_a_limit(monkeypatch):
    proto = whole(model(CONV))
    assert onnx.ModelProto.FromString(serialised(proto)) == proto
    monkeypatch.setattr("costlint.costmodel.models.protos.MAX_BYTES", 100)
    with pytest.raises(ModelError, match="at most 2 GB"):
        serialised(proto)
