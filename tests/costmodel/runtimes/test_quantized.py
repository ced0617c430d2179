"""Which ops run in the integers around them: onnxruntime is asked, and kernels are worked out."""

import onnx
import onnxruntime as ort
import pytest

from costlint.costmodel.count import count
from costlint.costmodel.devices import device
from costlint.costmodel.estimate import estimate
from costlint.costmodel.runtimes.fusion import fusion_rules
from costlint.costmodel.runtimes.kernels import kernels
from tests.costmodel.runtimes.making import UNITS, Unit, qdq
from tests.models import model

CONVERSIONS = {"QuantizeLinear", "DequantizeLinear"}
ZERO = {"uint8": (0, 128), "int8": (-128, 0), "uint16": (0,), "int16": (0,)}


def made(proto, rules="onnxruntime"):
    counts = count(proto)
    return kernels(counts.ops, counts.graph.outputs, fusion_rules(rules))


def kinds(proto, rules="onnxruntime"):
    return [kernel.main.op.op_type for kernel in made(proto, rules)]


def optimised(proto, folder):
    """The operators of onnxruntime's graph; None where it refuses the model."""
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.optimized_model_filepath = str(folder / "optimised.onnx")
    try:
        ort.InferenceSession(proto.SerializeToString(), options, ["CPUExecutionProvider"])
    except Exception:  # noqa: BLE001 - whatever it has against the type
        return None
    return [node.op_type for node in onnx.load(options.optimized_model_filepath).graph.node]


@pytest.mark.parametrize("dtype", ZERO)
def test_what_onnxruntime_fuses_is_one_kernel_and_what_it_leaves_stays(dtype, tmp_path):
    judged = 0
    for unit in UNITS:
        for one_scale in (True, False):
            for zero in ZERO[dtype] if unit.behind else ZERO[dtype][:1]:
                proto = qdq(unit, dtype, one_scale=one_scale, zero=zero)
                theirs = optimised(proto, tmp_path)
                if theirs is None:
                    continue
                ours = CONVERSIONS.isdisjoint(kinds(proto))
                assert ours == CONVERSIONS.isdisjoint(theirs), (unit, one_scale, zero, theirs)
                judged += 1
    assert judged > 80


def test_a_quantised_convolution_moves_the_bytes_of_its_types():
    unit = Unit(op="Conv", weight=(32, 16, 3, 3), bias=32)
    (kernel,) = made(qdq(unit, "uint8"))
    assert kernel.main.op.op_type == "Conv"
    assert [(t.dtype, t.size_bytes) for t in kernel.reads] == [("uint8", 16 * 8 * 8)]
    assert [(t.dtype, t.size_bytes) for t in kernel.writes] == [("uint8", 32 * 6 * 6)]
    sizes = {t.dtype: t.size_bytes for t in kernel.op.inputs if t is not None and t.is_parameter}
    assert sizes == {"int8": 32 * 16 * 9, "int32": 4 * 32}
    assert kernel.main.work.macs == 32 * 6 * 6 * 16 * 9


CHAIN = """<ir_version: 10, opset_import: ["" : 21]>
g (float[1, 3, 16, 16] x, int8[8, 3, 3, 3] w, int8[8, 8, 1, 1] v, float s, uint8 z, float t, int8 u)
  => (float[1, 8, 14, 14] y)
{ q = QuantizeLinear(x, s, z) a = DequantizeLinear(q, s, z) dw = DequantizeLinear(w, t, u)
  c = Conv(a, dw) r = Relu(c) k = QuantizeLinear(r, s, z) b = DequantizeLinear(k, s, z)
  dv = DequantizeLinear(v, t, u) d = Conv(b, dv) m = QuantizeLinear(d, s, z)
  e = DequantizeLinear(m, s, z) f = Add(b, e) n = QuantizeLinear(f, s, z)
  y = DequantizeLinear(n, s, z) }"""


def stored(text, *names):
    """The model with these inputs as parameters that are stored outside."""
    proto = onnx.parser.parse_model(text)
    for value in [v for v in proto.graph.input if v.name in names]:
        proto.graph.input.remove(value)
        kind = value.type.tensor_type
        dims = [d.dim_value for d in kind.shape.dim]
        tensor = onnx.TensorProto(name=value.name, dims=dims, data_type=kind.elem_type)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="weights.bin")
        proto.graph.initializer.append(tensor)
    for node in proto.graph.node:
        node.name = node.output[0]
    return proto


def test_a_conversion_that_two_read_is_none_where_both_take_integers():
    proto = stored(CHAIN, "w", "v", "s", "z", "t", "u")
    assert kinds(proto) == ["QuantizeLinear", "Conv", "Conv", "Add", "DequantizeLinear"]
    assert kinds(proto, "tflite") == kinds(proto)


def test_signed_numbers_with_two_readers_stay_floats_on_onnxruntime():
    proto = stored(CHAIN.replace("uint8 z", "int8 z"), "w", "v", "s", "z", "t", "u")
    assert kinds(proto).count("QuantizeLinear") == 4
    assert kinds(proto, "tflite") == ["QuantizeLinear", "Conv", "Conv", "Add", "DequantizeLinear"]


def test_a_gpu_that_computes_with_floats_converts_nothing_in_between():
    proto = stored(CHAIN, "w", "v", "s", "z", "t", "u")
    assert kinds(proto, "tflite_gpu") == ["Conv", "Conv"]


def test_a_runtime_that_fuses_none_runs_each_conversion():
    proto = stored(CHAIN, "w", "v", "s", "z", "t", "u")
    assert [k for k in kinds(proto, "none") if k in CONVERSIONS] == 3 * [
        "QuantizeLinear", "DequantizeLinear"
    ] + ["QuantizeLinear", "DequantizeLinear"]  # fmt: skip


QLINEAR = """
g (uint8[1, 16, 8, 8] x, int8[32, 16, 3, 3] w, float s, uint8 z, float t, int8 u, int32[32] b)
  => (uint8[1, 32, 6, 6] y) { y = QLinearConv(x, s, z, w, t, u, s, z, b) }"""


@pytest.mark.parametrize(
    "name", ["epyc-avx512-onnxruntime-1t", "pixel4-tflite-1large", "apple-m1-ncnn-cpu1"]
)
def test_both_forms_of_a_quantised_convolution_take_as_long(name):
    head = '<ir_version: 10, opset_import: ["" : 21]>'
    operator = stored(head + QLINEAR, "w", "s", "z", "t", "u", "b")
    unit = Unit(op="Conv", weight=(32, 16, 3, 3), bias=32)
    one, other = estimate(operator, name), estimate(qdq(unit, "uint8"), name)
    assert one.latency_s == pytest.approx(other.latency_s, rel=1e-9)
    assert (one.macs, one.parameters) == (other.macs, other.parameters)
    assert one.parameters == 32 * 16 * 9 + 32


@pytest.mark.parametrize("name", ["epyc-avx512-onnxruntime-1t", "pixel4-tflite-gpu"])
def test_the_weight_of_a_quantised_convolution_is_input_3(name):
    """Of 32x32 places, 32 outputs of 16 inputs and a filter of 3x3."""
    text = QLINEAR.replace("16, 8, 8", "16, 34, 34").replace("32, 6, 6", "32, 32, 32")
    head = '<ir_version: 10, opset_import: ["" : 21]>'
    found = estimate(stored(head + text, "w", "s", "z", "t", "u", "b"), name)
    assert found.macs == 32 * 32 * 32 * 16 * 9 == 4_718_592
    (kernel,) = found.kernels
    stated = kernel.amounts.get("weights") or kernel.amounts["weights_linear"]
    assert stated >= 32 * 16 * 9
    assert found.latency_s > 0


def test_a_device_without_a_rate_of_integers_says_so_and_is_less_sure():
    unit = Unit(op="Conv", weight=(32, 16, 3, 3), bias=32)
    found = estimate(qdq(unit, "uint8"), "pixel4-tflite-1large")
    assert any("no rate" in note and "integers" in note for note in found.notes)
    floats = model(
        "g (float[1, 16, 8, 8] x) => (float[1, 32, 6, 6] y) { y = Conv(x, w) }",
        weights={"w": (32, 16, 3, 3)},
    )
    of_floats = estimate(floats, "pixel4-tflite-1large")
    width = found.latency_high_s / found.latency_low_s
    assert width > of_floats.latency_high_s / of_floats.latency_low_s
    assert not any("integers" in note for note in of_floats.notes)
    rated = estimate(qdq(unit, "uint8"), "epyc-avx512-onnxruntime-1t")
    assert not any("integers" in note for note in rated.notes)


def test_a_weight_that_is_no_operand_of_integers_is_converted_at_each_run():
    """5 bytes for each weight: read as int8, written as float32."""
    unit = Unit(op="Conv", weight=(32, 16, 3, 3), ends_in_floats=True)
    found = estimate(qdq(unit, "uint8"), device("epyc-avx512-onnxruntime-1t"))
    (kernel,) = [k for k in found.kernels if k.main.op.op_type == "Conv"]
    assert kernel.amounts["quantized"] == 5 * 32 * 16 * 9


BLOCKWISE = """<ir_version: 10, opset_import: ["" : 21]>
g (float[4, 64] x, int4[64, 32] w, float[2, 32] s) => (float[4, 32] y)
{ d = DequantizeLinear<axis = 0, block_size = 32>(w, s) y = MatMul(x, d) }"""


def test_a_weight_of_four_bits_is_read_packed():
    """onnxruntime makes a MatMulNBits of it, which converts on the way."""
    found = estimate(stored(BLOCKWISE, "w", "s"), "epyc-avx512-onnxruntime-1t")
    (kernel,) = found.kernels
    assert kernel.amounts["weights_linear"] == 64 * 32 // 2
    assert kernel.amounts["launch"] == 1
    assert (found.macs, found.parameters) == (4 * 64 * 32, 64 * 32)
