"""The way in: any ONNX model becomes an `OpGraph`."""

from __future__ import annotations

from dataclasses import replace

from costlint.costmodel.inference.bindings import ShapeOption, as_shapes, open_sizes
from costlint.costmodel.inference.contents import ValueOption, with_sizes
from costlint.costmodel.inference.infer import infer
from costlint.costmodel.inference.taught import OpsOption, taught
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
    ops: OpsOption | None = None,
) -> OpGraph:
    """Read `model` into an op graph; an OpGraph is inferred again only when something is bound.

    `shapes` binds symbols (`{"N": 8}`) and inputs (`{"x": (1, 3, 64, 64)}`), `batch` the axis of
    the inputs that ops treat as the batch, `values` the content of inputs (`{"sr": 16000}`); what
    nobody binds stays symbolic, or is assumed anew where it was assumed before. `ops` says which
    known operator an unknown one is like (`{"my.ops::FancyConv": "Conv"}`): it is costed as that.

    Raises:
        ModelError: the file cannot be read. ShapeError: its shapes contradict each other.
        OptionError: `shapes`, `batch`, `values` or `ops` do not fit the model.
    """
    if not isinstance(model, OpGraph):
        source = _read(model, ops, shapes)
        return infer(source, fallback=onnx_shapes, shapes=shapes, batch=batch, values=values)
    if not shapes and batch is None and not values and not ops:
        return model
    from costlint.costmodel.inference.rebinding import told

    known = told(model, shapes or {}, batch, values)
    source = taught(known.source, ops) if ops else known.source
    if known.is_assumed_anew:
        return _numbers(source, **known.options)
    graph = infer(source, fallback=onnx_shapes, **known.options)
    return replace(graph, assumed=known.assumed, batch_assumed=known.batch_assumed)


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
    return _numbers(
        _read(model, ops, shapes),
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
        from costlint.costmodel.sizes.refusal import unbound

        raise unbound(graph)
    if not graph.symbols:
        return graph
    from costlint.costmodel.inference.rebinding import told

    known = told(graph, {}, None, None)
    return _numbers(known.source, assume=assume, **known.options)


def _numbers(
    source: Source,
    *,
    shapes: ShapeOption,
    batch: int | None,
    values: ValueOption,
    assume: bool = True,
) -> OpGraph:
    """The graph of `source` with numbers; where nothing is open it takes a single inference."""
    given = with_sizes(source.graph, as_shapes(source.graph, shapes), values)
    if not open_sizes(source.graph, given):
        graph = infer(source, fallback=onnx_shapes, shapes=given, batch=batch, values=values)
        if not graph.symbols:
            return graph
    from costlint.costmodel.sizes.assume import with_numbers

    return with_numbers(
        source, fallback=onnx_shapes, shapes=given, batch=batch, values=values, assume=assume
    )


def _read(model: Model, ops: OpsOption | None, shapes: ShapeOption | None) -> Source:
    source = read(model)
    if shapes:
        from costlint.costmodel.inference.names import refuse_in_none

        refuse_in_none(shapes, (source.graph,), several=False)
    return taught(source, ops) if ops else source
