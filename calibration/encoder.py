"""A small transformer encoder: what matrix products in integers are tried on."""

from __future__ import annotations

from typing import Final

import numpy as np

from calibration.graphbuilder import Builder, tensor
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor

ENCODER: Final = "encoder"
LAYERS: Final = 4
WIDTH: Final = 384
TOKENS: Final = 128
HEADS: Final = 6
EACH: Final = WIDTH // HEADS
SHAPE: Final = (1, TOKENS, WIDTH)


def encoder() -> OpGraph:
    """Four layers of width 384 on 128 tokens: attention, then two products with a Relu between."""
    b = Builder()
    x = tensor("x", *SHAPE)
    for _ in range(LAYERS):
        query, values = (_heads(b, x, (0, 2, 1, 3)) for _ in range(2))
        keys = _heads(b, x, (0, 2, 3, 1))
        scores = b.op("MatMul", (query, keys), (1, HEADS, TOKENS, TOKENS))
        shares = b.same("Softmax", b.same("Mul", scores, _root(b)), axis=-1)
        y = b.op("MatMul", (shares, values), (1, HEADS, TOKENS, EACH))
        y = b.op("Transpose", (y,), (1, TOKENS, HEADS, EACH), perm=(0, 2, 1, 3))
        y = _reshaped(b, y, *SHAPE)
        x = _norm(b, b.same("Add", _linear(b, y, WIDTH), x))
        x = _norm(b, b.same("Add", _linear(b, b.same("Relu", _linear(b, x, 4 * WIDTH)), WIDTH), x))
    return b.graph(ENCODER, x)


def _linear(b: Builder, x: Tensor, width: int) -> Tensor:
    *rows, depth = x.known_shape
    y = b.op("MatMul", (x, b.weight("w", depth, width)), (*rows, width))
    return b.same("Add", y, b.weight("b", width))


def _heads(b: Builder, x: Tensor, order: tuple[int, ...]) -> Tensor:
    shape = (1, TOKENS, HEADS, EACH)
    y = _reshaped(b, _linear(b, x, WIDTH), *shape)
    return b.op("Transpose", (y,), tuple(shape[axis] for axis in order), perm=order)


def _norm(b: Builder, x: Tensor) -> Tensor:
    return b.same("LayerNormalization", x, b.weight("g", WIDTH), b.weight("o", WIDTH), axis=-1)


def _reshaped(b: Builder, x: Tensor, *shape: int) -> Tensor:
    return b.op("Reshape", (x, _constant(b, np.array(shape))), shape)


def _root(b: Builder) -> Tensor:
    return _constant(b, np.array(EACH**-0.5, np.float32))


def _constant(b: Builder, value: np.ndarray) -> Tensor:
    return Tensor(
        name=f"c{len(b.ops)}", shape=value.shape, dtype=str(value.dtype), role="parameter",
        value=value,
    )  # fmt: skip
