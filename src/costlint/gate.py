"""Whether a run passes: severities, limits on latency, budgets, regressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from costlint.reports import numbers
from costlint.reports.many.report import ChangedModel
from costlint.reports.report import Gate, ModelReport
from costlint.settings.options import Options

ORDER: Final = ("error", "warning", "note")


def gate(
    entries: Sequence[tuple[ModelReport, Options]],
    changes: Iterable[ChangedModel] = (),
    most: float | None = None,
) -> Gate:
    """The gate over a run, with a reason for each limit that is broken.

    `entries` are held to their options; of `changes` none may be slower by more than the share
    `most`, None allows any.
    """
    broken = (reason for entry, options in entries for reason in _broken(entry, options))
    reasons = (*broken, *_slower(changes, most))
    strictest = max((options.fail_on for _, options in entries), key=_strictness, default="never")
    return Gate(passed=not reasons, reasons=reasons, fail_on=strictest)


def _slower(changes: Iterable[ChangedModel], most: float | None) -> Iterator[str]:
    for change in changes:
        if most is not None and change.share is not None and change.share > most:
            allowed = numbers.change(most) if most else "nothing"
            by = numbers.change(change.share)
            yield f"{change.name} on {change.device} is slower: {by}, {allowed} is allowed"


def unchecked_budgets(entries: Sequence[tuple[ModelReport, Options]]) -> Iterator[str]:
    """Budgets of models of this run that none of its devices answers for."""
    budgets = {
        (pattern, name): None  # a dictionary keeps the order
        for entry, options in entries
        for pattern, by_device in options.budgets.items()
        for name in by_device
        if _is_about(pattern, entry)
    }
    for pattern, name in budgets:
        if not any(_is_about(pattern, entry) and _is_on(name, entry) for entry, _ in entries):
            yield f"no device of this run answers for the budget of {pattern!r} on {name!r}"


def _strictness(fail_on: str) -> int:
    return ORDER.index(fail_on) if fail_on in ORDER else -1


def _broken(entry: ModelReport, options: Options) -> Iterator[str]:
    failing = ORDER[: ORDER.index(options.fail_on) + 1] if options.fail_on in ORDER else ()
    found = [f for f in entry.open_findings if f.severity in failing]
    if found:
        many = numbers.plural(len(found), "finding")
        yield f"{entry.title}: {many} at {options.fail_on} or above"
    latency_s = entry.totals.latency_s
    if latency_s is None:
        return
    for limit_s, name in _latency_limits(entry, options):
        if latency_s > limit_s:
            limit = numbers.milliseconds(limit_s)
            yield f"{entry.title}: {numbers.milliseconds(latency_s)} is over {name} {limit}"
    recoverable = entry.totals.recoverable_share
    if options.max_recoverable is not None and (recoverable or 0) > options.max_recoverable:
        most = numbers.share(options.max_recoverable)
        yield f"{entry.title}: {numbers.share(recoverable)} is recoverable, at most {most} may be"


def has_budget(entry: ModelReport, options: Options) -> bool:
    """Whether a budget holds for the model on its device."""
    return any(
        _is_about(pattern, entry) and _is_on(name, entry)
        for pattern, by_device in options.budgets.items()
        for name in by_device
    )


def _latency_limits(entry: ModelReport, options: Options) -> Iterator[tuple[float, str]]:
    if options.max_latency_s is not None:
        yield options.max_latency_s, "max-latency"
    for pattern, by_device in options.budgets.items():
        for name, limit_s in by_device.items():
            if _is_about(pattern, entry) and _is_on(name, entry):
                yield limit_s, "the budget of"


def _is_about(pattern: str, entry: ModelReport) -> bool:
    path = Path(entry.path).as_posix()
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"*/{pattern}")


def _is_on(name: str, entry: ModelReport) -> bool:
    return entry.device is not None and entry.device.name.startswith(name)
