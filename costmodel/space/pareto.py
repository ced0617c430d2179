"""The designs that no other one beats in everything: latency, macs and parameters."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from costlint.costmodel.space.evaluator import Evaluator
from costlint.costmodel.space.sampling import sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]

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


def pareto(
    evaluate: Evaluator,
    names: Sequence[str],
    *,
    rounds: int = 10,
    seed: int = 0,
    time_limit_s: float = 20.0,
) -> Front:
    """Least latency, most macs (what a network can learn with), fewest parameters.

    Random designs first, then children of the front with some variables drawn anew.
    """
    until_s = time.monotonic() + time_limit_s
    generator = np.random.default_rng(seed)
    space = evaluate.space
    today = np.array([[space.current[name]] for name in names])
    pool = np.hstack([today, _drawn(evaluate, names, _ROUND, seed)])
    front, figures = _best(evaluate, names, pool)
    for turn in range(1, rounds):
        if time.monotonic() >= until_s:
            break
        parents = front[:, generator.integers(0, front.shape[1], _ROUND)]
        drawn = _drawn(evaluate, names, _ROUND, seed + turn)
        children = np.where(generator.random(parents.shape) < _MUTATED, drawn, parents)
        front, figures = _best(evaluate, names, np.hstack([front, children]))
    return Front(
        values=dict(zip(names, front, strict=True)),
        latency_s=figures[0],
        macs=-figures[1],
        parameters=figures[2],
    )


def _drawn(evaluate: Evaluator, names: Sequence[str], n: int, seed: int) -> NDArray[np.int64]:
    found = sample(evaluate.space, n, seed, names)
    return np.array([found[name] for name in names])


def _best(
    evaluate: Evaluator, names: Sequence[str], pool: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Array]:
    """The columns of `pool` that are on the front, and their (latency, -macs, parameters)."""
    pool = np.unique(pool, axis=1)
    designs = evaluate(dict(zip(names, pool, strict=True)))
    figures = np.array([designs.latency_s, -designs.macs, designs.parameters])
    kept = undominated(figures)
    return pool[:, kept], figures[:, kept]


def undominated(figures: Array) -> NDArray[np.int64]:
    """Columns of (figures, designs) that no other one is at most equal to in every row.

    By rising first row; designs that are not valid (NaN) are left out.
    """
    order = np.lexsort(figures[::-1])
    left = order[~np.isnan(figures[0, order])]
    kept = []
    while len(left):
        best = left[0]
        kept.append(best)
        beaten = (figures[:, left] >= figures[:, [best]]).all(axis=0)
        left = left[~beaten]
    return np.array(kept, dtype=int)
