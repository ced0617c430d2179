"""What an edit saves: the difference of two estimates, with an interval of its own."""

from __future__ import annotations

import math
from collections import ChainMap, Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from costlint.analyzers.facts import Facts
from costlint.analyzers.finding import Saving, Severity
from costlint.costmodel.edit import Edit, apply
from costlint.costmodel.formulas import OpClass

if TYPE_CHECKING:
    from costlint.costmodel.latency.estimate import Estimate, KernelEstimate, Prediction

ERROR_OF_KERNEL: Final = 0.3
"""Half the 90 % interval of a saving, as a share of the latency of each kernel that goes or comes.

The error that before and after have in common cancels; different kernels err by themselves, so
theirs add up as squares. Set with the next one on held-out pairs: rows of the paper's Tables 1
to 4, single kernels of equal macs, networks of one family on eight groups of devices, none of
which the fit had seen. calibration/savings.py prints what they hold in each.
"""

ERROR_OF_SAVING: Final = 0.25
"""The same as a share of the saving itself: what a kernel costs at all is uncertain, too."""

TYPICAL_ERROR: Final = 0.065
"""Median held-out error of the two platforms of the paper. The interval of another device follows
the root of its own, between half and twice this one."""

LIMITS: Final[Mapping[str, float]] = {"error": 0.05, "warning": 0.01}
"""The least share of the latency that the lower end of a saving reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A saving with the estimate behind it."""

    saving: Saving
    after: Prediction


def price(facts: Facts, edit: Edit, assumption: str = "") -> Priced:
    """Price `edit` on the device of `facts`."""
    after = facts.reprice(apply(facts.graph, edit, facts.structure.channels))
    return Priced(saving=difference(facts.estimate, after, assumption), after=after)


def difference(before: Estimate, after: Prediction, assumption: str = "") -> Saving:
    """The saving between two graphs on one device, with its interval."""
    saved_s = before.latency_s - after.latency_s
    lost, won = changed(before.kernels, after.kernels)
    scale = min(2.0, max(0.5, before.device.fit.median / TYPICAL_ERROR)) ** 0.5
    half_s = scale * (ERROR_OF_KERNEL * math.hypot(*lost, *won) + ERROR_OF_SAVING * abs(saved_s))
    return Saving(
        saved_s=saved_s,
        low_s=saved_s - half_s,
        high_s=saved_s + half_s,
        share=saved_s / before.latency_s if before.latency_s else 0.0,
        before_s=before.latency_s,
        after_s=after.latency_s,
        assumption=assumption,
    )


def changed(
    before: Sequence[KernelEstimate], after: Sequence[KernelEstimate]
) -> tuple[list[float], list[float]]:
    """Latencies of the kernels that went, and of those that came, each with its equals."""
    gone, came = _without(before, after), _without(after, before)
    return _totals(gone - came), _totals(came - gone)


def _without(
    kernels: Sequence[KernelEstimate], others: Sequence[KernelEstimate]
) -> Counter[tuple[OpClass, float]]:
    same = set(map(id, others))
    return Counter((k.kernel_class, k.latency_s) for k in kernels if id(k) not in same)


def _totals(kernels: Counter[tuple[OpClass, float]]) -> list[float]:
    return [latency_s * times for (_, latency_s), times in kernels.items()]


def severity(saving: Saving | None, limits: Mapping[str, float] = LIMITS) -> Severity:
    """By the lower end of the saving: a finding that may save nothing is a note."""
    if saving is None or saving.low_s <= 0 or not saving.before_s:
        return "note"
    share = saving.low_s / saving.before_s
    names: tuple[Severity, ...] = ("error", "warning")
    for name in names:
        if share >= limits.get(name, LIMITS[name]):
            return name
    return "note"


def joined(edits: Sequence[Edit]) -> Edit:
    """All of `edits` as one; where two change the same width, the first one holds."""
    return Edit(
        widths=dict(ChainMap(*(dict(edit.widths) for edit in edits))),
        dense=frozenset().union(*(edit.dense for edit in edits)),
        biased=frozenset().union(*(edit.biased for edit in edits)),
        bypassed=dict(ChainMap(*(dict(edit.bypassed) for edit in edits))),
        fused=dict(ChainMap(*(dict(edit.fused) for edit in edits))),
        free=frozenset().union(*(edit.free for edit in edits)),
        replaced=tuple(change for edit in edits for change in edit.replaced),
    )
