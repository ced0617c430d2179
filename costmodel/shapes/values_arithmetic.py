"""Evaluation of element-wise operators on small known tensors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, Final

import numpy as np

from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.shapes import scalars
from costlint.costmodel.shapes.arguments import dtype, dtype_attribute, integer
from costlint.costmodel.shapes.evaluation import evaluates, mapped, stored, wrapped
from costlint.costmodel.shapes.registry import Call

_Function = Callable[..., Any]

_NUMBERS_ONLY: Final[Mapping[str, _Function]] = {
    "Exp": math.exp,
    "Log": math.log,
    "Round": lambda a: type(a)(round(a)),
}
_UNARY: Final[Mapping[str, _Function]] = {
    "Abs": scalars.absolute,
    "Ceil": scalars.ceil,
    "Floor": scalars.floor,
    "Neg": lambda a: -a,
    "Relu": lambda a: scalars.greatest(a, 0),
    "Reciprocal": lambda a: scalars.divide(1, a),
    "Sign": scalars.sign,
    "Sqrt": scalars.square_root,
}
_NARY: Final[Mapping[str, _Function]] = {
    "Add": scalars.add,
    "Max": scalars.greatest,
    "Min": scalars.least,
    "Mul": scalars.multiply,
    "Sub": scalars.subtract,
    "Sum": scalars.add,
}
_COMPARISONS: Final[Mapping[str, _Function]] = {
    "And": lambda a, b: bool(a and b),
    "Equal": scalars.equal,
    "Greater": lambda a, b: scalars.less(b, a),
    "GreaterOrEqual": lambda a, b: _not(scalars.less(a, b)),
    "Less": scalars.less,
    "LessOrEqual": lambda a, b: _not(scalars.less(b, a)),
    "Or": lambda a, b: bool(a or b),
    "Xor": lambda a, b: bool(a) != bool(b),
}


def _not(decision: bool | None) -> bool | None:  # noqa: FBT001
    return None if decision is None else not decision


def arrays(call: Call) -> list[Any]:
    """Values of the inputs that are there."""
    return [tensor.value for tensor in call.inputs if tensor is not None]


@evaluates(*_UNARY)
def unary(call: Call) -> Any:
    """Y = f(X)."""
    return stored(call, mapped(_UNARY[call.op_type], arrays(call)[0]))


@evaluates("Identity")
def identity(call: Call) -> Any:
    """Y = X."""
    return call.value(0)


@evaluates(*_NUMBERS_ONLY)
def numbers_only(call: Call) -> Any:
    """Y = f(X) for functions that leave the integers: not for symbols."""
    function = _NUMBERS_ONLY[call.op_type]
    (x,) = arrays(call)
    return stored(call, mapped(lambda a: function(a) if scalars.is_number(a) else None, x))


@evaluates(*_NARY)
def nary(call: Call) -> Any:
    """Y = f(A, B, ...), two at a time."""
    function = _NARY[call.op_type]
    found = reduce(lambda a, b: None if a is None else mapped(function, a, b), arrays(call))
    return stored(call, found)


@evaluates("Pow")
def power(call: Call) -> Any:
    """Y = A ** B; integers go through float64, so large ones are refused."""
    found = mapped(scalars.power, *arrays(call))
    if found is None or is_float(dtype(call, 0)):
        return stored(call, found)
    return mapped(_exact_integer, found)


def _exact_integer(a: Any) -> Any:
    if not scalars.is_number(a):
        return a
    return int(a) if abs(a) <= scalars.EXACT_FLOAT64 else None


@evaluates(*_COMPARISONS)
def comparison(call: Call) -> Any:
    """Y = A < B and its kin; None where the answer depends on a symbol."""
    return mapped(_COMPARISONS[call.op_type], *arrays(call), texts=call.op_type == "Equal")


@evaluates("Not")
def negation(call: Call) -> Any:
    """Y = not X."""
    return mapped(lambda a: not a, *arrays(call))


@evaluates("Div")
def div(call: Call) -> Any:
    """Y = A / B; integers are cut towards zero."""
    kind = dtype(call, 0)
    if is_float(kind):
        return stored(call, mapped(scalars.divide, *arrays(call)))
    return mapped(lambda a, b: _quotient(call, kind, a, b), *arrays(call))


def _quotient(call: Call, kind: str, a: Any, b: Any) -> Any:
    found = scalars.divide_integers(a, b)
    if b == 0 or wrapped(found, kind) != found:  # a runtime dies on both
        raise call.refuse(f"{a} / {b} is no {kind}")
    return found


@evaluates("Mod")
def mod(call: Call) -> Any:
    """Y = A mod B; `fmod` says whose sign the result has."""
    like_c = integer(call, "fmod", 0) != 0
    return stored(call, mapped(scalars.c_modulo if like_c else scalars.modulo, *arrays(call)))


@evaluates("Where")
def where(call: Call) -> Any:
    """Y = condition ? A : B."""
    return mapped(lambda c, a, b: a if c else b, *arrays(call), texts=True)


@evaluates("Clip")
def clip(call: Call) -> Any:
    """Y = X kept within its limits, attributes before opset 11."""
    x = call.value(0)
    low, high = call.value(1), call.value(2)
    low = np.array(call.attributes.get("min", -math.inf), object) if low is None else low
    high = np.array(call.attributes.get("max", math.inf), object) if high is None else high
    return stored(call, mapped(_clipped, x, low, high))


def _clipped(a: Any, low: Any, high: Any) -> Any:
    a = a if low == -math.inf else scalars.greatest(a, low)
    return a if high == math.inf else scalars.least(a, high)


@evaluates("Cast", "CastLike")
def cast(call: Call) -> Any:
    """Y = X in another type; None where a value does not fit."""
    to = dtype_attribute(call, "to", None) if call.op_type == "Cast" else dtype(call, 1)
    if to is None or to == "string" or to.startswith(("complex", "float8", "float4")):
        return None
    if to == "bool":
        return mapped(scalars.truth, call.value(0))
    if is_float(to):
        floats = mapped(lambda a: float(a) if scalars.is_number(a) else a, call.value(0))
        return stored(call, floats, to)
    return mapped(lambda a: _as_integer(a, to), call.value(0))


def _as_integer(a: Any, to: str) -> Any:
    if not scalars.is_number(a):
        return a if a.is_integer else scalars.floor(a)
    fitting = wrapped(int(a), to)
    return None if type(a) is float and fitting != int(a) else fitting
