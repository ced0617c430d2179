"""Outcomes as results that are shown, with what baselines accept; and baselines made anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from costlint.baseline import ReadBaseline, accepting, pruned, with_accepted
from costlint.baseline import read as read_baseline
from costlint.baseline import write as write_baseline
from costlint.many.against import Latency
from costlint.many.expand import Target
from costlint.many.outcome import Outcome
from costlint.many.plan import Plan
from costlint.many.record import from_record
from costlint.many.work import Failure
from costlint.reports.many.report import FailedModel, ManyEntry
from costlint.reports.report import ModelReport

DEFAULT_BASELINE: Final = "costlint-baseline.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One model on one device, and the plan that holds for it.

    `name` is its path below the folder that was named. A report without ops has its `record`, and
    the `key` that it is streamed with.
    """

    name: str
    report: ModelReport
    plan: Plan
    record: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""

    @property
    def entry(self) -> ManyEntry:
        """The result as one of many."""
        return ManyEntry(name=self.name, report=self.report, op_count=self.record["op_count"])


@dataclass(slots=True)
class RunResults:
    """What has come of a run so far, over `total` models; `before` is an earlier state."""

    total: int
    before: list[Latency] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    failures: list[FailedModel] = field(default_factory=list)
    known: int = 0
    interrupted: bool = False


def results(outcome: Outcome, read: ReadBaseline) -> Iterator[Result]:
    """The results of one outcome, one for each device; a run that renews baselines sees all."""
    plan, name = outcome.plan, outcome.target.name
    if plan is None:
        return
    path = None if plan.options.renews_baseline else plan.options.baseline
    for entry in outcome.entries:
        yield Result(name=name, report=with_accepted(entry, path, read), plan=plan)
    for record, key in zip(outcome.records, outcome.keys, strict=True):
        report = with_accepted(from_record(record), path, read)
        yield Result(name=name, report=report, plan=plan, record=record, key=plan.line_key(key))


def renewed(found: Sequence[Result]) -> list[Result]:
    """The results with their findings accepted by the baselines that this writes anew."""
    paths = [one.plan.options.baseline or DEFAULT_BASELINE for one in found]
    for path in dict.fromkeys(paths):
        own = [one for one, its in zip(found, paths, strict=True) if its == path]
        renew = accepting if own[0].plan.options.write_baseline else pruned
        write_baseline(path, renew([one.report for one in own], path, _rules_run(own)))
        sys.stderr.write(f"wrote {path}\n")
    read = cache(read_baseline)
    return [
        replace(one, report=with_accepted(one.report, path, read))
        for one, path in zip(found, paths, strict=True)
    ]


def _rules_run(found: Sequence[Result]) -> frozenset[str]:
    """The rules that all of these were checked against."""
    from costlint.analyzers.rules import rules_for

    plans = [one.plan.options for one in found]
    ran = [{rule.id for rule in rules_for(each.select, each.ignore)} for each in plans]
    return frozenset(set.intersection(*ran))


def failed_model(target: Target, failure: Failure) -> FailedModel:
    """A failure as it is shown."""
    return FailedModel(path=target.path, name=target.name, kind=failure.kind, what=failure.what)
