"""Sizes with which a model infers: the usual ones, or those that its ops force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.sizes.solve import LENGTHS, SIDES, solved
from costlint.costmodel.sizes.trials import Sides, Trial, Trials
from costlint.costmodel.sizes.unknowns import Unknown

_MAX_ROUNDS: Final = 10

_Tried = Callable[[int], "Trial | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best trial so far, and where the size of each symbol in it comes from."""

    trial: Trial
    sources: Mapping[str, str]


def settled(trials: Trials, open_sizes: Sequence[Unknown]) -> Found:
    """The usual sizes; where they do not fit, those with which the graph infers."""
    sizes = {name: u.guess.size for u in open_sizes for name in u.names}
    sources = {name: u.guess.source for u in open_sizes for name in u.names}
    best = trials.again(sizes)
    seen: set[str] = set()
    for _ in range(_MAX_ROUNDS):
        if best.graph is not None and not best.misfits:
            break
        seen.update(best.misfits)
        better = _better(best, trials, open_sizes, seen)
        if better is None:
            break
        best, changed, source = better
        sources.update(dict.fromkeys(changed, source))
    return Found(trial=best, sources=sources)


def _better(
    best: Trial, trials: Trials, open_sizes: Sequence[Unknown], seen: AbstractSet[str]
) -> tuple[Trial, tuple[str, ...], str] | None:
    """A trial that gets further: sizes that belong together change together first.

    `seen` are the misfits before: an op that refuses something new was come a step further.
    """
    key = next(iter(best.misfits), "")
    for names, is_side in _groups(open_sizes):

        def tried(size: int, names: tuple[str, ...] = names) -> Trial | None:
            return trials.at({**best.sizes, **dict.fromkeys(names, size)})

        def evaluate(size: int, tried: _Tried = tried) -> Sides | bool | None:
            trial = tried(size)
            if trial is None or trial.score > best.score:
                return None if trial is None else True
            if trial.reached < best.reached:
                return None
            is_new = bool(trial.misfits) and seen.isdisjoint(trial.misfits)
            return is_new or trial.misfits.get(key)

        common = SIDES if is_side else LENGTHS
        size = solved(best.sizes[names[0]], best.misfits.get(key), evaluate, common)
        found = None if size is None else tried(size)
        if found is not None:
            return found, names, _source(best, key)
    return None


def _groups(open_sizes: Sequence[Unknown]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Names to change together, the weakest guesses first, and whether they are sides of images."""
    ordered = sorted(open_sizes, key=lambda u: u.guess.weight)
    yield from ((u.names, u.guess.is_side) for u in ordered)
    yield from (((name,), True) for u in ordered if len(u.names) > 1 for name in u.names)


def _source(trial: Trial, key: str) -> str:
    if trial.graph is not None:
        return f"the file's shape of {key!r}"
    node = trial.outcome.node if isinstance(trial.outcome, ShapeError) else ""
    return f"the size with which {node} fits" if node else "a size with which the model infers"
