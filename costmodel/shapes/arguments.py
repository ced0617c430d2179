"""What a rule reads from a node: attributes of the right type, axes, small integer inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.dtypes import ONNX_DTYPES
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes.registry import Call

_SHOWN = 40


def shown(value: object) -> str:
    """`value` as an error message quotes it, never long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def integer(call: Call, name: str, default: int) -> int:
    """Integer attribute `name`; refused when it is of another type."""
    value = call.attributes.get(name, default)
    if type(value) is not int:
        raise call.refuse(f"attribute {name} is {shown(value)}, not an integer")
    return value


def size(call: Call, name: str, default: int) -> int:
    """Integer attribute `name` that is a size; refused when it is negative."""
    value = integer(call, name, default)
    if value < 0:
        raise call.refuse(f"attribute {name} is {value}, a size is not negative")
    return value


def positive(call: Call, name: str, default: int = 0) -> int:
    """Attribute `name`, which must be a positive integer."""
    value = integer(call, name, default)
    if value < 1:
        raise call.refuse(f"attribute {name} is {value}, it must be at least 1")
    return value


def integers(call: Call, name: str) -> Sequence[int] | None:
    """Attribute `name` as a list of integers, None where it is absent."""
    return _listed(call, name, (int,), "integers")


def numbers(call: Call, name: str) -> Sequence[float] | None:
    """Attribute `name` as a list of numbers, None where it is absent."""
    return _listed(call, name, (int, float), "numbers")


def _listed(call: Call, name: str, types: Sequence[type], what: str) -> Sequence[Any] | None:
    value = call.attributes.get(name)
    if value is None or (isinstance(value, list | tuple) and all(type(v) in types for v in value)):
        return value
    raise call.refuse(f"attribute {name} is {shown(value)}, not a list of {what}")


def text(call: Call, name: str, default: str) -> str:
    """String attribute `name`, whether the reader kept bytes or made a str of them."""
    value = call.attributes.get(name, default)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value
    raise call.refuse(f"attribute {name} is {shown(value)}, not a string")


def dtype_attribute(call: Call, name: str, default: str | None) -> str | None:
    """Element type that attribute `name` numbers; `default` where it is absent or 0."""
    value = integer(call, name, 0)
    if value == 0:
        return default
    if value not in ONNX_DTYPES:
        raise call.refuse(f"attribute {name} is {value}, which is no element type")
    return ONNX_DTYPES[value]


def dtype(call: Call, index: int, default: str = "float32") -> str:
    """Element type of input `index`, `default` where it is absent."""
    tensor = call.tensor(index)
    return default if tensor is None else tensor.dtype


def one_axis(call: Call, axis: Any, rank: int) -> int:
    """`axis` counted from the front; refused outside `[-rank, rank)`."""
    if type(axis) is not int or not -rank <= axis < rank:
        raise call.refuse(f"axis {shown(axis)} is outside the {rank} dimensions of the input")
    return axis if axis >= 0 else axis + rank


def axis_attribute(call: Call, default: int, rank: int) -> int:
    """Attribute `axis` counted from the front."""
    return one_axis(call, call.attributes.get("axis", default), rank)


def all_axes(call: Call, axes: Sequence[Any], rank: int) -> list[int]:
    """Every axis counted from the front; refused when one comes twice."""
    if len(axes) > rank:
        raise call.refuse(f"{len(axes)} axes are given for {rank} dimensions")
    found = [one_axis(call, axis, rank) for axis in axes]
    if len(set(found)) < len(found):
        raise call.refuse(f"axes {shown(list(axes))} name an axis twice")
    return found


def input_dims(call: Call, index: int) -> list[Dim] | None:
    """Integers (maybe symbolic) of input `index`, flat; None where it is absent.

    Raises:
        UnknownShapeError: the input is there, but what it holds is not known.
        ShapeError: it holds something other than integers.
    """
    tensor = call.tensor(index)
    if tensor is None:
        return None
    found = [] if tensor.shape == (0,) else call.ints(index)
    if found is None:
        raise UnknownShapeError(call.error(f"the value of input {index} is not known"))
    for dim in found:
        if not is_dim(dim):
            raise call.refuse(f"input {index} holds {shown(dim)}, not an integer")
    return found


def is_dim(value: Any) -> bool:
    """Whether `value` is an integer or a symbolic one; not a bool, a float or a str."""
    if type(value) is int:
        return True
    return hasattr(value, "free_symbols") and bool(value.is_integer)


def axes_argument(call: Call, index: int) -> Sequence[Any] | None:
    """The axes as an attribute (older opsets) or as input `index` (newer); None for neither."""
    found = integers(call, "axes")
    return input_dims(call, index) if found is None else found


def check_rank(call: Call, index: int, least: int) -> None:
    """Refuse an input of fewer than `least` dimensions."""
    rank = len(call.shape(index))
    if rank < least:
        raise call.refuse(f"input {index} has {rank} dimensions, at least {least} are needed")


def check_sizes(call: Call, shape: Shape, what: str) -> None:
    """Refuse a shape with a negative dim; `what` says where it comes from."""
    if any(type(dim) is int and dim < 0 for dim in shape):
        raise call.refuse(f"{what} {shown(list(shape))} has a negative dim")


def scalar(call: Call, index: int) -> Any:
    """The one element of input `index`; None where it is absent or not known."""
    found = call.ints(index)
    return found[0] if found is not None and len(found) == 1 else None


def scalar_dim(call: Call, index: int) -> Dim | None:
    """The one element of input `index` as a size; None where it is absent or not known.

    Raises:
        ShapeError: it is negative, or not an integer.
    """
    found = scalar(call, index)
    if type(found) is float and found.is_integer():  # a depth may come as a float
        found = int(found)
    if found is None:
        return None
    if not is_dim(found) or (type(found) is int and found < 0):
        raise call.refuse(f"input {index} is {shown(found)}, not a size")
    return found
