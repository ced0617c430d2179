"""Random content for a tensor by what it is for, the same for the same seed and name."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from math import prod, sqrt
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.models.usage import Usage, Use

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind: TypeAlias = Literal["filter", "near_one", "small", "step", "zero_point", "plain"]

# Op types -> what stands in which slot. Scales and zero points have their places by the
# specification of each operator; https://onnx.ai/onnx/operators.
_SLOTS: Final[Mapping[tuple[str, ...], Mapping[Kind, tuple[int, ...]]]] = {
    ("Conv", "ConvTranspose", "Gemm"): {"filter": (1,), "small": (2,)},
    ("FusedConv", "FusedGemm"): {"filter": (1,)},
    ("LSTM", "GRU", "RNN"): {"filter": (1, 2)},
    ("MatMul", "Einsum"): {"filter": (0, 1)},
    ("BatchNormalization",): {"near_one": (1, 4)},
    ("InstanceNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization",
     "SimplifiedLayerNormalization", "PRelu"): {"near_one": (1,)},
    ("Mul", "Div", "Pow"): {"near_one": (0, 1)},
    ("Sqrt", "Log", "Reciprocal"): {"near_one": (0,)},
    ("QuantizeLinear", "DequantizeLinear"): {"step": (1,), "zero_point": (2,)},
    ("QLinearConv", "QLinearMatMul", "QLinearAdd", "QLinearMul"):
        {"step": (1, 4, 6), "zero_point": (2, 5, 7)},
    ("QGemm",): {"step": (1, 4, 7), "zero_point": (2, 5, 8)},
    ("ConvInteger", "MatMulInteger"): {"zero_point": (2, 3)},
    ("MatMulNBits",): {"step": (2,), "zero_point": (3,)},
    ("DynamicQuantizeLSTM",): {"step": (8, 10), "zero_point": (9, 11)},
}  # fmt: skip
_KINDS: Final[Mapping[tuple[str, int], Kind]] = {
    (op_type, slot): kind
    for op_types, kinds in _SLOTS.items()
    for op_type in op_types
    for kind, slots in kinds.items()
    for slot in slots
}
_HE: Final = frozenset({"Conv", "ConvTranspose", "FusedConv"})


def random_array(
    name: str, shape: tuple[int, ...], dtype: str, usage: Usage, *, seed: int
) -> NDArray[Any]:
    """Content for the parameter `name` (float32 or int64, to be cast to `dtype`).

    Filters are normal with variance 2 / inputs before a rectifier (arXiv 1502.01852, 2.2) and
    1 / inputs elsewhere, so that activations neither vanish nor overflow.
    """
    generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
    limit = usage.index_limit(name)
    if limit is not None and not is_float(dtype):
        return generator.integers(0, max(1, limit), shape)
    kind, use = _kind(name, usage)
    if kind == "zero_point":
        return np.full(shape, 0 if dtype.startswith("int") else _middle(dtype))
    if not is_float(dtype):
        return _integers(generator, shape, dtype)
    return _FLOATS[kind](generator, shape, use)


def _kind(name: str, usage: Usage) -> tuple[Kind, Use | None]:
    """The first use that says something; a plain Add is a bias."""
    for use in usage.uses(name):
        kind = _KINDS.get((use.node.op_type, use.slot))
        if kind is not None:
            return kind, use
        if use.node.op_type in ("Add", "Sub"):
            return "small", use
    return "plain", None


def _middle(dtype: str) -> int:
    bits = int(dtype.removeprefix("uint")) if dtype.startswith("uint") else 1
    return 1 << (bits - 1) if bits <= 16 else 0


def _integers(
    generator: np.random.Generator, shape: tuple[int, ...], dtype: str
) -> NDArray[np.int64]:
    """The whole range of 8 bits and less; wider integers are indices and counts: zero or one."""
    digits = dtype.lstrip("uint")
    if dtype == "bool" or not digits.isdecimal() or int(digits) > 8:
        return generator.integers(0, 2, shape)
    half = 1 << (int(digits) - 1)
    low = 0 if dtype.startswith("u") else -half
    return generator.integers(low, low + 2 * half, shape)


def _normal(
    generator: np.random.Generator, shape: tuple[int, ...], deviation: float
) -> NDArray[np.float32]:
    return generator.standard_normal(shape, dtype=np.float32) * np.float32(deviation)


def _uniform(
    generator: np.random.Generator, shape: tuple[int, ...], low: float, high: float
) -> NDArray[np.float32]:
    unit = generator.random(shape, dtype=np.float32)
    return unit * np.float32(high - low) + np.float32(low)


def _filter(
    generator: np.random.Generator, shape: tuple[int, ...], use: Use | None
) -> NDArray[np.float32]:
    op_type = "" if use is None else use.node.op_type
    gain = 2.0 if op_type in _HE else 1.0
    return _normal(generator, shape, sqrt(gain / max(1, _fan_in(shape, use))))


def _fan_in(shape: tuple[int, ...], use: Use | None) -> int:
    """How many products each output sums."""
    if use is None or len(shape) < 2:
        return shape[-1] if shape else 1
    op_type = use.node.op_type
    if op_type in ("Conv", "FusedConv"):
        return prod(shape[1:])
    if op_type == "ConvTranspose":
        return shape[0] * prod(shape[2:]) // max(1, int(use.node.attributes.get("group", 1)))
    if op_type in ("LSTM", "GRU", "RNN"):
        return shape[-1]
    turned = use.turned ^ bool(use.node.attributes.get("transB", 0))
    from_right = (use.slot == 0) ^ turned
    return shape[-1] if from_right else shape[-2]


_FLOATS: Final[Mapping[Kind, Callable[..., NDArray[np.float32]]]] = {
    "filter": _filter,
    "near_one": lambda generator, shape, _: _uniform(generator, shape, 0.5, 1.5),
    "small": lambda generator, shape, _: _normal(generator, shape, 0.1),
    "step": lambda generator, shape, _: _uniform(generator, shape, 0.005, 0.015),
    "plain": lambda generator, shape, _: _normal(generator, shape, 1.0),
}
