"""How the best design is looked for: all of a small space; else evolution, then exchanges."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from costlint.costmodel.space.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


@dataclass(slots=True)
class Search:
    """One search: the designs that were scored, the best of them, and when it must end."""

    problem: Problem
    generator: np.random.Generator
    until_s: float
    started_s: float
    progress: Progress | None
    evaluated: int = 0
    best: Any = None
    best_score: float = float("inf")

    def scores(self, steps: Steps) -> NDArray[np.float64]:
        """The scores of designs; the best so far is kept."""
        found = self.problem.scores(steps)
        self.evaluated += len(steps)
        place = int(found.argmin())
        if found[place] < self.best_score:
            self.best, self.best_score = steps[place].copy(), float(found[place])
        return found

    def is_over(self) -> bool:
        """Whether the time is used up; tells how far it is."""
        now = time.monotonic()
        if self.progress is not None:
            share = (now - self.started_s) / (self.until_s - self.started_s)
            self.progress(min(share, 1.0), self.best_score)
        return now >= self.until_s


def try_all(search: Search) -> None:
    """Every design of a small space: the best is certain."""
    sizes = tuple(int(most) + 1 for most in search.problem.most)
    for start in range(0, prod(sizes), _AT_ONCE):
        places = np.arange(start, min(start + _AT_ONCE, prod(sizes)))
        search.scores(np.array(np.unravel_index(places, sizes)).T)
        if search.is_over():
            return


def evolve(search: Search, seed: int) -> None:
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


def exchange(search: Search) -> None:
    """While it helps, let one variable grow and another shrink by as much of what is kept."""
    problem = search.problem
    for _ in range(_ROUNDS):
        before = search.best_score
        moves = _moves(search, problem.kept_for_each_step(search.best))
        search.scores(np.clip(search.best + moves, 0, problem.most))
        if search.is_over() or search.best_score >= before:
            return


def _moves(search: Search, weights: NDArray[np.float64]) -> Steps:
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
