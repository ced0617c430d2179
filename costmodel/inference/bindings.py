"""What the user fixes before shapes are inferred: symbols, input shapes, the batch size."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from costlint.costmodel.ir.dims import Dim, Shape, symbol
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.source import SourceGraph, SourceInput

ShapeOption: TypeAlias = "Mapping[str, int | Sequence[int | str]]"
"""`{"N": 8}` binds a symbol, `{"x": (1, 3, 64, 64)}` an input; a str in a shape makes a symbol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """The input shapes of one inference, and values for data-dependent dimensions."""

    inputs: Mapping[str, Shape | None]
    batch_symbols: tuple[str, ...]
    values: Mapping[str, int] = field(default_factory=dict)
    rebatched: bool = False
    """Whether a batch size that is baked into the file was replaced."""


def bind_inputs(graph: SourceGraph, shapes: ShapeOption, batch: int | None) -> Bindings:
    """Shapes of `graph`'s inputs under `shapes` and `batch`.

    Raises:
        OptionError: a name that the model does not have, a rank that does not fit, a size below 1.
    """
    shapes = _as_shapes(graph, shapes)
    declared = {i.name: _declared(i, shapes) for i in graph.inputs}
    firsts = _batch_dimensions(declared)
    batch_symbols = tuple(dict.fromkeys(d for d in firsts.values() if isinstance(d, str)))
    values = {k: v for k, v in shapes.items() if isinstance(v, int)}
    _check_positive(values if batch is None else {**values, "batch": batch})
    if batch is not None:
        values = {**dict.fromkeys(batch_symbols, batch), **values}
    _check_known(graph, shapes, declared)
    static = {name for name, d in firsts.items() if isinstance(d, int) and d != batch}
    rebatch = set() if batch is None else static.difference(shapes)
    bound = {
        name: None if shape is None else _bound(shape, values, batch if name in rebatch else None)
        for name, shape in declared.items()
    }
    return Bindings(
        inputs=bound,
        batch_symbols=tuple(s for s in batch_symbols if s not in values),
        values=values,
        rebatched=bool(rebatch),
    )


def open_batch(graph: SourceGraph, shapes: ShapeOption) -> tuple[str, ...]:
    """The names that the batch has in `graph`, where `shapes` does not bind them."""
    shapes = _as_shapes(graph, shapes)
    firsts = _batch_dimensions({i.name: _declared(i, shapes) for i in graph.inputs})
    names = dict.fromkeys(d for d in firsts.values() if isinstance(d, str))
    return tuple(name for name in names if not isinstance(shapes.get(name), int))


def _as_shapes(graph: SourceGraph, shapes: ShapeOption) -> ShapeOption:
    """`shapes` with a number for an input, which is no symbol, as the shape of one dimension."""
    symbols = {dim for i in graph.inputs for dim in i.shape or ()}
    names = {i.name for i in graph.inputs} - symbols
    return {k: (v,) if isinstance(v, int) and k in names else v for k, v in shapes.items()}


def _declared(item: SourceInput, shapes: ShapeOption) -> tuple[int | str, ...] | None:
    """The input's dimensions as numbers and names; unnamed ones are called `input_axis`."""
    given = shapes.get(item.name)
    if given is not None and not isinstance(given, int):
        if item.shape is not None and len(given) != len(item.shape):
            raise OptionError(
                f"input {item.name!r} has {len(item.shape)} dimensions, {len(given)} were given",
                facts=(f"the file says {_text(item.shape)}",),
            )
        return tuple(given)
    if item.shape is None:
        return None
    return tuple(
        f"{item.name}_{axis}" if dim is None else dim for axis, dim in enumerate(item.shape)
    )


def _batch_dimensions(declared: Mapping[str, tuple[int | str, ...] | None]) -> dict[str, int | str]:
    """The first dimension of the inputs that carry the batch.

    The first input of rank 2 and more has it, and every other one that begins alike.
    """
    ranked = {n: s for n, s in declared.items() if s}
    main = next((s for s in ranked.values() if len(s) > 1), next(iter(ranked.values()), None))
    if main is None:
        return {}
    return {
        name: shape[0]
        for name, shape in ranked.items()
        if (len(shape) > 1 and (isinstance(shape[0], str) or shape[0] == main[0]))
        or (len(shape) == 1 and isinstance(shape[0], str) and shape[0] == main[0])
        or shape is main
    }


def _bound(
    shape: Sequence[int | str], values: Mapping[str, int], batch: int | None
) -> tuple[Dim, ...]:
    dims: list[Dim] = [
        (values[d] if d in values else symbol(d)) if isinstance(d, str) else d for d in shape
    ]
    if batch is not None and dims:
        dims[0] = batch
    return tuple(dims)


def _check_positive(values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if not isinstance(value, int) or value < 1:
            raise OptionError(f"{name}={value} is not a positive whole number")


def _check_known(
    graph: SourceGraph, shapes: ShapeOption, declared: Mapping[str, tuple[int | str, ...] | None]
) -> None:
    """Refuse an input shape for a name that is no input; a number may name any dimension."""
    for name, value in shapes.items():
        if isinstance(value, int):
            continue
        for dim in value:
            if not isinstance(dim, str):
                _check_positive({name: dim})
        if name not in declared:
            names = [i.name for i in graph.inputs]
            near = difflib.get_close_matches(name, names, 1)
            hint = (f"did you mean {near[0]!r}?",) if near else ()
            raise OptionError(
                f"the model has no input {name!r}",
                facts=(*hint, f"its inputs: {', '.join(map(repr, names)) or 'none'}"),
            )


def _text(shape: Sequence[int | str | None]) -> str:
    return " x ".join("?" if d is None else str(d) for d in shape) or "a scalar"
