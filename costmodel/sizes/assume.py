"""From a model with open sizes to a graph of numbers that says which of them were assumed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from costlint.costmodel.inference.batch import batch_axes
from costlint.costmodel.inference.bindings import ShapeOption, as_shapes, open_sizes
from costlint.costmodel.inference.contents import ValueOption, with_sizes
from costlint.costmodel.inference.expressions import is_derived
from costlint.costmodel.inference.infer import BATCH, infer
from costlint.costmodel.inference.one_pass import Fallback
from costlint.costmodel.ir.assumed import Assumed
from costlint.costmodel.ir.errors import CostlintError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import Source
from costlint.costmodel.sizes.dense import enlarged
from costlint.costmodel.sizes.guess import Guess
from costlint.costmodel.sizes.kinds import by_name
from costlint.costmodel.sizes.options import Open, options
from costlint.costmodel.sizes.refusal import unbound, unsolved
from costlint.costmodel.sizes.search import Found, settled
from costlint.costmodel.sizes.trials import Trials
from costlint.costmodel.sizes.unknowns import unknowns

_DATA: Final = Guess(size=100, source="some number, because the data decides", weight=0)
_MAX_ROUNDS: Final = 4
_OWN_SIZE: Final = 7


def with_numbers(  # noqa: PLR0913 - what can be said of a model's inputs
    source: Source,
    *,
    fallback: Fallback,
    shapes: ShapeOption,
    batch: int | None,
    values: ValueOption,
    assume: bool = True,
) -> OpGraph:
    """The graph of `source` with numbers everywhere; `assumed` says which nobody stated.

    A batch that nobody bound is 1, and is none of them: `batch_assumed` has its names.

    Raises:
        CostlintError: see `infer`. UnboundDimensionError: sizes are open and not to be assumed,
        or none were found with which the model infers.
    """
    given = with_sizes(source.graph, as_shapes(source.graph, shapes), values)
    asked = Trials(source=source, fallback=fallback, shapes=given, batch=batch, values=values)
    names, trials, found = _with_batch(asked)
    found = _with_data(found, trials)
    graph = found.trial.outcome
    if isinstance(graph, CostlintError):
        raise _refusal(graph, found, trials, asked)
    inputs = open_sizes(source.graph, given)
    known = {t.name: t.shape for t in graph.inputs if t.shape is not None}
    says = options(found.trial.sizes, inputs, known)
    graph = replace(
        graph,
        bound={**_without(graph.bound, names), **({BATCH: batch or 1} if names else {})},
        batch_assumed=names if batch is None else (),
        assumed=tuple(
            Assumed(name=name, size=size, source=found.sources[name], option=says[name])
            for name, size in found.trial.sizes.items()
        ),
    )
    if graph.assumed and not assume:
        raise unbound(graph)
    return graph


def _without(bound: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: size for name, size in bound.items() if name not in names}


def _with_batch(asked: Trials) -> tuple[tuple[str, ...], Trials, Found]:
    """The open names of the batch, and the tries that found the sizes of the others.

    Names that come first are taken to be the batch. What really is shows in the graph that they
    make, and then the others are found once more; where no graph comes of it, there is no batch.
    """
    inputs = open_sizes(asked.source.graph, asked.shapes)
    names = _names(inputs, dict.fromkeys(inputs, 0))
    trials = asked.at_batch(names)
    found = _found(trials, names)
    graph = found.trial.graph
    if graph is None and not names:
        return names, trials, found
    real = () if graph is None else _names(inputs, batch_axes(graph))
    if graph is not None and set(real) != set(names):
        real = _seen_clearer(asked, names, found, inputs, real)
    if graph is not None and set(real) == set(names):
        return names, trials, found
    others = asked.at_batch(real)
    again = _found(others, real)
    if again.trial.graph is None and (graph is None or asked.batch is None):
        return names, trials, found
    return real, others, again


def _seen_clearer(
    asked: Trials, names: Collection[str], found: Found, inputs: Open, real: tuple[str, ...]
) -> tuple[str, ...]:
    """The names of the batch at a size of its own: reshapes do not tell a batch of 1 from other 1s.

    `real` are those at 1, which hold where no other size infers.
    """
    if not names or asked.batch not in (None, 1):
        return real
    graph = replace(asked, batch=_OWN_SIZE).at_batch(names).again(found.trial.sizes).graph
    return real if graph is None else _names(inputs, batch_axes(graph))


def _names(inputs: Open, axes: Mapping[str, int]) -> tuple[str, ...]:
    """The open sizes of `inputs` at `axes`."""
    known = {d for dims in inputs.values() for d in dims if isinstance(d, str)}
    there = (inputs[name][axis] for name, axis in axes.items() if name in inputs)
    return tuple(dict.fromkeys(d for d in there if isinstance(d, str) and not is_derived(d, known)))


def _found(trials: Trials, batch: Collection[str]) -> Found:
    """The sizes besides those of the batch's names."""
    sizes = unknowns(trials.source, trials.shapes, frozenset(batch))
    return enlarged(settled(trials, sizes), trials, sizes)


def _with_data(found: Found, trials: Trials) -> Found:
    """`found` with a size for what only the data decides as well."""
    for _ in range(_MAX_ROUNDS):
        left = () if found.trial.graph is None else found.trial.graph.symbols
        if not left:
            break
        guesses = {name: by_name(name) or _DATA for name in left}
        sizes = {name: guess.size for name, guess in guesses.items()}
        why = {name: guess.source for name, guess in guesses.items()}
        trial = trials.again({**found.trial.sizes, **sizes})
        found = Found(trial=trial, sources={**found.sources, **why})
    return found


def _refusal(error: CostlintError, found: Found, trials: Trials, asked: Trials) -> CostlintError:
    """Why no sizes fit: with symbols a model that fits none says better what is wrong."""
    if not found.trial.sizes and trials is asked:
        return error
    try:
        infer(
            asked.source,
            fallback=asked.fallback,
            shapes=asked.shapes,
            batch=asked.batch,
            values=asked.values,
        )
    except CostlintError as wrong:
        return wrong
    if not found.trial.sizes:
        return error
    tried: dict[str, list[int]] = {}
    for trial in trials.tried.values():
        for name, size in trial.sizes.items():
            seen = tried.setdefault(name, [])
            if size not in seen:
                seen.append(size)
    return unsolved(asked.source.path, error, tried)
