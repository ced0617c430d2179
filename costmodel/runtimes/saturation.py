"""When a conversion to integers does what a clamp before it does, and when two convert alike."""

from __future__ import annotations

from numbers import Real
from typing import Any

from costlint.costmodel.ir.dtypes import BITS
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor


def same_number(one: Tensor | None, other: Tensor | None) -> bool:
    """Whether both are known to hold the same, or are one tensor; an absent zero point is zero."""
    if one is not None and other is not None and one.name == other.name:
        return True
    values = [_number(t, 0) for t in (one, other)]
    return None not in values and values[0] == values[1]


def _number(tensor: Tensor | None, absent: float) -> float | None:
    """What a tensor of one element holds, None where that is not known."""
    if tensor is None:
        return absent
    if tensor.value is None or tensor.value.size != 1:
        return None
    number: Any = tensor.value.reshape(-1)[0]
    return float(number) if isinstance(number, Real) else None


def clamps(op: Op, into: Op) -> bool:
    """Whether converting saturates at least as much as the clamp `op` does.

    A zero point that is not known is taken to be that of a clamped tensor: the least number.
    """
    dtype = into.y.dtype
    if dtype not in BITS or "int" not in dtype:
        return False
    least = 0 if dtype.startswith("u") else -(2 ** (BITS[dtype] - 1))
    most = least + 2 ** BITS[dtype] - 1
    scale, zero = _number(into.input(1), 1.0), _number(into.input(2), 0)
    zero = least if zero is None else zero
    if op.op_type == "Relu":
        return zero == least
    if any(t is not None and _number(t, 0) is None for t in (op.input(1), op.input(2))):
        return False  # the limits are computed
    low = _number(op.input(1), -float("inf")) if len(op.inputs) > 1 else op.attributes.get("min")
    high = _number(op.input(2), float("inf")) if len(op.inputs) > 2 else op.attributes.get("max")
    if scale is None:
        return zero == least and low == 0
    low = -float("inf") if low is None else low
    high = float("inf") if high is None else high
    return low <= (least - zero) * scale and (most - zero) * scale <= high
