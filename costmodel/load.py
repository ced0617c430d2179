"""The way in: any ONNX model becomes an `OpGraph`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from costlint.costmodel.inference.batch import batch_axes
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.inference.infer import BATCH, VALUES, infer, open_names
from costlint.costmodel.inference.unbound import refuse_unbound
from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import Source
from costlint.costmodel.reader import Model, read
from costlint.costmodel.reader.fallback import onnx_shapes


def load(
    model: Model | OpGraph,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
) -> OpGraph:
    """Read `model` into an op graph; an OpGraph is inferred again only when something is bound.

    `shapes` binds symbols (`{"N": 8}`) and inputs (`{"x": (1, 3, 64, 64)}`), `batch` the axis of
    the inputs that ops treat as the batch, `values` the content of inputs (`{"sr": 16000}`); what
    nobody binds stays symbolic.

    Raises:
        ModelError: the file cannot be read. ShapeError: its shapes contradict each other.
        OptionError: `shapes`, `batch` or `values` do not fit the model.
    """
    if not isinstance(model, OpGraph):
        return infer(read(model), fallback=onnx_shapes, shapes=shapes, batch=batch, values=values)
    if not shapes and batch is None and not values:
        return model
    if model.source is None:
        raise OptionError("this graph was not read from a model, so its shapes cannot be bound")
    kept = dict(model.bound)
    before = kept.pop(BATCH, None)
    return infer(
        model.source,
        fallback=onnx_shapes,
        values={**kept.pop(VALUES, {}), **(values or {})},
        shapes={**kept, **(shapes or {})},
        batch=before if batch is None else batch,
    )


def load_bound(
    model: Model | OpGraph,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    assume: bool = True,  # noqa: ARG001 - sizes are not assumed yet
) -> OpGraph:
    """`load`, with a batch that nobody bound at 1, which `batch_assumed` says.

    Raises:
        CostlintError: see `load`. UnboundDimensionError: a dimension besides the batch is symbolic.
    """
    if not isinstance(model, OpGraph):
        source = read(model)
        found = None if batch is not None else _at_one(source, shapes or {}, values)
        if found is not None:
            return found
        model = infer(source, fallback=onnx_shapes, shapes=shapes, batch=batch, values=values)
    else:
        model = load(model, shapes=shapes, batch=batch, values=values)
    return bind_batch(model) if model.symbols else model


def _at_one(source: Source, shapes: ShapeOption, values: ValueOption | None) -> OpGraph | None:
    """The graph at batch 1 where nothing else is open: symbols, and sympy, are not needed then."""
    names = open_names(source, shapes)
    if not names or any(axis for _, axis in names.values()):
        return None
    with suppress(CostlintError):  # with symbols it says better what is wrong
        graph = infer(source, fallback=onnx_shapes, shapes=shapes, batch=1, values=values)
        found = batch_axes(graph)
        if not graph.symbols and all(found.get(name) == 0 for name, _ in names.values()):
            return _noted(graph, names)
    return None


def bind_batch(graph: OpGraph) -> OpGraph:
    """`graph` with its symbolic batch at 1, which `batch_assumed` says.

    Raises:
        UnboundDimensionError: a dimension besides the batch is symbolic.
    """
    refuse_unbound(graph)
    bound = load(graph, batch=1)
    refuse_unbound(bound)
    return _noted(bound, graph.batch_symbols)


def _noted(graph: OpGraph, names: Iterable[str]) -> OpGraph:
    return replace(graph, batch_assumed=tuple(names))
