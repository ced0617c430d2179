"""Inputs whose content the user gives, so that what depends on it is arithmetic on numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from costlint.costmodel.inference.bindings import ShapeOption, known_input
from costlint.costmodel.inference.declared import declared_dims
from costlint.costmodel.ir.dims import Shape, is_static, product
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.source import SourceGraph, SourceInput
from costlint.costmodel.shapes.evaluation import MAX_ELEMENTS, small_array

Number: TypeAlias = int | float | bool | str
ValueOption: TypeAlias = "Mapping[str, Number | Sequence[Number]]"
"""`{"sr": 16000}` is the content of a scalar, `{"sizes": (1, 3, 640, 640)}` of a short input."""

_KINDS: Final[Mapping[str, str]] = {"bool": "true or false", "string": "a text"}


def with_sizes(graph: SourceGraph, shapes: ShapeOption, values: ValueOption) -> ShapeOption:
    """`shapes`, and the sizes of inputs that are as long as their content in `values`.

    Raises:
        OptionError: a name in `values` that is no input.
    """
    found = dict(shapes)
    declared = declared_dims(graph, shapes)
    for name, value in values.items():
        known_input(graph, name)
        dims = declared[name]
        length = len(_items(value))
        if dims is not None and len(dims) > 1 and length == 1 and set(dims) != {1}:
            raise OptionError(
                f"one value was given for input {name!r}, which has {len(dims)} dimensions",
                facts=("a value is the content of a scalar or of a short list: sr=16000",),
            )
        if dims is None:
            found[name] = () if _is_single(value) else (length,)
        elif len(dims) == 1 and isinstance(dims[0], str) and dims[0] not in shapes:
            own = dims[0] == f"{name}_0"
            found.update({name: (length,)} if own else {dims[0]: length})
    return found


def contents_of(
    graph: SourceGraph, values: ValueOption, inputs: Mapping[str, Shape | None]
) -> Mapping[str, Any]:
    """The content of each input in `values` as an object array of its shape in `inputs`.

    Raises:
        OptionError: numbers of another kind or of another count than the input holds.
    """
    declared = {i.name: i for i in graph.inputs}
    return {
        name: _array(declared[name], value, inputs[name] or ()) for name, value in values.items()
    }


def _array(item: SourceInput, value: Number | Sequence[Number], shape: Shape) -> Any:
    items = [_typed(item, one) for one in _items(value)]
    if not is_static(shape):
        raise OptionError(
            f"the value of {item.name!r} cannot be given while its sizes are open",
            facts=(f"its shape is {' x '.join(map(str, shape))}",),
            fix=f"--shape {item.name}={'x'.join(str(d) if type(d) is int else '1' for d in shape)}",
        )
    size = product(shape)
    if len(items) == 1 and 0 < size <= MAX_ELEMENTS:
        items *= size
    if len(items) != size:
        held = "x".join(map(str, shape)) or "a scalar"
        raise OptionError(
            f"{len(items)} values were given for input {item.name!r}, which holds {size}",
            facts=(f"its shape is {held}",),
        )
    return small_array(items, shape)


def _items(value: Number | Sequence[Number]) -> list[Number]:
    return [value] if isinstance(value, int | float | str) else list(value)


def _is_single(value: object) -> bool:
    return isinstance(value, int | float | str)


def _typed(item: SourceInput, value: Number) -> Number:
    """`value` as the input's type has it; refused where it is of another kind."""
    dtype = item.dtype
    if dtype == "bool" and value in (0, 1):
        return bool(value)
    if dtype == "string" and isinstance(value, str):
        return value
    if is_float(dtype) and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if "int" in dtype and type(value) is int:
        return value
    needed = _KINDS.get(dtype, "a number" if is_float(dtype) else "a whole number")
    raise OptionError(f"input {item.name!r} is {dtype}: {value!r} is not {needed}")
