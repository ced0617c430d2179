"""The same models before: a folder of them, or the results of an earlier run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from costlint.costmodel.ir.errors import OptionError
from costlint.many.expand import Target, expand
from costlint.many.resume import results
from costlint.reports.many.report import ChangedModel, ManyEntry

Latency: TypeAlias = tuple[str, str, float | None]
"""Name of the model, name of the device, seconds."""


def before(against: str, exclude: Sequence[str]) -> tuple[tuple[Target, ...], list[Latency]]:
    """The earlier state: models to check, or latencies of an earlier run.

    Raises:
        OptionError: it is neither a folder of models nor a file of results.
    """
    if Path(against).is_dir():
        return tuple(t for t in expand([against]) if not t.excluded(exclude)), []
    found = results(against)
    if not found:
        raise OptionError(
            f"nothing to compare with in {against!r} (--against)",
            facts=("it is a folder of models, or a file of results as json-lines",),
        )
    return (), [row for line, record in found for row in latencies(line["name"], [record])]


def latencies(name: str, records: Sequence[Mapping[str, Any]]) -> Iterator[Latency]:
    """The latency on each device; nothing for a model that was only counted."""
    for record in records:
        if record["device"]:
            yield name, record["device"]["name"], record["totals"]["latency_s"]


def changes(before: Iterable[Latency], after: Iterable[ManyEntry]) -> tuple[ChangedModel, ...]:
    """Every model and device of both states, paired by name; `before` are name, device, latency."""
    old = {(name, device): latency_s for name, device, latency_s in before}
    now = {
        (entry.name, entry.report.device.name): entry.report.totals.latency_s
        for entry in after
        if entry.report.device
    }
    return tuple(
        ChangedModel(name=key[0], device=key[1], before_s=old.get(key), after_s=now.get(key))
        for key in sorted(old.keys() | now.keys())
    )
