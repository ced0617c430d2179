"""What the user fixes before shapes are inferred: symbols, input shapes, the batch, contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from costlint.costmodel.inference.declared import Declared, declared_dims
from costlint.costmodel.inference.expressions import is_derived, size_of
from costlint.costmodel.inference.names import near
from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.source import SourceGraph

ShapeOption: TypeAlias = "Mapping[str, int | Sequence[int | str]]"
"""`{"N": 8}` binds a symbol, `{"x": (1, 3, 64, 64)}` an input; a str in a shape makes a symbol."""

MAX_OPEN: Final = 1000
"""Open sizes of all inputs: real models have dozens, and hundreds where no axis has a name."""


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
    values = _values(graph, shapes)
    _check_sizes(values)
    if batch is not None and (type(batch) is not int or batch < 1):
        raise OptionError(f"batch={batch} is not a positive whole number")
    places = {} if batch is None else batch_places(declared, axes or {})
    named = {d for d in places.values() if isinstance(d, str)}
    values = {**dict.fromkeys(named, batch or 1), **values}
    old = {d for name, d in places.items() if isinstance(d, int) and name not in shapes}
    growth = (min(old), batch) if batch is not None and len(old) == 1 and old != {batch} else None
    known = _names(declared)
    _refuse_many(known - values.keys())
    bound = {
        name: None
        if dims is None
        else _bound(dims, values, known, (axes or {}).get(name), batch if dims and growth and
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


def open_sizes(graph: SourceGraph, shapes: ShapeOption) -> Mapping[str, tuple[int | str, ...]]:
    """The shapes of the inputs that have sizes which neither the file nor `shapes` gives.

    A size that is open is a name there; one that was given, or is arithmetic over others, a number
    or a text that is not asked for. The batch stays a name.
    """
    shapes = as_shapes(graph, shapes)
    values = _values(graph, shapes)
    declared = declared_dims(graph, shapes)
    _refuse_many(_names(declared) - values.keys())
    known = {*_names(declared), *values}
    found: dict[str, tuple[int | str, ...]] = {}
    for name, shape in declared.items():
        dims = tuple(values.get(d, d) if isinstance(d, str) else d for d in shape or ())
        if any(isinstance(d, str) and not is_derived(d, known) for d in dims):
            found[name] = dims
    return found


def stated_names(graph: SourceGraph, shapes: ShapeOption) -> AbstractSet[str]:
    """The names of all dimensions that `shapes` decides, by name or with the shape of an input."""
    shapes = as_shapes(graph, shapes)
    plain = declared_dims(graph, {})
    stated = (dims for name, dims in plain.items() if name in shapes)
    return {*shapes, *(d for dims in stated for d in dims or () if isinstance(d, str))}


def _values(graph: SourceGraph, shapes: ShapeOption) -> dict[str, int]:
    """Sizes by name: those given, and those that the shape given for an input means elsewhere."""
    sizes = {name: size for name, size in shapes.items() if isinstance(size, int)}
    found: dict[str, int] = {}
    unclear: set[str] = set()
    for name, dims in declared_dims(graph, sizes).items():
        given = shapes.get(name)
        if dims is None or given is None or isinstance(given, int):
            continue
        for dim, size in zip(dims, given, strict=False):
            if not isinstance(dim, str) or not isinstance(size, int):
                continue
            if found.setdefault(dim, size) != size:
                unclear.add(dim)
    return {name: size for name, size in found.items() if name not in unclear} | sizes


def _refuse_many(names: AbstractSet[str]) -> None:
    """Refuse more open sizes than any model has, since every one of them is followed."""
    if len(names) > MAX_OPEN:
        raise OptionError(
            f"the inputs of the model have {len(names)} open sizes",
            facts=(f"at most {MAX_OPEN} are followed",),
            fix="--shape NAME=AxBxC for the sizes of an input",
        )


def _names(declared: Declared) -> AbstractSet[str]:
    return {d for shape in declared.values() for d in shape or () if isinstance(d, str)}


def as_shapes(graph: SourceGraph, shapes: ShapeOption) -> ShapeOption:
    """`shapes` by the names that the file has for sizes.

    A number for an input, which is no symbol, is the shape of one dimension, and `input_axis` is
    the symbol that stands there.

    Raises:
        OptionError: `input_axis` is a number in the file.
    """
    symbols = {dim for i in graph.inputs for dim in i.shape or ()}
    names = {i.name for i in graph.inputs} - symbols
    shapes = {k: (v,) if isinstance(v, int) and k in names else v for k, v in shapes.items()}
    if not any(isinstance(v, int) and k not in symbols for k, v in shapes.items()):
        return shapes
    places = {
        f"{name}_{axis}": (name, dim)
        for name, dims in declared_dims(graph, {}).items()
        for axis, dim in enumerate(dims or ())
    }
    return {
        k if k in symbols or k not in places else _symbol_at(k, v, *places[k]): v
        for k, v in shapes.items()
    }


def _symbol_at(place: str, size: int | Sequence[int | str], name: str, dim: int | str) -> str:
    if not isinstance(dim, int) or size == dim:
        return str(dim)
    raise OptionError(
        f"{place}={size}: that size of input {name!r} is {dim} in the file",
        fix=f"--shape {name}=AxBxC for all sizes of the input",
    )


def _bound(
    dims: Sequence[int | str],
    values: Mapping[str, int],
    known: AbstractSet[str],
    axis: int | None,
    batch: int | None,
) -> tuple[Dim, ...]:
    bound: list[Dim] = [size_of(d, values, known) if isinstance(d, str) else d for d in dims]
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
    meant = near(name, names)
    hint = (f"did you mean {meant!r}?",) if meant else ()
    raise OptionError(
        f"the model has no input {name!r}",
        facts=(*hint, f"its inputs: {', '.join(map(repr, names)) or 'none'}"),
    )
