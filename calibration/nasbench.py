"""Networks of NAS-Bench-201 as op graphs, with their latencies on a GTX 1080 Ti.

Dong and Yang, ICLR 2020: 3x3 stem, three stages of five equal cells at 16, 32 and 64 channels, a
residual unit of stride 2 between stages, on 32x32 images. The latencies are of HELP (Lee et al.,
NeurIPS 2021): PyTorch, one kernel for each op.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from calibration.corpus import kernel_rows
from calibration.graphbuilder import Builder, tensor
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor

SIDE: Final = 32
CELLS: Final = 5
WIDTHS: Final = (16, 32, 64)
CLASSES: Final = 10
_EDGE: Final = re.compile(r"([a-z_0-9]+)~(\d)")


def network(cell: str, batch: int) -> OpGraph:
    """The network of a cell written as `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`."""
    b = Builder()
    y = b.norm(b.conv(tensor("x", batch, 3, SIDE, SIDE), WIDTHS[0], 3))
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
    return b.graph(cell, y)


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
        return b.pool("AveragePool", x, 3, 1)
    side = {"nor_conv_1x1": 1, "nor_conv_3x3": 3}[kind]
    return _relu_conv_norm(b, x, x.known_shape[1], side)


def _reduction(b: Builder, x: Tensor, channels: int) -> Tensor:
    y = _relu_conv_norm(b, x, channels, 3, stride=2)
    y = _relu_conv_norm(b, y, channels, 3)
    return b.same("Add", b.conv(b.pool("AveragePool", x, 2, 2), channels), y)


def _relu_conv_norm(b: Builder, x: Tensor, channels: int, side: int, stride: int = 1) -> Tensor:
    return b.norm(b.conv(b.same("Relu", x), channels, side, stride=stride))


def timings(corpus: Path, batch: int, every: int = 50) -> Iterator[tuple[str, float]]:
    """(cell, seconds) on the GTX 1080 Ti, each `every`-th of the 12,500 cells."""
    for place, row in enumerate(kernel_rows(corpus, "nasbench201-latency-ms.csv")):
        if place % every == 0:
            yield row["arch_str"], float(row[f"1080ti_{batch}"]) / 1e3
