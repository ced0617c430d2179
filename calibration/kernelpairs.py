"""Pairs of single kernels with equal macs, from kernel-timings.zip.

Convolutions are split in two halves by their shape; a fit to one half predicts the other. A pair is
two kernels of a half on one device whose macs differ by at most 2 %: another ratio of widths,
another filter, stride, or number of groups.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias
from zipfile import ZipFile

import numpy as np

from calibration.groups import GROUPS, LOAD_S, Group
from calibration.pairs import Pair, latencies, pair
from costlint.costmodel.calibration.fit import fit
from costlint.costmodel.calibration.prior import vague_prior
from costlint.costmodel.calibration.samples import Sample, Samples
from costlint.costmodel.count import count
from costlint.costmodel.devices import DeviceProfile, device
from costlint.costmodel.fusion import fusion_rules
from costlint.costmodel.graph import Op, OpGraph, Tensor
from costlint.costmodel.latency.combine import matrix
from costlint.costmodel.latency.featurize import featurize
from costlint.costmodel.latency.settings import Settings, under
from costlint.costmodel.latency.terms import INDEX
from costlint.costmodel.latency.tiled import DEPTH

EQUAL: Final = 0.02
KERNELS: Final = 1200
"""Of a device at most, spread over the file."""
PAIRS: Final = 300
NEIGHBOURS: Final = 4
"""Kernels after it, by macs, that one is paired with."""
NOISE: Final = 0.2
Row: TypeAlias = dict[str, str]
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
OPSET: Final = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A convolution; `height` and `width` are the input's."""

    batch: int
    c_in: int
    c_out: int
    height: int
    width: int
    filter: tuple[int, int]
    stride: int
    pads: tuple[int, int]
    groups: int


def kernel_pairs(corpus: Path) -> Iterator[tuple[str, list[Pair]]]:
    """Pairs by file and group of devices."""
    sources = (
        ("phone-gpu-ops.csv", _phone, _phones, PHONES.get),
        ("neusight-conv.csv", _neusight, _server, lambda _: GPU),
        ("deepbench-conv.csv", _deepbench, _server, lambda _: GPU),
    )
    with ZipFile(corpus / "kernel-timings.zip") as archive:
        for file, shape_of, group_of, name_of in sources:
            found: list[Pair] = []
            by_device: dict[str, list[tuple[Shape, float]]] = defaultdict(list)
            for row in csv.DictReader(io.StringIO(archive.read(file).decode())):
                one = shape_of(row)
                if one is not None:
                    by_device[row["device"]].append(one)
            for name, kernels in sorted(by_device.items()):
                like = name_of(name)
                if like is not None:
                    settled = _without_drift(kernels) if shape_of is _neusight else kernels
                    some = settled[:: max(1, len(settled) // KERNELS)]
                    found += _of_device(some, group_of(name), device(like))
            yield file.removesuffix(".csv"), found


def _phone(row: Row) -> tuple[Shape, float] | None:
    if row["op"] not in {"CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D_GROUP"}:
        return None
    c_in, k, side = int(float(row["cin"])), int(row["k"]), int(row["in_hw"])
    is_depthwise = row["op"] == "DEPTHWISE_CONV_2D"
    c_out = c_in if is_depthwise else int(row["cout"])
    groups = c_in if is_depthwise else int(float(row["groups"] or 1))
    shape = Shape(
        batch=1, c_in=c_in, c_out=c_out, height=side, width=side, filter=(k, k),
        stride=int(row["stride"]), pads=(k // 2, k // 2), groups=groups,
    )  # fmt: skip
    return shape, float(row["latency_us"]) * 1e-6


def _neusight(row: Row) -> tuple[Shape, float]:
    k, pad, side = int(row["k"]), int(row["pad"]), int(row["hw"])
    shape = Shape(
        batch=int(row["batch"]), c_in=int(row["cin"]), c_out=int(row["cout"]), height=side,
        width=side, filter=(k, k), stride=int(row["stride"]), pads=(pad, pad), groups=1,
    )  # fmt: skip
    return shape, float(row["latency_ms"]) * 1e-3


def _deepbench(row: Row) -> tuple[Shape, float] | None:
    if row["precision"] != "fp32":
        return None
    shape = Shape(
        batch=int(row["batch"]), c_in=int(row["c_in"]), c_out=int(row["c_out"]),
        height=int(row["H"]), width=int(row["W"]),
        filter=(int(row["filter_h"]), int(row["filter_w"])), stride=int(row["stride_h"]),
        pads=(int(row["pad_h"]), int(row["pad_w"])), groups=1,
    )  # fmt: skip
    return shape, float(row["latency_ms"]) * 1e-3


def _of_device(
    kernels: list[tuple[Shape, float]], group: Group, like: DeviceProfile
) -> Iterator[Pair]:
    samples = Samples(rows=tuple(_samples(kernels, group)))
    halves = np.array([zlib.crc32(row.network.encode()) % 2 for row in samples.rows], dtype=bool)
    first = vague_prior(group.mean, ratio_sd=group.ratio_sd)
    for half in (halves, ~halves):
        found = fit(samples.where(~half), first, overlap=group.overlap, noise=NOISE).parameters
        rows = sorted(samples.where(half).rows, key=lambda row: (row.macs, row.network))
        together = [
            (one, other)
            for place, one in enumerate(rows)
            for other in rows[place + 1 : place + 1 + NEIGHBOURS]
            if other.macs <= one.macs * (1 + EQUAL) and other.network != one.network
        ]
        for one, other in together[:: max(1, len(together) // PAIRS)]:
            a, b = (latencies(r.amounts, found, group.overlap, like) for r in (one, other))
            yield pair(a, b, one.latency_s, other.latency_s)


def _phones(_: str) -> Group:
    return GROUPS["tflite-gpu"]


def _server(name: str) -> Group:
    """The group of the paper's GPU, with cuDNN's algorithms and the chip's number of cores.

    A block that is alone on a core waits for memory each time it loads a few steps of its sum.
    """
    group = GROUPS["paper-gpu"]
    return replace(
        group,
        fusion="cudnn",
        settings=replace(group.settings, cores=CORES.get(name, 0)),
        means={**group.means, "depth": LOAD_S / DEPTH},
    )


def _without_drift(kernels: list[tuple[Shape, float]]) -> list[tuple[Shape, float]]:
    """Kernels in the order of timing without what the timing itself took longer and longer.

    The least latency still to come grows with the row from 70 to 330 us on a V100, from 110 to 800
    on a P100: what the loop that timed them added, whatever the shape.
    """
    latencies_s = np.array([latency_s for _, latency_s in kernels])
    least = np.minimum.accumulate(latencies_s[::-1])[::-1]
    places = np.flatnonzero(latencies_s == least)
    drift = np.interp(np.arange(len(least)), places, latencies_s[places])
    return [
        (shape, float(latency_s))
        for (shape, _), latency_s in zip(kernels, latencies_s - drift + drift[0], strict=True)
    ]


def _samples(kernels: list[tuple[Shape, float]], group: Group) -> Iterator[Sample]:
    seconds: Mapping[Shape, list[float]] = defaultdict(list)
    for shape, latency_s in kernels:
        seconds[shape].append(latency_s)
    for shape, values in seconds.items():
        amounts, macs = _amounts(shape, group.fusion, group.settings)
        yield Sample(
            network=str(shape),
            family="",
            amounts=amounts,
            latency_s=float(np.median(values)),
            batch=shape.batch,
            macs=macs,
        )


@cache
def _amounts(shape: Shape, fusion: str, settings: Settings) -> tuple[np.ndarray, int]:
    counts = count(_convolution(shape))
    rules = fusion_rules(fusion)
    found = featurize(counts, rules, under(settings, rules.library, threads=1))
    amounts = matrix(found.amounts)
    if rules.library.tiles:
        amounts[:, INDEX["copy"]] = 0.0  # the loop timed the kernel alone, its map on the GPU
    return amounts, int(counts.macs)


def _convolution(shape: Shape) -> OpGraph:
    inside = (shape.height, shape.width)
    outside = (
        (side + 2 * pad - size) // shape.stride + 1
        for side, pad, size in zip(inside, shape.pads, shape.filter, strict=True)
    )
    weight = (shape.c_out, shape.c_in // shape.groups, *shape.filter)
    x = Tensor(name="x", shape=(shape.batch, shape.c_in, *inside), dtype="float32")
    w = Tensor(name="w", shape=weight, dtype="float32", role="parameter")
    y = Tensor(name="y", shape=(shape.batch, shape.c_out, *outside), dtype="float32")
    attributes = {
        "group": shape.groups, "kernel_shape": shape.filter,
        "strides": (shape.stride, shape.stride), "pads": (*shape.pads, *shape.pads),
    }  # fmt: skip
    op = Op(
        name="conv", domain="", op_type="Conv", version=OPSET, inputs=(x, w), outputs=(y,),
        attributes=attributes,
    )  # fmt: skip
    return OpGraph(
        name="one", path=None, opsets={"": OPSET}, inputs=(x,), outputs=(y,), ops=(op,),
        parameters={},
    )  # fmt: skip
