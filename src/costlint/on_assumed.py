"""Gates and sizes that nobody stated: no verdict on them, unless `--assume` asks for it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from costlint.costmodel.ir.errors import CostlintError, UnboundDimensionError
from costlint.gate import has_budget
from costlint.many.outcome import Outcome
from costlint.many.plan import Plan
from costlint.many.record import from_record
from costlint.many.resume import results
from costlint.many.work import Failure
from costlint.reports.caveats import options as stating
from costlint.reports.caveats import sizes
from costlint.reports.report import ModelReport
from costlint.settings.options import OPTIONS, Options

_LIMITS = ("max_latency_s", "max_recoverable", "baseline")
_RENEWALS = ("write_baseline", "prune_baseline")


def judged(outcome: Outcome, *, compared: bool) -> Outcome:
    """`outcome`, or the failure that it is where a gate would hold for sizes that were assumed."""
    plan = outcome.plan
    if plan is None or plan.options.assume:
        return outcome
    made = outcome.entries or [from_record(r) for r in outcome.records if r.get("assumed")]
    for entry in made:
        gates = list(_gates(entry, plan, compared=compared)) if entry.assumed else []
        if gates:
            failure = Failure.of(_refusal(entry, gates))
            return replace(
                outcome, entries=(), records=(), keys=(), failure=failure, is_refused=True
            )
    return outcome


def refuse_earlier(path: str, options: Options) -> None:
    """Refuse results of an earlier run as the measure of a gate where their sizes were assumed.

    Raises:
        UnboundDimensionError: a model of theirs had such sizes.
    """
    if options.assume or options.fail_on_regression is None:
        return
    for _, record in results(path):
        if record.get("assumed"):
            raise _refusal(from_record(record), [OPTIONS["fail_on_regression"].flag])


def _gates(entry: ModelReport, plan: Plan, *, compared: bool) -> Iterator[str]:
    """What was asked to judge the entry, as its user calls it. The usual `fail-on` is not asked."""
    options = plan.options
    if options.fail_on_regression is not None:
        yield OPTIONS["fail_on_regression"].flag
    if compared:  # nothing else is held against a comparison
        return
    if "fail_on" in plan.stated and options.fail_on != "never":
        yield OPTIONS["fail_on"].flag
    yield from (OPTIONS[name].flag for name in _LIMITS if getattr(options, name) is not None)
    yield from (OPTIONS[name].flag for name in _RENEWALS if getattr(options, name))
    if has_budget(entry, options):
        yield OPTIONS["budgets"].key


def _refusal(entry: ModelReport, gates: list[str]) -> CostlintError:
    path = shlex.quote(entry.path)
    return UnboundDimensionError(
        f"{entry.path}: sizes were assumed, and a gate ({', '.join(gates)}) needs them stated",
        facts=(f"assumed: {sizes(entry.assumed)}", "--assume holds the gate to these sizes"),
        fix=f"costlint {path} {stating(entry.assumed) or '--assume'}",
    )
