"""What an edit saves: the difference of two estimates, with an interval of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from costlint.analyzers.facts import Facts
from costlint.analyzers.finding import Saving, Severity
from costlint.costmodel.edit import Edit, apply

if TYPE_CHECKING:
    from costlint.costmodel.estimate import Estimate, KernelEstimate
    from costlint.costmodel.reestimate import PricedKernel, Reestimate

Latencies: TypeAlias = "Estimate | Reestimate"
KernelLatency: TypeAlias = "KernelEstimate | PricedKernel"

ERROR_OF_CHANGE: Final = 0.2
"""Half the 90 % interval of a saving, as a share of the mean latency of what the edit changes.

The error that before and after have in common cancels; this is what is left. Set with the next one
on the 168 pairs of rows that the paper's Tables 1 to 4 compare, each predicted without any row of
its width, and checked on families of networks: calibration/savings.py prints both.
"""

ERROR_OF_SAVING: Final = 0.4
"""The same as a share of the saving itself: what a kernel costs at all is uncertain, too."""

TYPICAL_ERROR: Final = 0.065
"""Median held-out error of the two platforms of the paper, on which those were set. The interval of
another device is in proportion to its own, at least half and at most twice as wide."""

LIMITS: Final[Mapping[str, float]] = {"error": 0.05, "warning": 0.01}
"""The least share of the latency that the lower end of a saving reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A saving with the estimate behind it."""

    saving: Saving
    after: Reestimate


def price(facts: Facts, edit: Edit, assumption: str = "") -> Priced:
    """Price `edit` on the device of `facts`."""
    after = facts.reprice(apply(facts.graph, edit, facts.channels))
    return Priced(saving=difference(facts.estimate, after, assumption), after=after)


def difference(before: Estimate, after: Latencies, assumption: str = "") -> Saving:
    """The saving between two graphs on one device, with its interval."""
    saved_s = before.latency_s - after.latency_s
    gone_s, new_s = changed(before.kernels, after.kernels)
    scale = min(2.0, max(0.5, before.device.fit.median / TYPICAL_ERROR))
    change_s = (gone_s + new_s) / 2
    half_s = scale * (ERROR_OF_CHANGE * change_s + ERROR_OF_SAVING * abs(saved_s))
    return Saving(
        saved_s=saved_s,
        low_s=saved_s - half_s,
        high_s=saved_s + half_s,
        share=saved_s / before.latency_s if before.latency_s else 0.0,
        before_s=before.latency_s,
        after_s=after.latency_s,
        assumption=assumption,
    )


def changed(before: Iterable[KernelLatency], after: Iterable[KernelLatency]) -> tuple[float, float]:
    """Latency of the kernels that went, and of those that came; equal ones cancel."""
    gone = Counter((kernel.kernel_class, kernel.latency_s) for kernel in before)
    came = Counter((kernel.kernel_class, kernel.latency_s) for kernel in after)
    lost, won = gone - came, came - gone
    return (
        sum(latency_s * times for (_, latency_s), times in lost.items()),
        sum(latency_s * times for (_, latency_s), times in won.items()),
    )


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
    widths: dict[str, int] = {}
    bypassed: dict[str, str] = {}
    fused: dict[str, str] = {}
    for edit in edits:
        widths = {**edit.widths, **widths}
        bypassed = {**edit.bypassed, **bypassed}
        fused = {**edit.fused, **fused}
    return Edit(
        widths=widths,
        dense=frozenset().union(*(edit.dense for edit in edits)),
        bypassed=bypassed,
        fused=fused,
        free=frozenset().union(*(edit.free for edit in edits)),
        replaced=tuple(change for edit in edits for change in edit.replaced),
    )
