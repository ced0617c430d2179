"""An op whose shape nobody knows is uncosted, on every device: it never stops the others."""

from __future__ import annotations

from contextlib import suppress

import pytest

import costlint
from costlint.costmodel.devices import device, devices
from costlint.costmodel.estimate import estimate
from costlint.costmodel.ir.errors import CostlintError
from costlint.reports import RENDERERS
from tests.costmodel.inference.control_flow import Maker
from tests.costmodel.latency.erased import erased
from tests.models import model

ONE_OF_EACH = {device(d.name).fusion: d.name for d in devices()}
"""A device of each rule set that one is shipped for."""

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


@pytest.mark.parametrize("seed", range(30))
def test_no_device_no_rule_and_no_format_needs_a_shape_that_nobody_knows(seed):
    known = [each.name for each in costlint.list_examples()]
    made = Maker(seed).model() if seed % 2 else costlint.example(known[seed % len(known)])
    graph = erased(costlint.load(made, batch=None if seed % 2 else 1), seed)
    for name in ONE_OF_EACH.values():
        report = costlint.check(graph, device=name)
    for form in RENDERERS:
        assert costlint.render(report, form)
    with suppress(CostlintError):  # it may say that no width is free
        costlint.parametrize(graph).compile(name)({})
