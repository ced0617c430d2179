"""The way in: any ONNX model becomes an `OpGraph`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from costlint.costmodel.inference.bindings import ShapeOption, stated_names
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.inference.infer import BATCH, VALUES, infer
from costlint.costmodel.inference.taught import OpsOption, taught
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import Source
from costlint.costmodel.reader import Model, read
from costlint.costmodel.reader.fallback import onnx_shapes
from costlint.costmodel.sizes.assume import with_numbers
from costlint.costmodel.sizes.refusal import unbound


def load(
    model: Model | OpGraph,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    ops: OpsOption | None = None,
) -> OpGraph:
    """Read `model` into an op graph; an OpGraph is inferred again only when something is bound.

    `shapes` binds symbols (`{"N": 8}`) and inputs (`{"x": (1, 3, 64, 64)}`), `batch` the axis of
    the inputs that ops treat as the batch, `values` the content of inputs (`{"sr": 16000}`); what
    nobody binds stays symbolic. `ops` says which known operator an unknown one is like
    (`{"my.ops::FancyConv": "Conv"}`): it is costed as that.

    Raises:
        ModelError: the file cannot be read. ShapeError: its shapes contradict each other.
        OptionError: `shapes`, `batch`, `values` or `ops` do not fit the model.
    """
    if not isinstance(model, OpGraph):
        source = _read(model, ops)
        return infer(source, fallback=onnx_shapes, shapes=shapes, batch=batch, values=values)
    if not shapes and batch is None and not values and not ops:
        return model
    source, kept = _origin(model)
    stated = stated_names(source.graph, shapes or {})
    graph = infer(
        taught(source, ops) if ops else source,
        fallback=onnx_shapes,
        shapes={k: v for k, v in kept["shapes"].items() if k not in stated} | {**(shapes or {})},
        batch=kept["batch"] if batch is None else batch,
        values={**kept["values"], **(values or {})},
    )
    return replace(graph, assumed=tuple(a for a in model.assumed if a.name not in stated))


def load_bound(  # noqa: PLR0913 - what can be said of a model
    model: Model | OpGraph,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    ops: OpsOption | None = None,
    assume: bool = True,
) -> OpGraph:
    """`load`, with a batch that nobody bound at 1, and other open sizes assumed.

    `batch_assumed` of the graph says the first, `assumed` the second; `assume=False` refuses open
    sizes.

    Raises:
        CostlintError: see `load`. UnboundDimensionError: a dimension besides the batch is open and
        `assume` is off, or no size was found for it with which the model infers.
    """
    if isinstance(model, OpGraph):
        known = load(model, shapes=shapes, batch=batch, values=values, ops=ops)
        return bind_batch(known, assume=assume)
    return with_numbers(
        _read(model, ops),
        fallback=onnx_shapes,
        shapes=shapes or {},
        batch=batch,
        values=values or {},
        assume=assume,
    )


def bind_batch(graph: OpGraph, *, assume: bool = True) -> OpGraph:
    """`graph` with its symbolic batch at 1 and other open sizes assumed; see `load_bound`.

    Raises:
        UnboundDimensionError: see `load_bound`. OptionError: the graph was not read from a model.
    """
    if graph.assumed and not assume:
        raise unbound(graph)
    if not graph.symbols:
        return graph
    source, kept = _origin(graph)
    found = with_numbers(source, fallback=onnx_shapes, assume=assume, **kept)
    return replace(found, assumed=(*graph.assumed, *found.assumed))


def _read(model: Model, ops: OpsOption | None) -> Source:
    return taught(read(model), ops) if ops else read(model)


def _origin(graph: OpGraph) -> tuple[Source, dict[str, Any]]:
    """What `graph` was inferred from: the model, and the shapes, batch and values bound."""
    if graph.source is None:
        raise OptionError("this graph was not read from a model, so its shapes cannot be bound")
    shapes = dict(graph.bound)
    batch, values = shapes.pop(BATCH, None), shapes.pop(VALUES, {})
    return graph.source, {"shapes": shapes, "batch": batch, "values": values}
