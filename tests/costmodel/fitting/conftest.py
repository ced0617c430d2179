"""Timings that a known device would give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from costlint.costmodel.devices import DeviceProfile, device
from costlint.costmodel.estimate import estimate
from costlint.costmodel.fitting.timings import Timing
from costlint.examples import example

NETWORKS = """
shufflenet_v2_0.5x mobilenet_v1_0.25 xception_0.5x densenet_0.5x igcv2_0.25
shufflenet_v1_0.25x_g2 mobilenet_v2_0.35 xception_1.0x densenet_1.0x igcv2_0.5
kernel_conv1x1_c64 kernel_conv3x3_c64 kernel_add_c64 kernel_depthwise3x3_c64 kernel_matmul_c64
inception_v3_block mobilenet_v1_0.5 shufflenet_v2_1.0x mobilenet_v2_0.5 condensenet_g8
shufflenet_v1_0.5x_g3 mobilenet_v1_0.75 mobilenet_v2_0.75 kernel_conv3x3_c128 kernel_conv1x1_c128
resnet_50 igcv3_d_0.7 paper_table1_arm_1to2_x1 paper_table2_arm_g2_x1
paper_table4_arm_relu_shortcut_x1
""".split()  # noqa: SIM905 (names in a block read better)
Made = Callable[..., list[Timing]]


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """Every network as a file."""
    found: Path = tmp_path_factory.mktemp("graphs")
    for name in NETWORKS:
        proto = example(name, weights=False)
        (found / f"{name}.onnx").write_bytes(proto.SerializeToString())
    return found


@pytest.fixture(scope="session")
def truth() -> DeviceProfile:
    """A shipped phone, three times as fast, with another cost per inference."""
    like = device("s10-tflite-1med")
    return replace(
        like,
        name="truth",
        seconds_per_unit=tuple(s / 3 for s in like.seconds_per_unit),
        overhead_s=like.overhead_s / 2,
    )


@pytest.fixture(scope="session")
def timings(folder, truth) -> Made:
    """The first networks as that device times them, with 2 % noise; `facts` fill the rows."""
    cache: dict[str, float] = {}
    noise = np.exp(np.random.default_rng(0).normal(0, 0.02, len(NETWORKS)))

    def make(count: int, **facts: object) -> list[Timing]:
        for name in NETWORKS[:count]:
            if name not in cache:
                cache[name] = estimate(str(folder / f"{name}.onnx"), truth, batch=1).latency_s
        return [
            Timing(
                graph=f"{name}.onnx",
                batch=1,
                latency_s=cache[name] * n,
                **{"runtime": "TFLite", "fusion": "tflite", "threads": 1, **facts},  # type: ignore[arg-type]
            )
            for name, n in zip(NETWORKS[:count], noise, strict=False)
        ]

    return make
