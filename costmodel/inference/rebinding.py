"""A graph that was bound before, bound anew: what holds of what it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from costlint.costmodel.inference.batch import batch_axes
from costlint.costmodel.inference.bindings import ShapeOption, stated_names
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.inference.declared import declared_dims
from costlint.costmodel.inference.infer import BATCH, VALUES
from costlint.costmodel.ir.assumed import Assumed
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A model, and what was said of its sizes and contents.

    What was assumed is to be assumed anew, or is among it where symbols are asked for: then
    `assumed` and `batch_assumed` say so.
    """

    source: Source
    shapes: ShapeOption
    batch: int | None
    values: ValueOption
    is_assumed_anew: bool
    assumed: tuple[Assumed, ...] = ()
    batch_assumed: tuple[str, ...] = ()

    @property
    def options(self) -> Mapping[str, Any]:
        """The same as what `infer` takes."""
        return {"shapes": self.shapes, "batch": self.batch, "values": self.values}


def told(
    graph: OpGraph, shapes: ShapeOption, batch: int | None, values: ValueOption | None
) -> Told:
    """What was said of `graph` before and still holds, and what is said of it now.

    Raises:
        OptionError: the graph was not read from a model.
    """
    if graph.source is None:
        raise OptionError("this graph was not read from a model, so its shapes cannot be bound")
    declared_dims(graph.source.graph, shapes)  # refuses another rank
    before = {k: v for k, v in graph.bound.items() if k not in (BATCH, VALUES)}
    stated = stated_names(graph.source.graph, shapes)
    keeps = any(isinstance(d, str) for s in shapes.values() if not isinstance(s, int) for d in s)
    names = {*stated, *(() if keeps else (a.name for a in graph.assumed))}
    plain = declared_dims(graph.source.graph, {})
    fresh: dict[tuple[str, int], int] = {}
    if batch is not None:
        for name, axis in batch_axes(graph).items():
            dims = plain.get(name) or ()
            if axis < len(dims) and isinstance(dims[axis], str):
                names.add(dims[axis])
            else:
                fresh[name, axis] = batch
    kept: dict[str, Any] = {}
    for name, size in before.items():
        if name in names:
            continue
        kept[name] = size
        if not isinstance(size, int):
            dims = plain.get(name) or size
            pairs = enumerate(zip(dims, size, strict=True))
            kept[name] = tuple(d if d in names else fresh.get((name, a), s) for a, (d, s) in pairs)
    old = None if graph.batch_assumed and not keeps else graph.bound.get(BATCH)
    if old is not None and shapes and _say_batch(graph, shapes):
        old = None
    assumed = tuple(a for a in graph.assumed if a.name not in stated)
    free = tuple(name for name in graph.batch_assumed if name not in stated)
    return Told(
        source=graph.source,
        shapes={**kept, **shapes},
        batch=old if batch is None else batch,
        values={**graph.bound.get(VALUES, {}), **(values or {})},
        is_assumed_anew=bool(graph.assumed or graph.batch_assumed) and not keeps,
        assumed=assumed if keeps else (),
        batch_assumed=free if keeps and batch is None else (),
    )


def _say_batch(graph: OpGraph, shapes: ShapeOption) -> bool:
    """Whether `shapes` say with a number what the batch is, by name or as the shape of an input."""
    plain = {} if graph.source is None else declared_dims(graph.source.graph, {})
    for name, axis in batch_axes(graph).items():
        given, dims = shapes.get(name), plain.get(name)
        is_given = given is not None and not isinstance(given, int) and type(given[axis]) is int
        if is_given or (dims and isinstance(shapes.get(str(dims[axis])), int)):
            return True
    return False
