"""What timings must have to be calibrated with, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from costlint.costmodel.devices.reading import PRECISIONS
from costlint.costmodel.devices.terms import TERMS
from costlint.costmodel.fitting.fit import Fitted, Prior, shares
from costlint.costmodel.fitting.samples import Samples
from costlint.costmodel.fitting.timed import Timed
from costlint.costmodel.fitting.timings import Timing
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.runtimes.fusion import RULE_SETS, UNFUSED

FEWEST: Final = 3
MATTERS: Final = 0.1
"""A term with a smaller share than this in every network is not worth a warning."""
LOOSE: Final = 0.25
"""A term known worse than this (log scale) may be a guess."""
LITTLE_LEARNT: Final = 0.7
"""It is one if the timings left this share or more of the doubt."""


def check_rows(rows: Sequence[Timing], fusion: str | None) -> tuple[str, str]:
    """The rule set and the precision of timings that are of one device.

    Raises:
        OptionError: there are too few, they are of several devices, or nobody says what fuses.
    """
    whole = [row for row in rows if row.ops is None]
    graphs = {row.graph for row in whole}
    if len(whole) < FEWEST or len(graphs) < 2:
        raise OptionError(
            f"{len(whole)} timings of {len(graphs)} graphs are too few",
            facts=(f"a profile needs {FEWEST} timings, of 2 graphs at least",),
            fix="costlint measure MODEL... -o timings.csv",
        )
    for column in ("device", "threads", "precision", "layout", "lanes", "cache_bytes"):
        _one(rows, column)
    found = {row.fusion or fusion or "" for row in rows}
    if len(found) > 1:
        raise OptionError(
            f"the timings are of several rule sets: {', '.join(sorted(found))}",
            fix="one timings file for each",
        )
    rules = found.pop()
    if rules not in RULE_SETS:
        raise OptionError(
            f"nobody says how the runtime {rows[0].runtime!r} fuses",
            facts=(f"rule sets: {', '.join(RULE_SETS)}",),
            fix=f"--fusion {UNFUSED}, or a column `fusion` in the timings",
        )
    precision = rows[0].precision or PRECISIONS[0]
    if precision not in PRECISIONS:
        raise OptionError(
            f"unknown precision {precision!r} in the timings",
            facts=(f"known: {', '.join(PRECISIONS)}",),
        )
    return rules, precision


def _one(rows: Sequence[Timing], column: str) -> None:
    found = sorted({str(getattr(row, column) or "-") for row in rows})
    if len(found) > 1:
        raise OptionError(
            f"the timings have {len(found)} values of {column!r}: {', '.join(found[:4])}",
            facts=("a profile is of one device, number of threads, precision and layout",),
            fix="one timings file for each",
        )


def warnings_of(
    timed: Timed, samples: Samples, fitted: Fitted, prior: Prior, *, overlap: float
) -> tuple[str, ...]:
    """What to know about the timings before trusting the profile."""
    found = []
    restless = sum(row.is_restless for row in timed.rows)
    if restless:
        found.append(
            f"{restless} of {len(timed.rows)} timings have a wide spread: low_s stands for them"
        )
    families = sorted({timed.families[row.graph] for row in timed.rows})
    if len(families) < FEWEST:
        named = ", ".join(families)
        found.append(f"the networks are of {named} only: the held-out error is a rough guess")
    return (*found, *_loose(samples, fitted, prior, overlap))


def _loose(samples: Samples, fitted: Fitted, prior: Prior, overlap: float) -> list[str]:
    """Terms that matter in these networks and that the timings left as the prior had them."""
    share = shares(samples, fitted.parameters, overlap).max(axis=0)
    after, before = (np.sqrt(np.diag(one.covariance)) for one in (fitted, prior))
    docs = [(t.name, t.doc) for t in TERMS] + [("overhead", "the cost per inference")]
    open_ = (share > MATTERS) & (after > LOOSE) & (after > LITTLE_LEARNT * before)
    return [
        f"the timings do not identify {docs[i][0]}: {docs[i][1]}"
        f" (up to {share[i]:.0%} of a network, known to a factor of {np.exp(after[i]):.1f})"
        for i in np.flatnonzero(open_)[np.argsort(-share[open_])]
    ]
