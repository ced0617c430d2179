"""The files that people ship, with sizes for their free dimensions."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.load import load

ARCHIVE = "real-graphs.zip"

# Inputs that the usual sizes do not suit: what the model itself asks for.
BOUND: Mapping[str, Mapping[str, Any]] = {
    "qtdnn_10x5_101": {"input_0": 9},  # a filter of 3 runs along the first dimension
    "multi_device__attention_head": {"batch": 100, "sequence_len": 100},
    "tensorrt/attention.onnx": {"q": (2, 4, 8), "k": (2, 8, 4), "v": (2, 4, 8)},
    "tensorrt/attention_same_qkv.onnx": {"q": (2, 4, 4)},
    "tensorrt/multi_attention.onnx": {
        "q": (2, 4, 8),
        "k": (2, 8, 4),
        "v": (2, 4, 8),
        "q1": (2, 4, 8),
        "k2": (2, 8, 4),
        "v2": (2, 4, 8),
    },
    "empty_tensor_expand": {"Expand_0.dim0": 2},
    "04_setting_upper_bounds": {"Range.length": 9},
    "unbounded_dds": {"Range.length": 9},
}


def rows(corpus: Path) -> list[dict[str, str]]:
    """real-graphs.csv."""
    with (corpus / "real-graphs.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def bound(name: str, data: bytes) -> OpGraph:
    """The graph with every free dimension bound: batch 1, images of 64, sequences of 32."""
    given = next((shapes for part, shapes in BOUND.items() if part in name), {})
    graph = load(data, shapes=dict(given))
    sizes: dict[str, int] = {}
    for tensor in graph.inputs:
        for axis, dim in enumerate(tensor.shape or ()):
            for free in () if type(dim) is int else dim.free_symbols:
                sizes.setdefault(free.name, _size(axis, tensor.rank))
    return load(graph, shapes=sizes) if sizes else graph


def _size(axis: int, rank: int) -> int:
    if axis == 0:
        return 1
    if rank == 4:
        return 3 if axis == 1 else 64
    return 32


def every_op(graph: OpGraph) -> Iterator[Op]:
    """Ops of the graph and of the bodies inside."""
    for op in graph.ops:
        yield op
        for body in op.bodies:
            yield from every_op(body)
