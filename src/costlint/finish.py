"""How a run ends: the gate over all of it, the report, the exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from costlint._version import __version__
from costlint.costmodel.ir.errors import CostlintError
from costlint.details import details
from costlint.exit_codes import BUG, GATE_FAILED, INTERRUPTED, NOT_ANALYSED
from costlint.gate import gate, unchecked_budgets
from costlint.many import work
from costlint.many.against import changes
from costlint.many.plan import today
from costlint.many.results import Result, RunResults, renewed
from costlint.output import SILENT, tell, warn, write
from costlint.reports import numbers
from costlint.reports.many.report import ChangedModel, ManyReport
from costlint.reports.report import ModelReport, Report
from costlint.reports.rows import RuleRow
from costlint.reports.text import visible
from costlint.settings.options import Options
from costlint.unused import judged_together


def finish(found: RunResults, options: Options, *, many: bool, compared: bool) -> int:
    """Renew baselines if asked to, hold all to the gate, write the report; the exit code."""
    if not many and (not found.results or (compared and found.failures)):
        return NOT_ANALYSED
    results = renewed(found.results) if options.renews_baseline else found.results
    if many:
        results = sorted(results, key=lambda one: (one.report.path, one.report.title))
    entries = judged_together(one.report for one in results)
    results = [replace(one, report=entry) for one, entry in zip(results, entries, strict=True)]
    reports = [(one.report, one.plan.options) for one in results]
    changed = _changes(found, results, options, compared=compared)
    gated = gate([] if compared else reports, changed, options.fail_on_regression)
    about = {
        "tool_version": __version__,
        "gate": gated,
        "command": " ".join(["costlint", *map(shlex.quote, sys.argv[1:])]),
        "date": today().isoformat(),
    }
    if many:
        _show_many(found, results, changed, options, about)
    else:
        _show(results, options, about, compared=compared)
    if options.quiet < SILENT:
        for text in unchecked_budgets(reports):
            warn(text)
    if found.interrupted:
        _tell_interrupted(found, options)
        return INTERRUPTED
    if any(failed.kind == work.BUG for failed in found.failures):
        return BUG
    return NOT_ANALYSED if found.failures else 0 if gated.passed else GATE_FAILED


def _changes(
    found: RunResults, results: Sequence[Result], options: Options, *, compared: bool
) -> tuple[ChangedModel, ...]:
    """What became of models of before: of the one beside, or those of an earlier state."""
    if compared:
        old, new = (one.report for one in results)
        device = new.device.name if new.device else ""
        seconds = {"before_s": old.totals.latency_s, "after_s": new.totals.latency_s}
        return (ChangedModel(name=new.path, device=device, **seconds),)
    return changes(found.before, [one.entry for one in results]) if options.against else ()


def _show(
    results: Sequence[Result], options: Options, about: Mapping[str, Any], *, compared: bool
) -> None:
    """Each model with all its ops."""
    from costlint.pipeline import change_between, with_other_sizes

    for one in results if options.verbose else ():
        for line in details(one.report, one.plan.settings, options.verbose):
            sys.stderr.write(f"{visible(line)}\n")
    change = None
    if compared:
        first, second = (one.report for one in results)
        change = change_between(first, second)
        results = [results[0], replace(results[1], report=with_other_sizes(first, second))]
    write(_report(results, {**about, "compared": compared, "change": change}), options)


def _report(results: Sequence[Result], about: Mapping[str, Any]) -> Report:
    """The models of a run, and the rules behind their findings."""
    entries = tuple(one.report for one in results)
    return Report(models=entries, rules=rule_rows(entries), **about)


def _show_many(
    found: RunResults,
    results: Sequence[Result],
    changed: tuple[ChangedModel, ...],
    options: Options,
    about: Mapping[str, Any],
) -> None:
    """Sums over the models."""
    from costlint.many.show import show_many

    report = ManyReport(
        entries=tuple(one.entry for one in results),
        failed=tuple(sorted(found.failures, key=lambda one: one.path)),
        changes=changed,
        against=options.against or "",
        **about,
    )
    show_many(report, options, partial(_report, results, about))
    if options.verbose:
        total = numbers.plural(found.total, "model")
        sys.stderr.write(f"{found.known:,} of {total} were known\n")


def _tell_interrupted(found: RunResults, options: Options) -> None:
    done = len({one.report.path for one in found.results}) + len(found.failures)
    what = f"interrupted: {done:,} of {numbers.plural(found.total, 'model')} are done"
    kept = not options.no_cache or options.resume is not None
    fix = "the same command goes on where it stopped" if kept else "--resume FILE"
    tell(CostlintError(what, fix=fix))


def rule_rows(made: Sequence[ModelReport]) -> tuple[RuleRow, ...]:
    """The rules behind the findings, with what `costlint explain` says of each."""
    from costlint.analyzers.rules import RULES
    from costlint.explain import rule_text

    found = {finding.rule for entry in made for finding in entry.findings}
    return tuple(
        RuleRow(id=rule.id, title=rule.title, help=rule_text(rule))
        for rule in RULES
        if rule.id in found
    )
