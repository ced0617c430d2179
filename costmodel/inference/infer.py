"""From `Source` to `OpGraph`: every tensor's shape; constants and shape arithmetic fold away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from costlint.costmodel.inference.bindings import ShapeOption, bind_inputs
from costlint.costmodel.inference.one_pass import Fallback, Inference
from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import Source

BATCH: Final = " batch"
"""Key of the batch size in `OpGraph.bound`; no tensor or symbol is called so."""


def infer(
    source: Source,
    *,
    fallback: Fallback,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
) -> OpGraph:
    """The op graph of `source` with `shapes` and `batch` bound; the rest stays symbolic.

    Raises:
        OptionError: see `bind_inputs`.
        ModelError: the graph is cyclic, reads what nothing makes, or makes a tensor twice.
        ShapeError: shapes contradict each other, or a baked batch size cannot be replaced.
    """
    bindings = bind_inputs(source.graph, shapes or {}, batch)
    reference: Mapping[str, Shape | None] = {}
    if bindings.rebatched:
        asked = {k: v for k, v in (shapes or {}).items() if not isinstance(v, int)}
        plain = bind_inputs(source.graph, asked | dict(bindings.values), None)
        first = Inference(source=source, bindings=plain, fallback=fallback)
        first.graph(source.graph, {})
        reference = first.seen
    bound = dict(shapes or {}) if batch is None else {**(shapes or {}), BATCH: batch}
    run = Inference(
        source=source, bindings=bindings, fallback=fallback, bound=bound, reference=reference
    )
    return run.graph(source.graph, {})
