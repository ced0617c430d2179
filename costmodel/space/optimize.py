"""The best widths: all designs of a small space; else differential evolution, then exchanges."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from costlint.costmodel.devices import DEFAULT_DEVICE, Device
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.space.evaluator import Evaluator
from costlint.costmodel.space.posed import posed
from costlint.costmodel.space.problem import Kept, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from costlint.costmodel.space.space import Space

    Steps: TypeAlias = NDArray[np.int64]

Progress: TypeAlias = Callable[[float, float], None]
"""Told again and again: the share of the time that is used, and the best score so far."""

GENERATIONS: Final = 200
ALL: Final = 3_000_000
"""Up to so many designs are all tried, in about a second."""
_AT_ONCE: Final = 1 << 18
_SPREAD: Final = 0.35
"""Standard deviation of log(width) around today's in the first generation."""
_MOVES: Final = 40_000
_ROUNDS: Final = 400


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


@dataclass(slots=True)
class _Search:
    problem: Problem
    generator: np.random.Generator
    until_s: float
    started_s: float
    progress: Progress | None
    evaluated: int = 0
    best: Any = None
    best_score: float = float("inf")

    def scores(self, steps: Steps) -> NDArray[np.float64]:
        found = self.problem.scores(steps)
        self.evaluated += len(steps)
        place = int(found.argmin())
        if found[place] < self.best_score:
            self.best, self.best_score = steps[place].copy(), float(found[place])
        return found

    def is_over(self) -> bool:
        now = time.monotonic()
        if self.progress is not None:
            share = (now - self.started_s) / (self.until_s - self.started_s)
            self.progress(min(share, 1.0), self.best_score)
        return now >= self.until_s


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
    now = time.monotonic()
    search = _Search(problem, np.random.default_rng(seed), now + time_limit_s, now, progress)
    search.scores(problem.fitted(problem.start[None]))
    if prod(int(most) + 1 for most in problem.most) <= ALL:
        _try_all(search)
    else:
        _evolve(search, seed)
        _exchange(search)
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


def _try_all(search: _Search) -> None:
    """Every design of a small space: the best is certain."""
    sizes = tuple(int(most) + 1 for most in search.problem.most)
    for start in range(0, prod(sizes), _AT_ONCE):
        places = np.arange(start, min(start + _AT_ONCE, prod(sizes)))
        search.scores(np.array(np.unravel_index(places, sizes)).T)
        if search.is_over():
            return


def _evolve(search: _Search, seed: int) -> None:
    """Differential evolution over proportions: every candidate is scaled to fit first."""
    from scipy.optimize import differential_evolution

    problem = search.problem
    count = len(problem.names)
    size = int(np.clip(4 * count, 32, 160))
    spread = np.exp(search.generator.normal(0.0, _SPREAD, (size, count)))
    first = problem.rounded(problem.widths(problem.start[None]).astype(float) * spread)
    first[0] = problem.start

    def objective(columns: NDArray[np.float64]) -> NDArray[np.float64]:
        steps = np.rint(np.atleast_2d(columns.T)).astype(int)
        return search.scores(problem.fitted(steps))

    differential_evolution(
        objective,
        [(0, max(int(most), 1)) for most in problem.most],
        integrality=np.ones(count, dtype=bool),
        vectorized=True,
        updating="deferred",
        polish=False,
        init=first,
        maxiter=GENERATIONS,
        tol=0.0,
        seed=seed,
        callback=lambda xk, convergence: search.is_over(),  # noqa: ARG005 - scipy's names
    )


def _exchange(search: _Search) -> None:
    """While it helps, let one variable grow and another shrink by as much of what is kept."""
    problem = search.problem
    for _ in range(_ROUNDS):
        before = search.best_score
        moves = _moves(search, problem.kept_for_each_step(search.best))
        search.scores(np.clip(search.best + moves, 0, problem.most))
        if search.is_over() or search.best_score >= before:
            return


def _moves(search: _Search, weights: NDArray[np.float64]) -> Steps:
    """The exchanges that are possible, as an array of steps (moves, variables).

    In each of them one variable grows by 1, 2, 4 ... steps and another shrinks by as many as pay
    for it.
    """
    most = search.problem.most
    count = len(most)
    sizes = 2 ** np.arange(max(int(most.max()), 1).bit_length())
    up, down, size = (a.reshape(-1) for a in np.meshgrid(range(count), range(count), sizes))
    kept = up != down
    up, down, size = up[kept], down[kept], size[kept]
    paid = size * weights[up] / weights[down]
    every = [(up, down, size, np.floor(paid)), (up, down, size, np.ceil(paid))]
    up, down, size, paid = (np.concatenate(parts) for parts in zip(*every, strict=True))
    good = paid <= most[down]
    chosen = np.flatnonzero(good)
    if len(chosen) > _MOVES:
        chosen = search.generator.choice(chosen, _MOVES, replace=False)
    rows = np.arange(len(chosen))
    moves: Steps = np.zeros((len(chosen), count), dtype=int)
    moves[rows, up[chosen]] = size[chosen]
    moves[rows, down[chosen]] -= paid[chosen].astype(int)
    return moves
