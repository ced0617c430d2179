"""Pairs of single kernels with equal macs, from kernel-timings.zip.

A kernel is a convolution with the ops that the runtime fused behind it. Convolutions are split in
two halves by their shape; a fit to one half predicts the other. A pair is two kernels of a half on
one device whose macs differ by at most 2 %: another ratio of widths, another filter, stride, or
number of groups.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from calibration.groups import GROUPS, Group, RuleSettings
from calibration.kernelrows import READERS, Kernels, Shape, convolution_graph, timed_kernels
from calibration.pairs import Pair, latencies, pair
from costlint.costmodel.count import count
from costlint.costmodel.devices import DeviceProfile, device
from costlint.costmodel.devices.terms import INDEX
from costlint.costmodel.fitting.samples import Sample, Samples
from costlint.costmodel.runtimes.fusion import fusion_rules

EQUAL: Final = 0.02
KERNELS: Final = 1200
"""Of a device at most, spread over the file."""
PAIRS: Final = 300
NEIGHBOURS: Final = 4
"""Kernels after it, by macs, that one is paired with."""
NOISE: Final = 0.2
PHONES: Final = {
    "Pixel 4 Adreno 640": "pixel4-tflite-gpu", "Galaxy S10 Mali-G76 MP12": "s10-tflite-gpu",
    "iPhone XS GPU": "iphonexs-tflite-gpu", "iPhone 7 GPU": "iphone7-tflite-gpu",
    "A03s PowerVR GE8320": "a03s-tflite-gpu", "Mi 8 SE Adreno 616": "mi8se-tflite-gpu",
}  # fmt: skip
CORES: Final = {
    "Tesla V100-PCIE-32GB": 80, "Tesla P100-PCIE-16GB": 56, "Tesla P4": 20, "Tesla T4": 40,
    "NVIDIA A100 80GB PCIe": 108, "NV_1080Ti": 28, "NV_TitanXp": 30, "NV_TitanX_Pascal": 28,
    "NV_TitanX": 24, "NV_M40": 24, "NV_P100": 56, "NV_V100": 80, "NV_T4": 40,
}  # fmt: skip
"""Streaming multiprocessors as NVIDIA publishes them. AMD's library cuts its work otherwise."""
GPU: Final = "gtx1080ti-cudnn7"


def kernel_pairs(corpus: Path, *, settled: bool = True) -> Iterator[tuple[str, list[Pair]]]:
    """Pairs by file, `settled` without the drift of the loop that timed some."""
    for file in READERS:
        found: list[Pair] = []
        for name, kernels in sorted(timed_kernels(corpus, file, settled=settled).items()):
            group, like = _group_and_profile(file, name)
            if like is not None:
                some = kernels[:: max(1, len(kernels) // KERNELS)]
                found += _of_device(some, group, device(like))
        yield file.removesuffix(".csv"), found


def _group_and_profile(file: str, name: str) -> tuple[Group, str | None]:
    """How a device's kernels are fitted, and the shipped profile that stands for it, if any.

    A server's GPU is of the group of the paper's, with its own number of cores.
    """
    if file == "phone-gpu-ops.csv":
        return GROUPS["tflite-gpu"], PHONES.get(name)
    group = GROUPS["paper-gpu"]
    return replace(group, settings=replace(group.settings, cores=CORES.get(name, 0))), GPU


def _of_device(kernels: Kernels, group: Group, like: DeviceProfile) -> Iterator[Pair]:
    samples = Samples(
        rows=tuple(kernel_samples(kernels, group.settings_of_chip(like.name.split("-")[0])))
    )
    halves = np.array([zlib.crc32(row.family.encode()) % 2 for row in samples.rows], dtype=bool)
    for half in (halves, ~halves):
        found = group.fit_alone(samples.where(~half), noise=NOISE).parameters
        rows = sorted(samples.where(half).rows, key=lambda row: (row.macs, row.network))
        together = [
            (one, other)
            for place, one in enumerate(rows)
            for other in rows[place + 1 : place + 1 + NEIGHBOURS]
            if other.macs <= one.macs * (1 + EQUAL) and other.family != one.family
        ]
        for one, other in together[:: max(1, len(together) // PAIRS)]:
            a, b = (latencies(r.amounts, found, group.overlap, like) for r in (one, other))
            yield pair(a, b, one.latency_s, other.latency_s)


def kernel_samples(kernels: Kernels, settings: RuleSettings) -> Iterator[Sample]:
    """A sample for each shape, with its median latency."""
    seconds: Mapping[Shape, list[float]] = defaultdict(list)
    for shape, latency_s in kernels:
        seconds[shape].append(latency_s)
    for shape, values in seconds.items():
        amounts, macs = _amounts(shape, settings)
        yield Sample(
            network=str(shape),
            family=str(replace(shape, links=())),
            amounts=amounts,
            latency_s=float(np.median(values)),
            batch=shape.batch,
            macs=macs,
        )


@cache
def _amounts(shape: Shape, settings: RuleSettings) -> tuple[np.ndarray, int]:
    counts = count(convolution_graph(shape))
    amounts = settings.amounts(counts)
    if fusion_rules(settings.fusion).library.tiles:
        amounts[:, INDEX["copy"]] = 0.0  # the loop timed the kernel alone, its map on the GPU
    return amounts, int(counts.macs)
