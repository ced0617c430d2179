"""Conversions that move through pools and reshapes: onnxruntime is asked."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from tests.costmodel.runtimes.test_quantized import kinds, optimised

BETWEEN = """<ir_version: 10, opset_import: ["" : 21]>
g (float[1, 16, 16, 16] x) => (float[1, 16, n, m] y)
{ q = QuantizeLinear(x, s, z) a = DequantizeLinear(q, s, z) dw = DequantizeLinear(w, t, u)
  c = Conv<pads = [1, 1, 1, 1]>(a, dw) k = QuantizeLinear(c, s, z) b = DequantizeLinear(k, s, z)
  OPS
  e = QuantizeLinear(p, s, z) f = DequantizeLinear(e, s, z) dv = DequantizeLinear(v, t, u)
  d = Conv(f, dv) h = QuantizeLinear(d, s, z) y = DequantizeLinear(h, s, z) }"""
POOL = "MaxPool<kernel_shape = [2, 2], strides = [2, 2]>"
OPS = {
    "one pool": f"p = {POOL}(b)",
    "two pools": f"r = {POOL}(b) p = {POOL}(r)",
    "a clamp before a pool": f"r = Relu(b) p = {POOL}(r)",
    "a resize behind a pool": f"r = {POOL}(b) p = Resize(r, , sizes)",
    "an average behind a pool": f"r = {POOL}(b) p = AveragePool<kernel_shape = [2, 2]>(r)",
    "a sum with what is pooled": "r = MaxPool<kernel_shape = [1, 1]>(b) p = Add(b, r)",
    "a join with what is pooled": f"r = {POOL}(b) g = {POOL}(b) p = Concat<axis = 1>(r, g)",
    "a function between transposes": "r = Transpose<perm = [0, 2, 3, 1]>(b) o = Sigmoid(r)"
    " p = Transpose<perm = [0, 3, 1, 2]>(o)",
    "what has no kernel of integers": f"r = {POOL}(b) p = HardSwish(r)",
}


def between(ops, dtype):
    proto = onnx.parser.parse_model(BETWEEN.replace("OPS", ops))
    width = 32 if "Concat" in ops else 16
    numbers = {
        "s": np.float32(0.1), "t": np.float32(0.1), "z": np.array(0, dtype),
        "u": np.array(0, "i1"), "w": np.ones((16, 16, 3, 3), "i1"),
        "v": np.ones((16, width, 1, 1), "i1"), "sizes": np.array([1, 1, 2, 2], "f4"),
    }  # fmt: skip
    proto.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(a), n) for n, a in numbers.items()
    )
    for node in proto.graph.node:
        node.name = node.output[0]
    return proto


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
@pytest.mark.parametrize("ops", OPS.values(), ids=OPS)
def test_as_many_conversions_run_as_in_onnxruntime(ops, dtype, tmp_path):
    proto = between(ops, dtype)
    theirs = optimised(proto, tmp_path)
    if theirs is None:
        pytest.skip("onnxruntime refuses what it makes of it itself")
    ours = kinds(proto)
    for name in ("QuantizeLinear", "DequantizeLinear"):
        assert ours.count(name) == theirs.count(name), (ours, theirs)


def test_where_nothing_moves_what_lies_between_stays_floats():
    proto = between(OPS["two pools"], "uint8")
    assert kinds(proto).count("DequantizeLinear") == 1
    assert kinds(proto, "ncnn").count("DequantizeLinear") == 2
