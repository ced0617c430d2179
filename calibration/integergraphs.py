"""Random kernels on integers of 8 bits as op graphs, each between ops that are not looked at.

As `kernelgraphs`: what is read has just been written, and is read again. A kernel of floats stands
among them, so that the machine's speed on the day shows beside that of the stored rates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from calibration.graphbuilder import Builder
from calibration.kernelgraphs import (
    EACH,
    MACS,
    MAP_BYTES,
    OPSET,
    SIDES,
    Maker,
    Random,
    _beside,
    _convolution,
    _linear,
    _map,
    _sum,
    _width,
    _written,
)
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor

# Filter, stride, and how the channels hang together.
CONVOLUTIONS: Final = (
    (1, 1, "dense"), (1, 1, "dense"), (3, 1, "dense"), (3, 2, "dense"), (1, 2, "dense"),
    (7, 2, "image"), (3, 1, "depthwise"), (3, 2, "depthwise"), (5, 1, "depthwise"),
    (1, 1, "grouped"), (3, 1, "grouped"),
)  # fmt: skip
SIGNED: Final = 0.15
"""Share of the products whose activations are signed."""


def integer_graphs(kernels: int, seed: int = 0) -> Iterator[OpGraph]:
    """So many random kernels, a few in each graph."""
    random = np.random.default_rng(seed)
    for first in range(0, kernels, EACH):
        b = Builder()
        outputs = []
        for _ in range(first, min(first + EACH, kernels)):
            y = MAKERS[random.integers(len(MAKERS))](b, random)
            outputs.append(_typed(b, _beside(b, b.op("ReduceMax", (y,), (), keepdims=0)), y.dtype))
        graph = b.graph(f"integers_{first}", *outputs, opset=OPSET)
        yield replace(graph, opsets={"": OPSET, MS: 1})


def _typed(b: Builder, y: Tensor, dtype: str, domain: str = "") -> Tensor:
    """The last op gives elements of this type, and is of this domain."""
    typed = replace(y, dtype=dtype)
    b.ops[-1] = replace(b.ops[-1], outputs=(typed,), domain=domain)
    return typed


def _scale(b: Builder, dtype: str) -> tuple[Tensor, Tensor]:
    """A scale, and a zero point of this type."""
    name = f"{len(b.ops)}{dtype}"
    zero = 128 if dtype == "uint8" else 0
    common = {"shape": (), "role": "parameter"}
    return (
        Tensor(name=f"scale{name}", dtype="float32", value=np.float32(0.05), **common),  # type: ignore[arg-type]
        Tensor(name=f"zero{name}", dtype=dtype, value=np.array(zero, dtype), **common),  # type: ignore[arg-type]
    )


def _weight(b: Builder, *shape: int) -> Tensor:
    return replace(b.weight("w", *shape), dtype="int8")


def _integers(b: Builder, dtype: str, *shape: int) -> Tensor:
    """A tensor of integers that an op has just written; that op is a kernel to look at."""
    x = _written(b, *shape)
    return _typed(b, b.op("QuantizeLinear", (x, *_scale(b, dtype)), shape), dtype)


def _type(random: Random) -> str:
    return "int8" if random.random() < SIGNED else "uint8"


def _qconv(b: Builder, random: Random) -> Tensor:
    while True:
        side, stride, kind = CONVOLUTIONS[random.integers(len(CONVOLUTIONS))]
        c_in, c_out, groups = _width(random), _width(random), 1
        if kind == "image":
            c_in = 3
        elif kind == "depthwise":
            c_out = groups = c_in
        elif kind == "grouped":
            groups = int(random.choice([2, 3, 4, 8]))
            c_in, c_out = groups * _width(random, 4, 64), groups * _width(random, 4, 64)
        size = int(random.choice(SIDES)) * (2 if kind == "image" else 1)
        out = -(-size // stride)
        macs = out * out * side * side * c_in // groups * c_out
        if MACS[0] <= macs <= MACS[1] and max(c_in * size**2, c_out * out**2) <= MAP_BYTES[1]:
            break
    dtype = _type(random)
    x = _integers(b, dtype, 1, c_in, size, size)
    weight = _weight(b, c_out, c_in // groups, side, side)
    inputs = (x, *_scale(b, dtype), weight, *_scale(b, "int8"), *_scale(b, dtype))
    y = b.op("QLinearConv", inputs, (1, c_out, out, out), group=groups, strides=(stride, stride),
             pads=(side // 2,) * 4)  # fmt: skip
    return _typed(b, y, dtype)


def _qlinear(b: Builder, random: Random) -> Tensor:
    """A product with a weight of 0.1 to 6 MB as floats, of one row or many."""
    k, n = _width(random, 64, 2048), _width(random, 64, 2048)
    rows = 1 if random.random() < 0.3 else _width(random, 16, 256)
    dtype = _type(random)
    x = _integers(b, dtype, rows, k)
    weight = (_weight(b, k, n), *_scale(b, "int8"))
    inputs = (x, *_scale(b, dtype), *weight, *_scale(b, dtype))
    return _typed(b, b.op("QLinearMatMul", inputs, (rows, n)), dtype)


def _qsum(b: Builder, random: Random) -> Tensor:
    shape = _map(Builder(), random).known_shape
    one, other = _integers(b, "uint8", *shape), _integers(b, "uint8", *shape)
    inputs = (one, *_scale(b, "uint8"), other, *_scale(b, "uint8"), *_scale(b, "uint8"))
    name = str(random.choice(["QLinearAdd", "QLinearMul"]))
    return _typed(b, b.op(name, inputs, shape), "uint8", MS)


def _qtable(b: Builder, random: Random) -> Tensor:
    x = _integers(b, "uint8", *_map(Builder(), random).known_shape)
    y = b.op("QLinearSigmoid", (x, *_scale(b, "uint8"), *_scale(b, "uint8")), x.known_shape)
    return _typed(b, y, "uint8", MS)


def _floats(b: Builder, random: Random) -> Tensor:
    x = _integers(b, "uint8", *_map(Builder(), random).known_shape)
    return b.op("DequantizeLinear", (x, *_scale(b, "uint8")), x.known_shape)


MAKERS: Final[tuple[Maker, ...]] = (
    *(_qconv,) * 8, *(_qlinear,) * 2, _qsum, _qsum, _qtable, _floats, _floats,
    _convolution, _linear, _sum,
)  # fmt: skip
