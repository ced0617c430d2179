"""Convolutions that were timed alone, from kernel-timings.zip: shapes, latencies, op graphs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from calibration.corpus import kernel_rows
from calibration.graphbuilder import Builder, tensor
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor

LINK: Final = re.compile(r"linked_:_([a-z_]+?)_\d")
LINKED: Final = {
    "relu": "Relu", "hard_swish": "HardSwish", "sigmoid": "Sigmoid", "add": "Add", "mul": "Mul",
    "minimum": "Min",
}  # fmt: skip
Row: TypeAlias = dict[str, str]
Kernels: TypeAlias = "list[tuple[Shape, float]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A convolution; `height` and `width` are the input's, `links` what is fused behind it."""

    batch: int
    c_in: int
    c_out: int
    height: int
    width: int
    filter: tuple[int, int]
    stride: int
    pads: tuple[int, int, int, int]
    groups: int
    links: tuple[str, ...] = ()


def timed_kernels(corpus: Path, file: str, *, settled: bool) -> Mapping[str, Kernels]:
    """The convolutions of a file with their seconds, by device; `settled` takes off a drift."""
    shape_of = READERS[file]
    found: dict[str, Kernels] = defaultdict(list)
    for row in kernel_rows(corpus, file):
        one = shape_of(row)
        if one is not None:
            found[row["device"]].append(one)
    if settled and shape_of is _neusight:
        return {name: _without_drift(kernels) for name, kernels in found.items()}
    return found


def _phone(row: Row) -> tuple[Shape, float] | None:
    """A row of a convolution, unless its kernel holds another one."""
    is_pair = row["kernel"].startswith("depthwise_conv_plus_1x1_conv")
    if row["op"] not in {"CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D_GROUP"} or is_pair:
        return None
    c_in, k, side = int(float(row["cin"])), int(row["k"]), int(row["in_hw"])
    padded = max((int(row["out_hw"]) - 1) * int(row["stride"]) + k - side, 0)
    begin, end = padded // 2, padded - padded // 2
    is_depthwise = row["op"] == "DEPTHWISE_CONV_2D"
    c_out = c_in if is_depthwise else int(row["cout"])
    groups = c_in if is_depthwise else int(float(row["groups"] or 1))
    shape = Shape(
        batch=1, c_in=c_in, c_out=c_out, height=side, width=side, filter=(k, k),
        stride=int(row["stride"]), pads=(begin, begin, end, end), groups=groups,
        links=tuple(LINK.findall(row["kernel"])),
    )  # fmt: skip
    return shape, float(row["latency_us"]) * 1e-6


def _neusight(row: Row) -> tuple[Shape, float]:
    k, pad, side = int(row["k"]), int(row["pad"]), int(row["hw"])
    shape = Shape(
        batch=int(row["batch"]), c_in=int(row["cin"]), c_out=int(row["cout"]), height=side,
        width=side, filter=(k, k), stride=int(row["stride"]), pads=(pad,) * 4, groups=1,
    )  # fmt: skip
    return shape, float(row["latency_ms"]) * 1e-3


def _deepbench(row: Row) -> tuple[Shape, float] | None:
    if row["precision"] != "fp32":
        return None
    pads = int(row["pad_h"]), int(row["pad_w"])
    shape = Shape(
        batch=int(row["batch"]), c_in=int(row["c_in"]), c_out=int(row["c_out"]),
        height=int(row["H"]), width=int(row["W"]),
        filter=(int(row["filter_h"]), int(row["filter_w"])), stride=int(row["stride_h"]),
        pads=pads * 2, groups=1,
    )  # fmt: skip
    return shape, float(row["latency_ms"]) * 1e-3


def _without_drift(kernels: Kernels) -> Kernels:
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


READERS: Final = {
    "phone-gpu-ops.csv": _phone, "neusight-conv.csv": _neusight, "deepbench-conv.csv": _deepbench,
}  # fmt: skip


def convolution_graph(shape: Shape) -> OpGraph:
    """The convolution and what its runtime links behind it."""
    b = Builder()
    inside = (shape.height, shape.width)
    pads = (shape.pads[0] + shape.pads[2], shape.pads[1] + shape.pads[3])
    outside = (
        (side + pad - size) // shape.stride + 1
        for side, pad, size in zip(inside, pads, shape.filter, strict=True)
    )
    weight = b.weight("w", shape.c_out, shape.c_in // shape.groups, *shape.filter)
    y = b.op(
        "Conv", (tensor("x", shape.batch, shape.c_in, *inside), weight),
        (shape.batch, shape.c_out, *outside), group=shape.groups, kernel_shape=shape.filter,
        strides=(shape.stride, shape.stride), pads=shape.pads,
    )  # fmt: skip
    for place, link in enumerate(shape.links):
        y = b.same(LINKED[link], y, *_beside(b, y, shape.links[: place + 1]))
    return b.graph("one", y)


def _beside(b: Builder, y: Tensor, links: tuple[str, ...]) -> tuple[Tensor, ...]:
    """What the last link reads besides `y`.

    A sum reads another map, unless it is the shift after a product's scale.
    """
    if links[-1] in {"mul", "minimum"} or links[-2:] == ("mul", "add"):
        return (b.weight("w", y.known_shape[1], 1, 1),)
    return (tensor(f"x{len(links)}", *y.known_shape),) if links[-1] == "add" else ()
