"""An op whose shape nobody knows is uncosted, on every device: it never stops the others."""

from __future__ import annotations

import pytest

from costlint.costmodel.estimate import estimate
from tests.models import model

UNKNOWN = """
<ir_version: 10, opset_import: ["" : 22, "own" : 1]>
g (float[2, 3, 4] x) => (float[2, 3, 3] y)
{ a = own.Mystery (x)  s = MatMul(a, a)  p = Softmax(s)  y = Relu(x) }
"""


@pytest.mark.parametrize("device", ["rtx3090-torch2.4-amp-nhwc", "pixel4-tflite-1large"])
def test_the_rest_is_predicted(device):
    found = estimate(model(UNKNOWN), device)
    assert found.latency_s > 0
    assert {row.op.op_type for row in found.uncosted} == {"Mystery", "MatMul", "Softmax"}
    assert found.coverage == 1 / 4


@pytest.mark.parametrize("device", ["rtx3090-torch2.4-amp-nhwc", "pixel4-tflite-1large"])
def test_the_product_of_two_vectors_is_predicted(device):
    text = "g (float[3] x, float[3] w) => (float y) { y = MatMul(x, w) }"
    assert estimate(model(text), device).latency_s > 0
