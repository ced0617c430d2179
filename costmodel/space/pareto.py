"""The designs that no other one beats in everything: latency, macs and parameters."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from costlint.costmodel.devices import DEFAULT_DEVICE, Device
from costlint.costmodel.space.evaluator import Evaluator
from costlint.costmodel.space.posed import posed
from costlint.costmodel.space.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from costlint.costmodel.space.space import Space

    Array: TypeAlias = NDArray[np.float64]

MOST: Final = 1000
"""Designs of a front."""
_ROUNDS: Final = 10
_ROUND: Final = 20_000
_MUTATED: Final = 0.15
"""Share of the variables that a child changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """Designs of the front by rising latency: {name: array}, and their figures."""

    values: dict[str, Any]
    latency_s: Array
    macs: Array
    parameters: Array


def pareto(  # noqa: PLR0913 - what a search can be told
    space: Space,
    device_or_name: Device = DEFAULT_DEVICE,
    *,
    free: str | Sequence[str] = "widths",
    min_width: int | None = None,
    multiple_of: int = 8,
    seed: int = 0,
    time_limit_s: float = 20.0,
) -> Front:
    """Designs that no other one beats in latency, macs and parameters at once.

    More macs are better: they are what a network can learn with. `free`, `min_width` and
    `multiple_of` are those of `optimize`. Today's design and random ones come first, then children
    of the front with some variables drawn anew; of a front of many, designs at equal distances.

    Raises:
        OptionError: `free` is not known, or nothing is free.
    """
    evaluate = space.compile(device_or_name)
    problem = posed(evaluate, "macs", free, min_width=min_width, multiple_of=multiple_of)
    until_s = time.monotonic() + time_limit_s
    generator = np.random.default_rng(seed)
    names = problem.names
    today = np.array([[space.current[name]] for name in names])
    pool = np.hstack([today, _drawn(problem, generator)])
    front, figures = _best(evaluate, names, pool)
    for _ in range(1, _ROUNDS):
        if time.monotonic() >= until_s:
            break
        parents = front[:, generator.integers(0, front.shape[1], _ROUND)]
        drawn = _drawn(problem, generator)
        children = np.where(generator.random(parents.shape) < _MUTATED, drawn, parents)
        front, figures = _best(evaluate, names, np.hstack([front, children]))
    return Front(
        values=dict(zip(names, front, strict=True)),
        latency_s=figures[0],
        macs=-figures[1],
        parameters=figures[2],
    )


def _drawn(problem: Problem, generator: np.random.Generator) -> NDArray[np.int64]:
    steps = generator.integers(0, problem.most + 1, (_ROUND, len(problem.names)))
    return problem.widths(steps).T


def _best(
    evaluate: Evaluator, names: Sequence[str], pool: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Array]:
    """The designs of `pool` that are on the front, and their (latency, -macs, parameters)."""
    pool = np.unique(pool, axis=1)
    designs = evaluate(dict(zip(names, pool, strict=True)))
    figures = np.array([designs.latency_s, -designs.macs, designs.parameters])
    kept = _spread(undominated(figures), figures)
    return pool[:, kept], figures[:, kept]


def _spread(front: NDArray[np.int64], figures: Array) -> NDArray[np.int64]:
    """At most `MOST` designs of the front: some at even distances, and the best in each figure."""
    if len(front) <= MOST:
        return front
    even = np.linspace(0, len(front) - 1, MOST - len(figures)).astype(int)
    best = figures[:, front].argmin(axis=1)
    kept: NDArray[np.int64] = front[np.unique(np.concatenate([even, best]))]
    return kept


def undominated(figures: Array) -> NDArray[np.int64]:
    """Columns of (2 or 3 figures, designs) that no other one is at most equal to in every row.

    By rising first row; designs that are not valid (NaN) are left out.
    """
    order = np.lexsort(figures[::-1])
    order = order[~np.isnan(figures[0, order])]
    second, third = figures[1, order].tolist(), figures[-1, order].tolist()
    # Of those before, which are no worse in the first row: rising seconds with falling thirds.
    stairs: list[float] = []
    heights: list[float] = []
    kept = []
    for place, (across, up) in enumerate(zip(second, third, strict=True)):
        at = bisect_right(stairs, across)
        if at and heights[at - 1] <= up:
            continue
        end = at
        while end < len(heights) and heights[end] >= up:
            end += 1
        start = at - 1 if at and stairs[at - 1] == across else at
        stairs[start:end] = [across]
        heights[start:end] = [up]
        kept.append(place)
    found: NDArray[np.int64] = order[kept]
    return found
