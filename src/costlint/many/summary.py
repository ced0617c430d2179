"""Outcomes as entries that are shown, with what a baseline accepts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from costlint.baseline import Accepted, with_accepted
from costlint.baseline import read as read_baseline
from costlint.many.plan import Plan
from costlint.many.record import from_record
from costlint.many.run import Outcome
from costlint.reports.many.report import ManyEntry
from costlint.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry with the settings that hold for it, its record and the key it is streamed with."""

    entry: ManyEntry
    settings: Settings
    record: Mapping[str, Any]
    key: str


class Baselines:
    """Files of accepted findings, each read once."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Accepted, ...]] = {}

    def apply(self, entry: ManyEntry, plan: Plan) -> ManyEntry:
        """The entry with its accepted findings suppressed; a run that renews them sees all."""
        path = plan.baseline
        if path is None or plan.asked.renews_baseline:
            return entry
        if path not in self._rows:
            self._rows[path] = read_baseline(path)
        return replace(entry, report=with_accepted(entry.report, self._rows[path], path))


def held(outcome: Outcome, baselines: Baselines) -> Iterable[Held]:
    """The entries of one outcome, one for each device."""
    plan = outcome.plan
    if plan is None:
        return
    for record, key in zip(outcome.records, outcome.keys, strict=True):
        entry = ManyEntry(
            name=outcome.target.name,
            report=from_record(record),
            op_count=record["op_count"],
        )
        yield Held(
            entry=baselines.apply(entry, plan),
            settings=plan.settings,
            record=record,
            key=plan.line_key(key),
        )
