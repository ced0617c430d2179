"""One network as onnxruntime's own tool writes it: in floats, in QDQ, in QOperator."""

import pytest

from costlint.costmodel.estimate import estimate

pytest.importorskip("onnxruntime.quantization")

from calibration.quantized import forms

DEVICE = "epyc-avx512-onnxruntime-1t"
BORDERS = {"QuantizeLinear", "DequantizeLinear"}
NAMES = ("mobilenet_v1_0.25", "kernel_conv3x3_g4_c64", "kernel_depthwise3x3_c64")


@pytest.fixture(scope="module", params=NAMES)
def found(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    paths = dict(forms(request.param, folder))
    paths["fp32"] = folder / f"{request.param}.ready.onnx"  # as the tool reads it: norms are folded
    return {form: estimate(path, DEVICE) for form, path in paths.items()}


def test_each_form_has_the_same_macs_and_parameters(found):
    assert len({(one.macs, one.parameters) for one in found.values()}) == 1


def test_both_forms_in_integers_take_as_long_but_for_conversions(found):
    qdq, operator = (
        sum(k.latency_s for k in found[form].kernels if k.main.op.op_type not in BORDERS)
        for form in ("QDQ, unsigned", "QOperator")
    )
    assert operator == pytest.approx(qdq, rel=0.02)
