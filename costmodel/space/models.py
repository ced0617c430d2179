"""A design as a model that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from costlint.costmodel.edit import Edit, apply
from costlint.costmodel.ir.errors import CostlintError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.space.constants import with_constants
from costlint.costmodel.space.inputs import BATCH_SIZE

if TYPE_CHECKING:
    from costlint.costmodel.space.space import Space


def make_model(space: Space, values: Mapping[str, int] | None = None, *, seed: int = 0) -> Any:
    """A ModelProto that runs, weights random: filters scaled by fan-in, variances near one.

    The batch stays free where the file left it so and `values` do not name it.

    Raises:
        OptionError, ShapeError: see `Space.bind`. ModelError: the graph cannot be written.
    """
    from costlint.costmodel.models.from_graph import model_of

    values = values or {}
    chosen = {**space.current, **space.checked(values)}
    graph, channels = space.sized(chosen)
    widths = space.widths(chosen)
    source = space.source.loaded.source
    for base in (*_with_free_batch(space, values, graph), graph):
        try:
            edited = apply(base, Edit(widths=widths), channels)
            whole = with_constants(edited, base, channels, widths)
            return model_of(space.regrouped(whole, chosen), source=source, seed=seed)
        except CostlintError:
            if base is graph:
                raise
    raise AssertionError


def _with_free_batch(
    space: Space, values: Mapping[str, int], graph: OpGraph
) -> tuple[OpGraph, ...]:
    """`graph` with a symbolic batch; nothing if the file has a number there or the graph breaks."""
    symbols = space.source.loaded.batch_symbols
    if not symbols or BATCH_SIZE in values or BATCH_SIZE not in space.details:
        return ()
    shapes = {
        key: tuple(
            [symbols[0] if d == BATCH_SIZE else size for d, size in
             zip(dims, graph.tensors[key].known_shape, strict=True)]
        )
        for key, dims in space.plan.items()
    }  # fmt: skip
    found = space.source.at(shapes)
    sizes = (
        size
        for key, axes in space.channels.axes.items()
        for size, terms in zip(_shape(found, key), axes, strict=False)
        if terms is not None
    )
    return (found,) if all(type(size) is int for size in sizes) else ()


def _shape(graph: OpGraph, key: str) -> tuple[object, ...]:
    tensor = graph.tensors.get(key)
    return () if tensor is None or tensor.shape is None else tensor.shape
