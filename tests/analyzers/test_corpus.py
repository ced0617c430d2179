"""The rules on real networks: no crash, few findings, honest macs, nothing made slower."""

from __future__ import annotations

import statistics

import pytest

from costlint.analyzers import analyze
from costlint.costmodel.channels import channels_of
from costlint.costmodel.count import count
from costlint.costmodel.edit import apply
from costlint.costmodel.load import load
from tests.analyzers.pricing import Device

PHONE = Device(mac_per_s=5e9, byte_per_s=5e9, launch_s=5e-6, fusion="tflite", lanes_out=4)
NETWORKS = [
    ("arm-graphs.zip", "shufflenet.onnx"),
    ("arm-graphs.zip", "shufflenet_v2.onnx"),
    ("arm-graphs.zip", "squeezenet_ssd.onnx"),
    ("arm-graphs.zip", "vision_transformer.onnx"),
    ("phone-graphs.zip", "mobilenetv3_small_w1.onnx"),
    ("phone-graphs.zip", "resnext14_32x4d.onnx"),
    ("phone-graphs.zip", "densenet121.onnx"),
    ("gpu-graphs.zip", "efficientnet_b0__224.onnx"),
    ("gpu-graphs.zip", "convnext_tiny__224.onnx"),
    ("gpu-graphs.zip", "inception_v3__299.onnx"),
]


@pytest.fixture(scope="module")
def analyses(corpus_graph):
    found = {}
    for place in NETWORKS:
        graph = load(corpus_graph(*place), batch=1)
        found[place[1]] = graph, analyze(PHONE(graph), reprice=PHONE)
    return found


def test_people_read_as_many(analyses):
    assert statistics.median(len(found.findings) for _, found in analyses.values()) <= 12


def test_no_fix_makes_a_network_slower(analyses):
    for _, found in analyses.values():
        assert found.latency_after_fixes_s <= found.latency_s
        for finding in found.findings:
            assert finding.saving is None or finding.saving.saved_s > 0


def test_equal_macs_are_what_a_count_says(analyses):
    checked = 0
    for graph, found in analyses.values():
        before = count(graph).macs
        for finding in found.findings:
            if "macs_after" not in finding.evidence or not finding.edit.widths:
                continue
            after = count(apply(graph, finding.edit, channels_of(graph))).macs
            told = finding.evidence["macs_after"] - finding.evidence["macs_before"]
            assert after - before == pytest.approx(told, abs=1)
            checked += 1
    assert checked > 5


def test_verdicts_differ(analyses):
    """No guideline is always violated, none never."""
    for guideline in ("G1", "G2", "G3", "G4"):
        states = {
            verdict.state
            for _, found in analyses.values()
            for one in found.ops
            for verdict in one.verdicts
            if verdict.guideline == guideline
        }
        assert states == {"violated", "fine", "not applicable"}
