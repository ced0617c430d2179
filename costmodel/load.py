"""The way in: any ONNX model becomes an `OpGraph`."""

from __future__ import annotations

from costlint.costmodel.bindings import ShapeOption
from costlint.costmodel.errors import OptionError
from costlint.costmodel.graph import OpGraph
from costlint.costmodel.infer import BATCH, infer
from costlint.costmodel.reader import Model, read
from costlint.costmodel.reader.fallback import onnx_shapes


def load(
    model: Model | OpGraph, *, shapes: ShapeOption | None = None, batch: int | None = None
) -> OpGraph:
    """Read `model` into an op graph; an OpGraph is inferred again only when something is bound.

    `shapes` binds symbols (`{"N": 8}`) and inputs (`{"x": (1, 3, 64, 64)}`), `batch` the first
    dimension of the inputs; what nobody binds stays symbolic.

    Raises:
        ModelError: the file cannot be read. ShapeError: its shapes contradict each other.
        OptionError: `shapes` or `batch` do not fit the model.
    """
    if not isinstance(model, OpGraph):
        return infer(read(model), fallback=onnx_shapes, shapes=shapes, batch=batch)
    if not shapes and batch is None:
        return model
    if model.source is None:
        raise OptionError("this graph was not read from a model, so its shapes cannot be bound")
    kept = dict(model.bound)
    before = kept.pop(BATCH, None)
    return infer(
        model.source,
        fallback=onnx_shapes,
        shapes={**kept, **(shapes or {})},
        batch=before if batch is None else batch,
    )
