"""Devices as text: the list, and one whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from costlint.costmodel.devices import DeviceProfile, device
from costlint.costmodel.devices.catalogue import DeviceSummary
from costlint.costmodel.devices.terms import TERMS, Term
from costlint.costmodel.latency.reachable import reachable_terms
from costlint.reports import numbers
from costlint.reports.text import pad, wrap

WIDTH: Final = 38
ASSUMED_SD: Final = 0.5
"""A term whose rate is known no better than this (log scale) is a prior with little measured."""
ASSUMED: Final = "~: assumed, or hardly measured: known to a factor of 1.6 at best"
NO_MEMORY_BYTE_PER_S: Final = 10e12
"""No memory and hardly a cache is faster: a term that is takes no time."""
UNITS: Final = {"byte_per_s": "B", "mac_per_s": "MACs", "element_per_s": "elements"}
"""What a rate of a profile is a rate of, as people read it."""


def device_list(rows: Iterable[DeviceSummary]) -> str:
    """One line for each: name, hardware, number of timings, mean and median held-out error."""
    lines = [f"{'device':<{WIDTH}} {'timings':>7} {'mean':>6} {'median':>6}  hardware"]
    for row in rows:
        mark = "*" if row.borrowed else " "
        errors = f"{numbers.share(row.mape):>6} {numbers.share(row.median):>6}"
        lines.append(f"{pad(row.name, WIDTH)} {row.timings:>6}{mark} {errors}  {row.hardware}")
    lines.append("mean and median: error on networks that were not used for the fit")
    lines.append("*: few timings, so the profile borrows from similar devices")
    return "\n".join(lines) + "\n"


def device_page(name: str) -> str:
    """All of one device: what it is, its rates, where they come from, how far to trust them."""
    profile = device(name)
    fit, came = profile.fit, profile.provenance
    lines = [
        f"{profile.name}: {profile.hardware}",
        f"  runtime      {profile.runtime} (fusion rules: {profile.fusion})",
        f"  precision    {profile.precision}, layout {profile.layout}",
        f"  threads      {profile.threads or 'not stated'}",
        f"  source       {came.source}, {came.date}",
        f"  timings      {came.timings}" + (", borrows from similar devices" * came.borrowed),
        (
            f"  range        batch {_span(profile.range.batch)}, "
            f"width {_span(profile.range.width)}, "
            f"{' to '.join(numbers.quantity(n, 'MACs') for n in profile.range.macs)}"
        ),
        "",
        (
            f"  held-out     {fit.networks} networks: mean error {numbers.share(fit.mape)}, median "
            f"{numbers.share(fit.median)}, 90 % within {numbers.share(fit.p90)}"
        ),
        (
            f"               rank correlation {fit.spearman:.3f}, intervals cover "
            f"{numbers.share(fit.coverage)}; FLOPs alone: {numbers.share(fit.flop_mape)}"
        ),
        "",
        f"  per run      {numbers.milliseconds(profile.overhead_s)}",
        *_rates(profile),
    ]
    return "\n".join(lines)


def _rates(profile: DeviceProfile) -> list[str]:
    """A line for each term that the runtime can reach and that takes time."""
    reachable = reachable_terms(profile.rules, profile.settings)
    rows = [
        (term, seconds, sd)
        for term, seconds, sd in zip(TERMS, profile.seconds_per_unit, profile.term_sd, strict=True)
        if term in reachable
    ]
    shown = [row for row in rows if not _is_nothing(row[0], row[1])]
    width = max(len(term.name) for term in TERMS)
    lines = [
        f"{mark(sd)} {term.name:<{width}}  {rate(seconds, term.unit):>16}  {term.doc}"
        for term, seconds, sd in shown
    ]
    nothing = ", ".join(row[0].name for row in rows if row not in shown)
    unreached = ", ".join(term.name for term in TERMS if term not in reachable)
    return [
        *lines,
        "",
        *[ASSUMED] * any(sd > ASSUMED_SD for _, _, sd in shown),
        *[f"takes no time here: {nothing}"] * bool(nothing),
        *wrap(f"not of this runtime: {unreached}", 80) * bool(unreached),
    ]


def mark(sd: float) -> str:
    """What stands before a rate whose logarithm is known to `sd`."""
    return " ~" if sd > ASSUMED_SD else "  "


def rate(seconds: float, unit: str) -> str:
    """Seconds for each as a time, of any other unit as a rate."""
    if unit == "s":
        return numbers.brief(seconds)
    return numbers.quantity(1 / seconds, f"{UNITS[unit]}/s") if seconds else "free"


def _is_nothing(term: Term, seconds: float) -> bool:
    return seconds == 0 or (term.part == "memory" and 1 / seconds > NO_MEMORY_BYTE_PER_S)


def _span(ends: tuple[int, int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
