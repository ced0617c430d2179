"""The micro-benchmarks of the ShuffleNet V2 paper as op graphs, with their measured latencies.

What the tables say of the networks is in the corpus's `paper-setup.md`: 56x56 maps, batch 1, ten
blocks; where the paper is silent the choice that its own arithmetic supports.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from costlint.costmodel.ir.graph import Op, OpGraph, Tensor

SIDE: Final = 56
BLOCKS: Final = 10


@dataclass(slots=True)
class Builder:
    """Collects ops; each method returns the tensor it makes."""

    ops: list[Op] = field(default_factory=list)

    def _op(
        self, op_type: str, inputs: tuple[Tensor, ...], channels: int, **attributes: object
    ) -> Tensor:
        y = Tensor(
            name=f"t{len(self.ops)}",
            shape=(1, channels, *inputs[0].known_shape[2:]),
            dtype="float32",
        )
        self.ops.append(
            Op(name=f"n{len(self.ops)}", domain="", op_type=op_type, version=17, inputs=inputs,
               outputs=(y,), attributes=attributes)
        )  # fmt: skip
        return y

    def conv(self, x: Tensor, channels: int, *, filter_side: int = 1, groups: int = 1) -> Tensor:
        """A convolution of stride 1 that keeps the map's size."""
        w = Tensor(
            name=f"w{len(self.ops)}",
            shape=(channels, x.known_shape[1] // groups, filter_side, filter_side),
            dtype="float32",
            role="parameter",
        )
        return self._op("Conv", (x, w), channels, group=groups, strides=(1, 1))

    def relu(self, x: Tensor) -> Tensor:
        """An activation."""
        return self._op("Relu", (x,), x.known_shape[1])

    def add(self, x: Tensor, y: Tensor) -> Tensor:
        """An element-wise sum."""
        return self._op("Add", (x, y), x.known_shape[1])

    def graph(self, name: str, x: Tensor, y: Tensor) -> OpGraph:
        """The finished graph."""
        return OpGraph(name=name, path=None, opsets={"": 17}, inputs=(x,), outputs=(y,),
                       ops=tuple(self.ops), parameters={})  # fmt: skip


def _input(channels: int) -> Tensor:
    return Tensor(name="x", shape=(1, channels, SIDE, SIDE), dtype="float32")


def ratio(c1: int, c2: int) -> OpGraph:
    """Table 1: ten blocks of 1x1 convolutions, c1 to c2 to c1."""
    b = Builder()
    x = y = _input(c1)
    for _ in range(BLOCKS):
        y = b.conv(b.conv(y, c2), c1)
    return b.graph("T1", x, y)


def grouped(channels: int, groups: int) -> OpGraph:
    """Table 2: ten 1x1 convolutions with groups."""
    b = Builder()
    x = y = _input(channels)
    for _ in range(BLOCKS):
        y = b.conv(y, channels, groups=groups)
    return b.graph("T2", x, y)


def fragments(channels: int, count: int, *, parallel: bool) -> OpGraph:
    """Table 3: ten blocks of `count` narrower 1x1 convolutions, in series or summed."""
    b = Builder()
    width = round(channels / math.sqrt(count))
    x = y = _input(width)
    for _ in range(BLOCKS):
        if parallel:
            branches = [b.conv(y, width) for _ in range(count)]
            y = branches[0]
            for branch in branches[1:]:
                y = b.add(y, branch)
        else:
            for _ in range(count):
                y = b.conv(y, width)
    return b.graph("T3", x, y)


def bottlenecks(channels: int, *, relu: bool, shortcut: bool) -> OpGraph:
    """Table 4: ten bottleneck units, inner width a quarter, ReLU and shortcut removable."""
    b = Builder()
    x = y = _input(channels)
    for _ in range(BLOCKS):
        inner = b.conv(y, channels // 4)
        inner = b.relu(inner) if relu else inner
        inner = b.conv(inner, channels // 4, filter_side=3)
        inner = b.relu(inner) if relu else inner
        out = b.conv(inner, channels)
        out = b.add(out, y) if shortcut else out
        y = b.relu(out) if relu else out
    return b.graph("T4", x, y)


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
    with (corpus / "paper-tables.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
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
