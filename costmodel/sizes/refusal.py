"""What is said where sizes are open and none may be assumed, or none fits."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from costlint.costmodel.inference.bindings import open_sizes
from costlint.costmodel.inference.infer import BATCH, VALUES
from costlint.costmodel.ir.errors import CostlintError, UnboundDimensionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.sizes.options import command, table, words

_MAX_SHOWN = 6


def unbound(graph: OpGraph) -> UnboundDimensionError:
    """The error for a graph with assumed sizes where none may be: all of them, and what to give."""
    names = {a.name for a in graph.assumed}
    known = {k: v for k, v in graph.bound.items() if k not in names and k not in (BATCH, VALUES)}
    inputs = {} if graph.source is None else open_sizes(graph.source.graph, known)
    asked = {name: dims for name, dims in inputs.items() if not names.isdisjoint(dims)}
    open_inputs = [f'"{name}" {_text(dims)}' for name, dims in asked.items()]
    data = names.difference(*asked.values())
    if len(open_inputs) == 1:
        name, dims = next(iter(asked.items()))
        what = f'input "{name}" has unknown dimensions: {_text(dims)}'
    elif open_inputs:
        what = f"{len(open_inputs)} inputs have unknown dimensions: {', '.join(open_inputs)}"
    else:
        what = f"the dimension {min(data)!r} depends on the data and has no upper bound"
    more = (f"{', '.join(sorted(map(repr, data)))} depends on the data",) if asked and data else ()
    return UnboundDimensionError(
        what,
        facts=(*more, *words(graph.assumed), *table(graph.assumed)),
        fix=command(graph.path, graph.assumed),
    )


def unsolved(
    path: str | None, error: CostlintError, tried: Mapping[str, list[int]]
) -> UnboundDimensionError:
    """The error where no sizes were found with which the model infers."""
    sizes = (
        f"tried {name} = {', '.join(map(str, sizes[:_MAX_SHOWN]))}"
        f"{', ...' if len(sizes) > _MAX_SHOWN else ''}"
        for name, sizes in tried.items()
    )
    model = "MODEL" if path is None else shlex.quote(path)
    return UnboundDimensionError(
        "the model has open sizes, and none were found with which it infers",
        facts=(error.what, *sizes),
        fix=f"costlint {model} --symbolic",
    )


def _text(dims: tuple[int | str, ...]) -> str:
    return " x ".join(map(str, dims))
