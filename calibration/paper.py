"""The micro-benchmarks of the ShuffleNet V2 paper as op graphs, with their measured latencies.

What the tables say of the networks is in the corpus's `paper-setup.md`: 56x56 maps, batch 1, ten
blocks; where the paper is silent the choice that its own arithmetic supports.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from calibration.corpus import csv_rows
from calibration.graphbuilder import Builder, tensor
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor

SIDE: Final = 56
BLOCKS: Final = 10


def _map(channels: int) -> Tensor:
    return tensor("x", 1, channels, SIDE, SIDE)


def ratio(c1: int, c2: int) -> OpGraph:
    """Table 1: ten blocks of 1x1 convolutions, c1 to c2 to c1."""
    b = Builder()
    y = _map(c1)
    for _ in range(BLOCKS):
        y = b.conv(b.conv(y, c2), c1)
    return b.graph("T1", y)


def grouped(channels: int, groups: int) -> OpGraph:
    """Table 2: ten 1x1 convolutions with groups."""
    b = Builder()
    y = _map(channels)
    for _ in range(BLOCKS):
        y = b.conv(y, channels, groups=groups)
    return b.graph("T2", y)


def fragments(channels: int, count: int, *, parallel: bool) -> OpGraph:
    """Table 3: ten blocks of `count` narrower 1x1 convolutions, in series or summed."""
    b = Builder()
    width = round(channels / math.sqrt(count))
    y = _map(width)
    for _ in range(BLOCKS):
        if parallel:
            branches = [b.conv(y, width) for _ in range(count)]
            y = branches[0]
            for branch in branches[1:]:
                y = b.same("Add", y, branch)
        else:
            for _ in range(count):
                y = b.conv(y, width)
    return b.graph("T3", y)


def bottlenecks(channels: int, *, relu: bool, shortcut: bool) -> OpGraph:
    """Table 4: ten bottleneck units, inner width a quarter, ReLU and shortcut removable."""
    b = Builder()
    y = _map(channels)
    for _ in range(BLOCKS):
        inner = b.conv(y, channels // 4)
        inner = b.same("Relu", inner) if relu else inner
        inner = b.conv(inner, channels // 4, 3)
        inner = b.same("Relu", inner) if relu else inner
        out = b.conv(inner, channels)
        out = b.same("Add", out, y) if shortcut else out
        y = b.same("Relu", out) if relu else out
    return b.graph("T4", y)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One number of Tables 1 to 4; `column` is where the paper compares rows."""

    name: str
    table: str
    column: str
    graph: OpGraph
    latency_s: float


def cells(corpus: Path, platform: str) -> Iterator[Cell]:
    """The measured cells of a platform."""
    for row in csv_rows(corpus / "paper-tables.csv"):
        if row["platform"] == platform and row["table"] in ("T1", "T2", "T3", "T4"):
            yield Cell(
                name=f"{row['table']} {row['row']} x{row['width_mult']}",
                table=row["table"],
                column=f"{row['table']} x{row['width_mult']}",
                graph=_cell_graph(row),
                latency_s=1.0 / float(row["value"]),
            )


def _cell_graph(row: dict[str, str]) -> OpGraph:
    table, label = row["table"], row["row"]
    widths = [int(c) for c in row["channels"].split(":")]
    if table == "T1":
        return ratio(widths[0], widths[1])
    if table == "T2":
        return grouped(widths[0], int(label.removeprefix("groups=")))
    if table == "T3":
        return fragments(widths[0], int(label[0]), parallel=label.endswith("parallel"))
    return bottlenecks(widths[0], relu="relu=yes" in label, shortcut="shortcut=yes" in label)
