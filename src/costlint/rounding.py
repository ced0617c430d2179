"""How far two outputs that are the same may lie apart: what the types on their paths round off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.graph import OpGraph

FLOAT32: Final = 1e-3
"""Largest difference that is rounding, as a share of the largest value of the same output; float32
carries 1e-7 per operation, and a deep network sums up thousands."""

BY_TYPE: Final[Mapping[str, float]] = {
    "float16": 16 * 2**-11,
    "bfloat16": 16 * 2**-8,
    "float8e4m3fn": 2**-2, "float8e4m3fnuz": 2**-2, "float8e5m2": 2**-1, "float8e5m2fnuz": 2**-1,
    "int8": 16 * 2**-8, "uint8": 16 * 2**-8,
    "int16": 16 * 2**-16, "uint16": 16 * 2**-16,
    "int4": 2**-1, "uint4": 2**-1,
}  # fmt: skip
"""The same for narrower types of activations: sixteen roundings of a half-precision number, sixteen
steps of a quantised one, and two steps where it has less than eight bits."""


def tolerances(graph: OpGraph) -> tuple[float, ...]:
    """The share for each output: that of the narrowest type of an activation on its path."""
    reached: dict[str, float] = {}
    for op in graph.ops:
        read = [t for t in op.reads if t is not None and not t.is_parameter]
        # Integers that go into the model are exact: what an op makes of them may be rounded.
        before = [reached.get(t.name, _of(t.dtype) if is_float(t.dtype) else FLOAT32) for t in read]
        for tensor in op.outputs:
            if tensor is not None:
                reached[tensor.name] = max([_of(tensor.dtype), *before])
    return tuple([reached.get(t.name, _of(t.dtype)) for t in graph.outputs])


def _of(dtype: str) -> float:
    return max(FLOAT32, BY_TYPE.get(dtype, FLOAT32))
