"""The paper's conclusions come out of the rules and the profiles, on both of its platforms."""

from __future__ import annotations

from functools import cache

import pytest

from costlint.analyzers import Analysis, analyze
from costlint.costmodel.estimate import estimate
from costlint.costmodel.load import load
from costlint.examples import example

GPU, ARM = "gtx1080ti-cudnn7", "snapdragon810-neon-1t"
BATCH = {GPU: 8, ARM: 1}  # as the paper timed them
RIVALS = ("shufflenet_v1_1.0x_g3", "mobilenet_v2_1.0", "nasnet_a_4_1056", "igcv3_d_1.0")


@cache
def analysis(name: str, device: str) -> Analysis:
    graph = load(example(name), batch=BATCH[device])
    return analyze(estimate(graph, device))


def guidelines(name: str, device: str) -> set[str]:
    return {finding.rule[:2] for finding in analysis(name, device).findings}


@pytest.mark.parametrize("device", [GPU, ARM])
@pytest.mark.parametrize(
    ("name", "violated"),
    [
        ("shufflenet_v1_1.0x_g3", {"G2", "G4"}),
        ("mobilenet_v2_1.0", {"G1", "G4"}),
        ("nasnet_a_4_1056", {"G3"}),
        ("igcv2_0.5", {"G2"}),
        ("igcv3_d_1.0", {"G2"}),
    ],
)
def test_what_the_paper_says_a_network_violates(name, violated, device):
    assert violated <= guidelines(name, device)


def test_igcv_is_fragmented_where_launches_cost():
    """On the ARM core the paper finds fragmentation cheap, and so does the estimate."""
    assert "G3" in guidelines("igcv3_d_1.0", GPU)
    assert "G3" not in guidelines("igcv3_d_1.0", ARM)


@pytest.mark.parametrize("device", [GPU, ARM])
@pytest.mark.parametrize("rival", RIVALS)
def test_shufflenet_v2_has_the_least_to_recover(rival, device):
    own = analysis("shufflenet_v2_1.0x", device).recoverable_share
    assert own < analysis(rival, device).recoverable_share


def test_the_same_model_differs_between_gpu_and_arm():
    on_gpu, on_arm = (analysis("mobilenet_v2_1.0", device) for device in (GPU, ARM))
    assert on_gpu.recoverable_share > 2 * on_arm.recoverable_share
