"""What the user fixes before shapes are inferred: symbols, input shapes, the batch, contents."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from costlint.costmodel.inference.declared import Declared, declared_dims
from costlint.costmodel.ir.dims import Dim, Shape, symbol
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.source import SourceGraph

ShapeOption: TypeAlias = "Mapping[str, int | Sequence[int | str]]"
"""`{"N": 8}` binds a symbol, `{"x": (1, 3, 64, 64)}` an input; a str in a shape makes a symbol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """The input shapes of one inference, and values for data-dependent dimensions.

    `contents` are the inputs whose values are known, `growth` the batch baked into the
    file and the one in its place, None where it stays.
    """

    inputs: Mapping[str, Shape | None]
    values: Mapping[str, int] = field(default_factory=dict)
    contents: Mapping[str, Any] = field(default_factory=dict)
    growth: tuple[int, int] | None = None


def bind_inputs(
    graph: SourceGraph,
    shapes: ShapeOption,
    batch: int | None = None,
    axes: Mapping[str, int] | None = None,
) -> Bindings:
    """Shapes of `graph`'s inputs under `shapes`, and with `batch` at the `axes` by input.

    An input that `shapes` gives keeps its batch, and a number in the file stays where another
    input has a name for it.

    Raises:
        OptionError: a name that the model does not have, a rank that does not fit, a size below 0.
    """
    shapes = as_shapes(graph, shapes)
    _check_known(graph, shapes)
    declared = declared_dims(graph, shapes)
    values = {k: v for k, v in shapes.items() if isinstance(v, int)}
    _check_sizes(values)
    if batch is not None and (type(batch) is not int or batch < 1):
        raise OptionError(f"batch={batch} is not a positive whole number")
    places = {} if batch is None else batch_places(declared, axes or {})
    named = {d for d in places.values() if isinstance(d, str)}
    values = {**dict.fromkeys(named, batch or 1), **values}
    old = {d for name, d in places.items() if isinstance(d, int) and name not in shapes}
    growth = (min(old), batch) if batch is not None and len(old) == 1 and old != {batch} else None
    bound = {
        name: None
        if dims is None
        else _bound(dims, values, (axes or {}).get(name), batch if dims and growth and
                    name in places and name not in shapes else None)
        for name, dims in declared.items()
    }  # fmt: skip
    return Bindings(inputs=bound, values=values, growth=growth)


def batch_places(declared: Declared, axes: Mapping[str, int]) -> Mapping[str, int | str]:
    """What stands at the batch of each input: names where any has one, else equal numbers."""
    found = {name: dims[axes[name]] for name, dims in declared.items() if dims and name in axes}
    if any(isinstance(dim, str) for dim in found.values()):
        return {name: dim for name, dim in found.items() if isinstance(dim, str)}
    first = next(iter(found.values()), None)
    return {name: dim for name, dim in found.items() if dim == first}


def as_shapes(graph: SourceGraph, shapes: ShapeOption) -> ShapeOption:
    """`shapes` with a number for an input, which is no symbol, as the shape of one dimension."""
    symbols = {dim for i in graph.inputs for dim in i.shape or ()}
    names = {i.name for i in graph.inputs} - symbols
    return {k: (v,) if isinstance(v, int) and k in names else v for k, v in shapes.items()}


def _bound(
    dims: Sequence[int | str], values: Mapping[str, int], axis: int | None, batch: int | None
) -> tuple[Dim, ...]:
    bound: list[Dim] = [
        (values[d] if d in values else symbol(d)) if isinstance(d, str) else d for d in dims
    ]
    if batch is not None and axis is not None:
        bound[axis] = batch
    return tuple(bound)


def _check_sizes(values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise OptionError(f"{name}={value} is not a positive whole number or 0")


def _check_known(graph: SourceGraph, shapes: ShapeOption) -> None:
    """Refuse an input shape for a name that is no input; a number may name any dimension."""
    for name, value in shapes.items():
        if isinstance(value, int):
            continue
        for dim in value:
            if not isinstance(dim, str):
                _check_sizes({name: dim})
        known_input(graph, name)


def known_input(graph: SourceGraph, name: str) -> None:
    """Refuse a name that is no input of the model, with one that is near."""
    names = [i.name for i in graph.inputs]
    if name in names:
        return
    near = difflib.get_close_matches(name, names, 1)
    hint = (f"did you mean {near[0]!r}?",) if near else ()
    raise OptionError(
        f"the model has no input {name!r}",
        facts=(*hint, f"its inputs: {', '.join(map(repr, names)) or 'none'}"),
    )
