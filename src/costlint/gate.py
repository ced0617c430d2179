"""Whether a run passes: severities, limits on latency, budgets, regressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from costlint.reports import numbers
from costlint.reports.report import Gate, ModelReport

ORDER: Final = ("error", "warning", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a model must hold. `budgets` are seconds by model and device."""

    fail_on: str = "error"
    max_latency_s: float | None = None
    max_recoverable: float | None = None
    budgets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def gate(entries: Sequence[tuple[ModelReport, Limits]]) -> Gate:
    """The gate over all models and devices of a run, with a reason for each limit broken."""
    reasons = tuple(reason for entry, limits in entries for reason in _broken(entry, limits))
    strictest = max((limits.fail_on for _, limits in entries), key=_strictness, default="error")
    return Gate(passed=not reasons, reasons=reasons, fail_on=strictest)


def regression_gate(before: ModelReport, after: ModelReport, most: float | None) -> Gate:
    """The gate of a comparison: the second model may be slower by the share `most`, None any."""
    old, new = before.totals.latency_s, after.totals.latency_s
    if most is None or not old or new is None or new / old - 1 <= most:
        return Gate(passed=True, fail_on="never")
    allowed = numbers.change(most) if most else "nothing"
    reason = f"{after.title} is slower: {numbers.change(new / old - 1)}, {allowed} is allowed"
    return Gate(passed=False, reasons=(reason,), fail_on="never")


def unchecked_budgets(entries: Sequence[tuple[ModelReport, Limits]]) -> Iterator[str]:
    """Budgets of models of this run that none of its devices answers for."""
    asked = {
        (pattern, name): None  # a dictionary keeps the order
        for entry, limits in entries
        for pattern, by_device in limits.budgets.items()
        for name in by_device
        if _is_about(pattern, entry)
    }
    for pattern, name in asked:
        if not any(_is_about(pattern, entry) and _is_on(name, entry) for entry, _ in entries):
            yield f"no device of this run answers for the budget of {pattern!r} on {name!r}"


def _strictness(fail_on: str) -> int:
    return ORDER.index(fail_on) if fail_on in ORDER else -1


def _broken(entry: ModelReport, limits: Limits) -> Iterator[str]:
    failing = ORDER[: ORDER.index(limits.fail_on) + 1] if limits.fail_on in ORDER else ()
    found = [f for f in entry.open_findings if f.severity in failing]
    if found:
        yield f"{entry.title}: {numbers.plural(len(found), 'finding')} at {limits.fail_on} or above"
    latency_s = entry.totals.latency_s
    if latency_s is None:
        return
    for limit_s, name in _latency_limits(entry, limits):
        if latency_s > limit_s:
            asked = numbers.milliseconds(limit_s)
            yield f"{entry.title}: {numbers.milliseconds(latency_s)} is over {name} {asked}"
    recoverable = entry.totals.recoverable_share
    if limits.max_recoverable is not None and (recoverable or 0) > limits.max_recoverable:
        most = numbers.share(limits.max_recoverable)
        yield f"{entry.title}: {numbers.share(recoverable)} is recoverable, at most {most} may be"


def _latency_limits(entry: ModelReport, limits: Limits) -> Iterator[tuple[float, str]]:
    if limits.max_latency_s is not None:
        yield limits.max_latency_s, "max-latency"
    for pattern, by_device in limits.budgets.items():
        for name, limit_s in by_device.items():
            if _is_about(pattern, entry) and _is_on(name, entry):
                yield limit_s, "the budget of"


def _is_about(pattern: str, entry: ModelReport) -> bool:
    path = Path(entry.path).as_posix()
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"*/{pattern}")


def _is_on(name: str, entry: ModelReport) -> bool:
    return entry.device is not None and entry.device.name.startswith(name)
