"""From a real graph to the value that is shown: the numbers stay what they were."""

from dataclasses import replace
from pathlib import Path

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.devices import DEFAULT_DEVICE, device
from costlint.costmodel.estimate import estimate
from costlint.costmodel.load import load
from costlint.examples import example
from costlint.reports.build import estimated_report, model_report
from costlint.reports.source_lines import KEY, source_line
from tests.device import toy_device
from tests.models import model

TWO_CONVS = """
g (float[1, 8, 16, 16] x, float[16, 8, 1, 1] v, float[16, 16, 3, 3] w) => (float[1, 16, 14, 14] y)
{
  a = Conv(x, v)
  b = Relu(a)
  y = Conv(b, w)
}
"""
WEIGHTS = {"v": (16, 8, 1, 1), "w": (16, 16, 3, 3)}


@pytest.fixture
def proto():
    text = TWO_CONVS.replace(", float[16, 8, 1, 1] v, float[16, 16, 3, 3] w", "")
    return model(text, weights=WEIGHTS)


def test_counts_are_carried_over(proto):
    counts = count(proto)
    entry = model_report(counts)
    first, relu, second = entry.ops
    assert first.macs == 16 * 16 * 16 * 8
    assert second.macs == 14 * 14 * 16 * 16 * 9
    assert relu.flop == 16 * 16 * 16
    assert first.shape == (1, 16, 16, 16)
    assert entry.totals.macs == counts.macs == first.macs + second.macs
    assert entry.batch == 1
    assert entry.totals.parameters == 16 * 8 + 16 * 16 * 9
    assert max(op.live_bytes or 0 for op in entry.ops) == entry.totals.peak_activation_bytes
    assert entry.totals.latency_s is None
    assert not entry.analyzed


def test_a_device_adds_kernels_and_times(proto):
    predicted = estimate(proto, device(DEFAULT_DEVICE))
    entry = estimated_report(predicted)
    assert entry.device is not None
    assert entry.device.name == DEFAULT_DEVICE
    parts = [entry.totals.overhead_s, *(op.latency_s for op in entry.ops)]
    assert sum(part or 0 for part in parts) == pytest.approx(entry.totals.latency_s)
    kernels = {kernel.id: kernel for kernel in entry.kernels}
    for op in entry.ops:
        if op.kernel is not None:
            assert op.name in kernels[op.kernel].ops
            assert op.latency_s in {0.0, kernels[op.kernel].latency_s}
            assert bool(op.fused_into) == (op.latency_s == 0.0)
    assert sum(kernel.flop or 0 for kernel in entry.kernels) == entry.totals.flop
    for kernel in entry.kernels:
        unfused = sum(op.bytes_accessed for op in entry.ops if op.name in kernel.ops)
        assert kernel.bytes_accessed <= unfused


@pytest.mark.parametrize(("precision", "size"), [("fp32", 4), ("fp16", 2), ("amp", 2)])
def test_a_kernel_moves_its_border_at_the_precision_of_the_device(proto, precision, size):
    predicted = estimate(proto, replace(toy_device(), precision=precision))
    first, relu, second = (kernel.bytes_accessed for kernel in estimated_report(predicted).kernels)
    x, a, y = 8 * 16 * 16, 16 * 16 * 16, 16 * 14 * 14
    assert first == (x + 8 * 16 + a) * size
    assert relu == 2 * a * size
    assert second == (a + 16 * 16 * 9 + y) * size


def test_a_kernel_in_a_loop_moves_its_border_each_time():
    text = """
    g (float[1, 8] x, bool yes) => (float[1, 8] y) {
      t = Constant<value_int = 5>()
      y = Loop(t, yes, x) <body = b (int64 i, bool c, float[1, 8] s) => (bool c2, float[1, 8] r)
        { c2 = Identity(c)  r = Relu(s) }>
    }
    """
    predicted = estimate(model(text), toy_device())
    assert predicted.bytes_accessed_fused == 5 * 2 * 8 * 4


@pytest.mark.parametrize("name", ["shufflenet_v1_0.25x_g3", "mobilenet_v2_0.25", "densenet_0.5x"])
@pytest.mark.parametrize(
    "device_name",
    [
        "snapdragon810-neon-1t",
        "pixel4-tflite-gpu",
        "rtx3090-torch2.4-amp-nhwc",
        "rtx4090-torch2.4-amp-nchw-compiled",
    ],
)
def test_the_kernels_move_what_the_model_moves(name, device_name):
    graph = load(example(name), batch=1)
    profile = device(device_name)
    for used in (profile, replace(profile, precision="fp16")):
        entry = estimated_report(estimate(graph, used))
        moved = [kernel.bytes_accessed or 0 for kernel in entry.kernels]
        assert sum(moved) == entry.totals.bytes_accessed_fused
        assert sum(kernel.flop or 0 for kernel in entry.kernels) == entry.totals.flop


def test_an_analysis_adds_findings_and_verdicts(proto):
    from costlint.analyzers.analyze import analyze

    analysis = analyze(estimate(proto, DEFAULT_DEVICE))
    entry = estimated_report(estimate(proto, DEFAULT_DEVICE), analysis)
    assert entry.analyzed
    assert len(entry.findings) == len(analysis.findings)
    assert entry.totals.latency_after_fixes_s == analysis.latency_after_fixes_s
    states = {verdict.guideline: verdict.state for verdict in entry.ops[1].verdicts}
    assert set(states) == {"G1", "G2", "G3", "G4"}


@pytest.mark.parametrize(
    ("trace", "wanted"),
    [
        ('File "net.py", line 7, in forward', ("net.py", 7)),
        ('File "{root}/sub/block.py", line 3, in run', ("sub/block.py", 3)),
        ('File "net.py", line 7, in f\nFile "{root}/sub/block.py", line 3', ("sub/block.py", 3)),
        ('File "net.py", line 7\nFile "/x/site-packages/torch/nn.py", line 9', ("net.py", 7)),
        ('File "/elsewhere/secret.py", line 7, in forward', None),
        ('File "../net.py", line 7, in forward', None),
        ('File "missing.py", line 7, in forward', None),
        ('File "<string>", line 7', None),
        ("", None),
    ],
)
def test_source_lines_stay_inside_the_folder(trace, wanted, tmp_path: Path):
    (tmp_path / "net.py").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "block.py").touch()
    assert source_line({KEY: trace.replace("{root}", str(tmp_path))}, tmp_path) == wanted


def test_ops_of_one_name_keep_their_own_verdicts(proto):
    from costlint.analyzers import analyze
    from costlint.reports.build_device import with_analysis

    for node in proto.graph.node:
        node.name = "same"
    predicted = estimate(proto, DEFAULT_DEVICE)
    entry = with_analysis(estimated_report(predicted), analyze(predicted))
    assert {op.name for op in entry.ops} == {"same"}
    first, relu, second = ([v.state for v in op.verdicts] for op in entry.ops)
    assert (first[1], relu[1], second[1]) == ("fine", "not applicable", "fine")
