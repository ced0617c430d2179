"""What each term of the model brings: held-out errors of every group without it."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from calibration.groups import GROUPS
from costlint.costmodel.devices.terms import FREE, INDEX, NEEDED, TERMS, Term
from costlint.costmodel.fitting.fit import Fitted, Prior, fit, predict
from costlint.costmodel.fitting.samples import Samples

FOLDS: Final = 3
STEPS: Final = 4
"""Steps of a fit that starts from the one with all terms and all families."""
FEWEST: Final = 0.0005
"""A smaller difference of the mean error is none."""

Fits: TypeAlias = Mapping[str, Fitted]
Fold: TypeAlias = tuple[Samples, Samples, np.ndarray]
"""One device without a third of its families, that third, and where the fit starts."""


@dataclass(frozen=True, kw_only=True)
class _Without(Samples):
    """Samples whose amounts of one term run at the rate of the term that it was split from.

    Those of a term that has no such other take no time. So does a profile that lacks the term.
    """

    whole: Samples
    term: Term

    @cached_property
    def stacked(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See `Samples.stacked`."""
        amounts, times, starts = self.whole.stacked
        left, place = amounts.copy(), INDEX[self.term.name]
        if self.term.default != FREE:
            left[:, INDEX[self.term.default]] += amounts[:, place]
        left[:, place] = 0.0
        return left, times, starts


def ablation_lines(members: Mapping[str, Mapping[str, Samples]], cache: Path) -> list[str]:
    """A row for each term, a column for each group: points of MAPE that it takes off.

    `members` are the samples of each group's devices; `cache` holds the last rebuild.
    """
    with ProcessPoolExecutor(2) as pool:
        columns = list(pool.map(_column, members.items(), [cache] * len(members)))
    head = ["term", *members]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for term in TERMS:
        cells = [column.get(term.name, "") for column in columns]
        if any(cells):
            lines.append(f"| `{term.name}` | {' | '.join(cells)} |")
    return lines


def _column(group: tuple[str, Mapping[str, Samples]], cache: Path) -> dict[str, str]:
    name, devices = group
    _, _, prior, fits = pickle.loads((cache / f"group-{name}.pickle").read_bytes())
    folds = list(_folds(devices, fits))
    with_all = _error(name, folds, prior, None)
    cells: dict[str, str] = {}
    for term in TERMS:
        families = _families(devices.values(), term)
        if families and term.default != NEEDED:
            gain = _error(name, folds, prior, term) - with_all
            points = f"{gain:+.1%}".removesuffix("%") if abs(gain) >= FEWEST else "0"
            cells[term.name] = f"{points} ({families})"
        elif families:
            cells[term.name] = f"needed ({families})"
    return cells


def _families(devices: Iterable[Samples], term: Term) -> int:
    """How many families of the group have a kernel with the term."""
    place = INDEX[term.name]
    return len({r.family for one in devices for r in one.rows if r.amounts[:, place].any()})


def _folds(devices: Mapping[str, Samples], fits: Fits) -> Iterator[Fold]:
    for name, samples in devices.items():
        ordered = sorted(set(samples.families))
        for fold in range(min(FOLDS, len(ordered))):
            out = np.isin(samples.families, ordered[fold::FOLDS])
            yield samples.where(~out), samples.where(out), fits[name].parameters


def _error(name: str, folds: Iterable[Fold], prior: Prior, term: Term | None) -> float:
    """The mean error of what is held out, the model without `term`."""
    group, errors = GROUPS[name], []
    for third in folds:
        kept, out = (
            one if term is None else _Without(rows=one.rows, whole=one, term=term)
            for one in third[:2]
        )
        fitted = fit(
            kept, prior, overlap=group.overlap, noise=group.noise, start=third[2], steps=STEPS
        )
        predicted = predict(out, fitted.parameters, group.overlap)
        errors.append(np.abs(predicted / out.latency_s - 1.0))
    return float(np.concatenate(errors).mean())
