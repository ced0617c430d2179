"""Networks of NAS-Bench-201 as op graphs, with their latencies on a GTX 1080 Ti.

Dong and Yang, ICLR 2020: 3x3 stem, three stages of five equal cells at 16, 32 and 64 channels, a
residual unit of stride 2 between stages, on 32x32 images. The latencies are of HELP (Lee et al.,
NeurIPS 2021): PyTorch, one kernel for each op.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from costlint.costmodel.ir.graph import Op, OpGraph, Tensor

SIDE: Final = 32
CELLS: Final = 5
WIDTHS: Final = (16, 32, 64)
CLASSES: Final = 10
_EDGE: Final = re.compile(r"([a-z_0-9]+)~(\d)")


@dataclass(slots=True)
class Builder:
    """Ops in the order in which they run, each with its output's shape."""

    ops: list[Op] = field(default_factory=list)

    def op(self, op_type: str, inputs: tuple[Tensor, ...], shape: tuple[int, ...],
           **attributes: object) -> Tensor:  # fmt: skip
        """Add an op; gives its output."""
        y = Tensor(name=f"t{len(self.ops)}", shape=shape, dtype="float32")
        self.ops.append(
            Op(name=f"n{len(self.ops)}", domain="", op_type=op_type, version=17, inputs=inputs,
               outputs=(y,), attributes=attributes)
        )  # fmt: skip
        return y

    def same(self, op_type: str, *inputs: Tensor, **attributes: object) -> Tensor:
        """Add an op whose output is shaped as its first input."""
        return self.op(op_type, inputs, inputs[0].known_shape, **attributes)

    def weight(self, name: str, *shape: int) -> Tensor:
        """A parameter with a name of its own."""
        name = f"{name}{len(self.ops)}"
        return Tensor(name=name, shape=shape, dtype="float32", role="parameter")

    def conv(self, x: Tensor, channels: int, side: int, stride: int = 1) -> Tensor:
        """Add a dense convolution of a map of even sides."""
        n, c, h, w = x.known_shape
        weight = self.weight("w", channels, c, side, side)
        return self.op("Conv", (x, weight), (n, channels, h // stride, w // stride), group=1,
                       strides=(stride, stride), pads=(side // 2,) * 4)  # fmt: skip

    def norm(self, x: Tensor) -> Tensor:
        """Add a batch normalisation."""
        parts = [self.weight(part, x.known_shape[1]) for part in ("scale", "bias", "mean", "var")]
        return self.same("BatchNormalization", x, *parts)

    def relu_conv_norm(self, x: Tensor, channels: int, side: int, stride: int = 1) -> Tensor:
        """Add the three ops, the activation first."""
        return self.norm(self.conv(self.same("Relu", x), channels, side, stride))

    def pool(self, x: Tensor, side: int, stride: int) -> Tensor:
        """Add an average pool."""
        n, c, h, w = x.known_shape
        return self.op("AveragePool", (x,), (n, c, h // stride, w // stride),
                       kernel_shape=(side, side), strides=(stride, stride),
                       pads=(side // 2 if stride == 1 else 0,) * 4)  # fmt: skip


def network(cell: str, batch: int) -> OpGraph:
    """The network of a cell written as `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`."""
    b = Builder()
    x = Tensor(name="x", shape=(batch, 3, SIDE, SIDE), dtype="float32")
    y = b.norm(b.conv(x, WIDTHS[0], 3))
    for width in WIDTHS:
        if width != WIDTHS[0]:
            y = _reduction(b, y, width)
        for _ in range(CELLS):
            y = _cell(b, y, cell)
    y = b.same("Relu", b.norm(y))
    y = b.op("GlobalAveragePool", (y,), (batch, WIDTHS[-1], 1, 1))
    y = b.op("Flatten", (y,), (batch, WIDTHS[-1]))
    weight, bias = b.weight("w", CLASSES, WIDTHS[-1]), b.weight("b", CLASSES)
    y = b.op("Gemm", (y, weight, bias), (batch, CLASSES), transB=1)
    return OpGraph(name=cell, path=None, opsets={"": 17}, inputs=(x,), outputs=(y,),
                   ops=tuple(b.ops), parameters={})  # fmt: skip


def _cell(b: Builder, x: Tensor, cell: str) -> Tensor:
    """Each node sums its edges as Python's `sum` does, from 0: one addition for each edge."""
    nodes = [x]
    zero = b.weight("zero")
    for node in cell.split("+"):
        total = None
        for kind, source in _EDGE.findall(node):
            edge = _edge(b, nodes[int(source)], kind, zero)
            total = b.same("Add", edge, zero if total is None else total)
        if total is None:
            raise ValueError(f"a node of {cell!r} has no edges")
        nodes.append(total)
    return nodes[-1]


def _edge(b: Builder, x: Tensor, kind: str, zero: Tensor) -> Tensor:
    if kind == "skip_connect":
        return x
    if kind == "none":
        return b.same("Mul", x, zero)
    if kind == "avg_pool_3x3":
        return b.pool(x, 3, 1)
    side = {"nor_conv_1x1": 1, "nor_conv_3x3": 3}[kind]
    return b.relu_conv_norm(x, x.known_shape[1], side)


def _reduction(b: Builder, x: Tensor, channels: int) -> Tensor:
    y = b.relu_conv_norm(x, channels, 3, 2)
    y = b.relu_conv_norm(y, channels, 3)
    return b.same("Add", b.conv(b.pool(x, 2, 2), channels, 1), y)


def timings(corpus: Path, batch: int, every: int = 50) -> Iterator[tuple[str, float]]:
    """(cell, seconds) on the GTX 1080 Ti, each `every`-th of the 12,500 cells."""
    with ZipFile(corpus / "kernel-timings.zip") as archive:
        text = archive.read("nasbench201-latency-ms.csv").decode()
    for place, row in enumerate(csv.DictReader(io.StringIO(text))):
        if place % every == 0:
            yield row["arch_str"], float(row[f"1080ti_{batch}"]) / 1e3
