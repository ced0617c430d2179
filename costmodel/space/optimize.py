"""The best widths of a space, beside today's."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from costlint.costmodel.devices import DEFAULT_DEVICE, Device
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.space.evaluator import Evaluator
from costlint.costmodel.space.posed import posed
from costlint.costmodel.space.problem import Kept
from costlint.costmodel.space.search import ALL, Progress, Search, evolve, exchange, try_all

if TYPE_CHECKING:
    from costlint.costmodel.space.space import Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a design costs."""

    latency_s: float
    macs: int
    parameters: int


@dataclass(frozen=True, kw_only=True)
class Optimum:
    """The best design that was found, never worse than today's.

    `names` are the variables that were free, `values` those of them that change.
    """

    keep: Kept
    values: Mapping[str, int]
    names: tuple[str, ...]
    before: Figures
    after: Figures
    evaluated: int
    spent_s: float
    evaluate: Evaluator = field(repr=False)

    @property
    def graph(self) -> OpGraph:
        """The graph at `values`."""
        return self.evaluate.space.bind(self.values)


def optimize(  # noqa: PLR0913 - what a search can be told
    space: Space,
    device_or_name: Device = DEFAULT_DEVICE,
    *,
    keep: str = "macs",
    free: str | Sequence[str] = "widths",
    min_width: int | None = None,
    multiple_of: int = 8,
    seed: int = 0,
    time_limit_s: float = 20.0,
    progress: Progress | None = None,
) -> Optimum:
    """The design of least latency with no fewer `keep` ("macs" or "parameters").

    With keep="latency" the one of most macs that takes no longer. `free` are "widths" or names of
    variables; widths are multiples of `multiple_of` where their bounds have any. The same seed
    finds the same in time enough.

    Raises:
        OptionError: `keep` or `free` is not known, or nothing is free.
    """
    evaluate = space.compile(device_or_name)
    problem = posed(evaluate, keep, free, min_width=min_width, multiple_of=multiple_of)
    if not min(problem.today) > 0:
        raise OptionError(f"there is nothing to keep: the model has no {problem.keep}")
    now = time.monotonic()
    search = Search(problem, np.random.default_rng(seed), now + time_limit_s, now, progress)
    search.scores(problem.fitted(problem.start[None]))
    if prod(int(most) + 1 for most in problem.most) <= ALL:
        try_all(search)
    else:
        evolve(search, seed)
        exchange(search)
    chosen = problem.widths(search.best[None])[0]
    values = {
        n: int(v) for n, v in zip(problem.names, chosen, strict=True) if v != space.current[n]
    }
    if search.best_score >= 1.0:
        values = {}
    return Optimum(
        keep=problem.keep,
        values=values,
        names=problem.names,
        before=figures(evaluate, {}),
        after=figures(evaluate, values),
        evaluated=search.evaluated,
        spent_s=time.monotonic() - now,
        evaluate=evaluate,
    )


def figures(evaluate: Evaluator, values: Mapping[str, int]) -> Figures:
    """What one design costs."""
    found = evaluate(values)
    return Figures(
        latency_s=float(found.latency_s[0]),
        macs=int(found.macs[0]),
        parameters=int(found.parameters[0]),
    )
