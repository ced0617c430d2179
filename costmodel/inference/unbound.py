"""What is said of dimensions that nobody bound, besides the batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from costlint.costmodel.ir.dims import free_symbols
from costlint.costmodel.ir.errors import UnboundDimensionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor

_USUAL: Final = {4: 224, 3: 128, 2: 128}
"""A size to show in the fix, by rank: an image's side, a sequence's length."""


def refuse_unbound(graph: OpGraph) -> None:
    """UnboundDimensionError if a dimension besides the batch is symbolic."""
    missing = [s for s in graph.symbols if s not in graph.batch_symbols]
    if not missing:
        return
    needing = sum(
        any(not free_symbols(t.shape or ()).isdisjoint(missing) for t in tensors if t is not None)
        for tensors in ((*op.inputs, *op.outputs) for op in graph.ops)
    )
    counted = f"{needing} of {len(graph.ops)} ops need them"
    model = graph.path or "MODEL"
    for tensor in graph.inputs:
        if free_symbols(tensor.shape or ()).isdisjoint(missing):
            continue
        shape = [str(d) for d in tensor.shape or ()]
        raise UnboundDimensionError(
            f'input "{tensor.name}" has unknown dimensions: {" x ".join(shape)}',
            facts=(counted, *_config(graph, missing)),
            fix=f"costlint {model} {' '.join(_options(graph.inputs, missing))}",
        )
    raise UnboundDimensionError(
        f"the dimension {missing[0]!r} depends on the data and has no upper bound",
        facts=(counted,),
        fix=f"costlint {model} --shape '{missing[0]}=100'",
    )


def _options(inputs: Iterable[Tensor], missing: list[str]) -> list[str]:
    return [
        f"--shape {t.name}=" + "x".join(str(_example(d, i, t)) for i, d in enumerate(t.shape))
        for t in inputs
        if t.shape is not None and not free_symbols(t.shape).isdisjoint(missing)
    ]


def _example(dim: object, axis: int, tensor: Tensor) -> object:
    if type(dim) is int:
        return dim
    return 1 if axis == 0 else _USUAL.get(tensor.rank, 16)


def _config(graph: OpGraph, missing: list[str]) -> tuple[str, ...]:
    """The same as a table for pyproject.toml, where the names can be written as keys."""
    plain = [s for s in missing if s.isidentifier()]
    if not plain:
        return ()
    rank = max((t.rank for t in graph.inputs if t.shape is not None), default=4)
    lines = (f"    {s} = {_USUAL.get(rank, 16)}" for s in plain)
    return ("or once, in pyproject.toml:", "    [tool.costlint.shapes]", *lines)
