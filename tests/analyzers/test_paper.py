"""The paper's conclusions come out of the rules and the profiles, on both of its platforms."""

from __future__ import annotations

from functools import cache

import pytest

from costlint.analyzers import Analysis, analyze
from costlint.analyzers.rules.g301_fragmented import DEPTH
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


# (op, input) by pair, inputs counted as in `examples/searched.py`: Zoph et al., Figure 4 right; Liu
# et al., Figure 1; Real et al., Figure 5 right. Pairs that start no deeper way are left out.
CELLS = {
    "NASNet-A": {2: (("sep5", 0), ("sep7", 1)), 6: (("sep3", 2), ("max", 0))},
    "PNASNet-5": {4: (("sep5", 0), ("sep3", 0)), 5: (("sep3", 4), ("max", 0))},
    "AmoebaNet-A": {2: (("sep3", 1), ("average", 0)), 3: (("max", 0), ("sep7", 2))},
}


@pytest.mark.parametrize("name", CELLS)
def test_a_block_is_as_deep_as_the_deepest_cells(name):
    """A separable filter, applied twice, is two depthwise and two 1x1 convolutions."""
    depth = {0: 1, 1: 1}  # a 1x1 brings both inputs to the cell's width
    for number, pair in CELLS[name].items():
        depth[number] = max(depth[i] + (4 if op.startswith("sep") else 1) for op, i in pair)
    assert max(depth.values()) == DEPTH.value
