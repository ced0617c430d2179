"""Random kernels as op graphs, a few in each: what onnxruntime spends its time on.

Each reads what an op has just written, and another reads what it writes, as in a network: these two
are named after `BESIDE` and are not looked at. Kernels that run in between take the weights out of
the core's own cache, which a kernel that is alone in a loop would find there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from calibration.graphbuilder import Builder, tensor
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor

CHAINS: Final = (1, 10, 30, 100, 300)
"""Lengths of chains of ops that have next to no work: launches, and the overhead of a run."""
EACH: Final = 8
BESIDE: Final = "beside"
OPSET: Final = 22
BLOCK: Final = 16
MACS: Final = (20_000, 200_000_000)
SIDES: Final = (7, 14, 28, 56, 112)
FUNCTIONS: Final = ("Relu", "Relu", "HardSigmoid", "Sigmoid", "Tanh", "Erf")
MAP_BYTES: Final = (100_000, 6_000_000)
# Filter, stride, and how the channels hang together.
CONVOLUTIONS: Final = (
    (1, 1, "dense"), (1, 1, "dense"), (1, 2, "dense"), (3, 1, "dense"), (3, 1, "dense"),
    (3, 2, "dense"), (5, 1, "dense"), (3, 2, "image"), (7, 2, "image"), (1, 1, "grouped"),
    (3, 1, "grouped"), (3, 2, "grouped"), (3, 1, "depthwise"), (3, 2, "depthwise"),
    (5, 1, "depthwise"), (5, 2, "depthwise"), (7, 1, "depthwise"),
)  # fmt: skip
Random: TypeAlias = np.random.Generator
Maker: TypeAlias = Callable[[Builder, Random], Tensor]


def kernel_graphs(kernels: int, seed: int = 0) -> Iterator[OpGraph]:
    """The chains, then so many random kernels; a convolution may have an activation behind it."""
    for length in CHAINS:
        b = Builder()
        y = tensor("x", 1, BLOCK, 4, 4)
        for place in range(length):
            y = b.same("Neg" if place % 2 else "Relu", y)
        yield b.graph(f"chain_{length}", y, opset=OPSET)
    random = np.random.default_rng(seed)
    for first in range(0, kernels, EACH):
        b = Builder()
        outputs = []
        for _ in range(first, min(first + EACH, kernels)):
            y = MAKERS[random.integers(len(MAKERS))](b, random)
            outputs.append(_beside(b, b.op("ReduceMax", (y,), (), keepdims=0)))
        yield b.graph(f"kernels_{first}", *outputs, opset=OPSET)


def _beside(b: Builder, y: Tensor) -> Tensor:
    """Name the last op as one that is not looked at."""
    b.ops[-1] = replace(b.ops[-1], name=f"{BESIDE}{len(b.ops)}")
    return y


def _written(b: Builder, *shape: int) -> Tensor:
    """A tensor that an op has just written: the sums of a column and a row."""
    split = 1 if len(shape) < 4 else 2
    column = (*shape[:split], *(1,) * (len(shape) - split))
    row = (*(1,) * split, *shape[split:])
    place = len(b.ops)
    y = b.op("Add", (tensor(f"column{place}", *column), tensor(f"row{place}", *row)), shape)
    return _beside(b, y)


def _width(random: Random, low: int = BLOCK, high: int = 512) -> int:
    """A width, evenly on a log scale; every other one is of whole blocks."""
    width = round(float(np.exp(random.uniform(np.log(low), np.log(high)))))
    return -(-width // BLOCK) * BLOCK if random.random() < 0.5 else -(-width // 2) * 2


def _convolution(b: Builder, random: Random) -> Tensor:
    while True:
        side, stride, kind = CONVOLUTIONS[random.integers(len(CONVOLUTIONS))]
        c_in, c_out, groups = _width(random), _width(random), 1
        if kind == "image":
            c_in = 3
        elif kind == "depthwise":
            c_out = groups = c_in
        elif kind == "grouped":
            groups = int(random.choice([2, 3, 4, 8, 16]))
            c_in, c_out = groups * _width(random, 2, 64), groups * _width(random, 2, 64)
        size = int(random.choice(SIDES)) * (2 if kind == "image" else 1)
        out = -(-size // stride)
        macs = out * out * side * side * c_in // groups * c_out
        widest = 4 * max(c_in * size * size, c_out * out * out)
        if MACS[0] <= macs <= MACS[1] and widest <= MAP_BYTES[1]:
            break
    x = _written(b, 1, c_in, size, size)
    y = b.conv(x, c_out, side, stride=stride, groups=groups)
    return BEHIND[random.integers(len(BEHIND))](b, y)


def _clipped(b: Builder, y: Tensor) -> Tensor:
    low, high = (
        Tensor(name=f"{v}", shape=(), dtype="float32", role="parameter", value=np.float32(v))
        for v in (0, 6)
    )
    return b.same("Clip", y, low, high)


BEHIND: Final = (lambda _, y: y, lambda b, y: b.same("Relu", y), _clipped)
"""What a convolution has behind it: nothing, or an activation that joins it."""


def _map(b: Builder, random: Random) -> Tensor:
    """A map as large as `MAP_BYTES`."""
    while True:
        size, channels = int(random.choice(SIDES)), _width(random)
        if MAP_BYTES[0] <= 4 * channels * size * size <= MAP_BYTES[1]:
            return _written(b, 1, channels, size, size)


def _sum(b: Builder, random: Random) -> Tensor:
    x = _map(b, random)
    return b.same(str(random.choice(["Add", "Mul"])), x, _written(b, *x.known_shape))


def _scaled(b: Builder, random: Random) -> Tensor:
    x = _map(b, random)
    return b.same("Mul", x, _written(b, 1, x.known_shape[1], 1, 1))


def _joined(b: Builder, random: Random) -> Tensor:
    x = _map(b, random)
    n, c, h, w = x.known_shape
    return b.op("Concat", (x, _written(b, n, c, h, w)), (n, 2 * c, h, w), axis=1)


def _shuffled(b: Builder, random: Random) -> Tensor:
    """The transpose of a channel shuffle."""
    n, c, h, w = _map(Builder(), random).known_shape
    x = _written(b, n, 2, c // 2, h, w)
    return b.op("Transpose", (x,), (1, c // 2, 2, h, w), perm=(0, 2, 1, 3, 4))


def _pool(b: Builder, random: Random) -> Tensor:
    x = _map(b, random)
    kind = str(random.choice(["MaxPool", "AveragePool", "GlobalAveragePool"]))
    if kind == "GlobalAveragePool":
        return b.op(kind, (x,), (*x.known_shape[:2], 1, 1))
    return b.pool(kind, x, 3, int(random.choice([1, 2])))


def _tokens(b: Builder, random: Random) -> Tensor:
    """Layer norm or softmax of a sequence, as attention has them."""
    tokens, width = int(random.choice([49, 64, 128, 196, 256])), _width(random, 64, 768)
    if random.random() < 0.5:
        x = _written(b, 1, tokens, width)
        return b.same("LayerNormalization", x, b.weight("scale", width), axis=-1)
    return b.same("Softmax", _written(b, int(random.choice([3, 6, 8])), tokens, tokens), axis=-1)


def _linear(b: Builder, random: Random) -> Tensor:
    """A product with a weight of 0.1 to 6 MB, of one row or many."""
    while True:
        k, n, rows = _width(random, 64, 2048), _width(random, 64, 2048), _width(random, 16, 512)
        rows = 1 if random.random() < 0.5 else rows
        if MAP_BYTES[0] <= 4 * k * n <= MAP_BYTES[1] and rows * k * n <= MACS[1]:
            break
    x = _written(b, rows, k)
    if random.random() < 0.5:
        return b.op("MatMul", (x, b.weight("w", k, n)), (rows, n))
    return b.op("Gemm", (x, b.weight("w", n, k), b.weight("b", n)), (rows, n), transB=1)


def _attention(b: Builder, random: Random) -> Tensor:
    heads, tokens = int(random.choice([1, 3, 6, 8])), int(random.choice([49, 64, 128, 196, 256]))
    width = int(random.choice([32, 64, 96]))
    x = _written(b, heads, tokens, width), _written(b, heads, width, tokens)
    return b.op("MatMul", x, (heads, tokens, tokens))


MAKERS: Final[tuple[Maker, ...]] = (
    *(_convolution,) * 12, _sum, _sum, _scaled,
    lambda b, random: b.norm(_map(b, random)),
    *(lambda b, random: b.same(str(random.choice(FUNCTIONS)), _map(b, random)),) * 2,
    _joined, _shuffled, _pool, _pool, _tokens, _tokens, _linear, _linear, _attention,
)  # fmt: skip
