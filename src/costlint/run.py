"""One run over models and devices: options and settings joined, entries made."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

from costlint._version import __version__
from costlint.asked import Asked, arguments, devices_of
from costlint.baseline import Accepted, accepting, pruned, with_accepted
from costlint.baseline import read as read_baseline
from costlint.baseline import write as write_baseline
from costlint.costmodel.ir.errors import CostlintError
from costlint.details import details
from costlint.gate import gate, regression_gate, unchecked_budgets
from costlint.output import SILENT, Show, colored, shows_digest, tell, warn, write
from costlint.progress import Progress
from costlint.reports.report import ModelReport, Report
from costlint.reports.rows import RuleRow
from costlint.reports.text import visible
from costlint.settings import Settings
from costlint.unused import judged_together

GATE_FAILED: Final = 1
NOT_ANALYSED: Final = 2
DEFAULT_BASELINE: Final = "costlint-baseline.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An entry with the settings that hold for its model."""

    entry: ModelReport
    settings: Settings


def run(models: Sequence[str], asked: Asked, show: Show) -> int:
    """Check `models`, write the report; the exit code.

    A model that cannot be analysed is told on stderr, and the others still are.
    """
    made: list[Made] = []
    errors: dict[str, None] = {}  # an option that is wrong is wrong for every model: told once
    with Progress(len(models), "models", color=colored(show.color, sys.stderr)) as progress:
        for model in models:
            try:
                settings = asked.settings(model)
                hashed = shows_digest(show, settings.get("output-format"))
                found = entries(model, replace(asked, hashed=hashed))
                made.extend(Made(entry=entry, settings=settings) for entry in found)
            except CostlintError as error:
                if str(error) not in errors:
                    progress.pause()
                    tell(error)
                errors[str(error)] = None
            progress.advance()
    return finish(made, asked, show, failed=bool(errors))


def finish(made: Sequence[Made], asked: Asked, show: Show, *, failed: bool = False) -> int:
    """Accept what the baselines accept, hold the rest to the gate, write it; the exit code.

    `failed` says that a model is missing, because it could not be analysed.
    """
    if not made or (failed and asked.compared):
        return NOT_ANALYSED
    entries = judged_together(with_baselines(made, asked))
    held = [replace(m, entry=entry) for m, entry in zip(made, entries, strict=True)]
    report = _report(held, asked)
    if show.verbose:
        for one in held:
            for line in details(one.entry, one.settings, show.verbose):
                sys.stderr.write(f"{visible(line)}\n")
    write(report, show, held[-1].settings.get("output-format"))
    if show.quiet < SILENT:
        for text in unchecked_budgets([(m.entry, asked.limits(m.settings)) for m in held]):
            warn(text)
    return NOT_ANALYSED if failed else 0 if report.gate.passed else GATE_FAILED


def _report(made: Sequence[Made], asked: Asked) -> Report:
    from costlint.pipeline import change_between

    entries = tuple(one.entry for one in made)
    if asked.compared:
        held = regression_gate(entries[0], entries[1], asked.max_regression)
    else:
        held = gate([(one.entry, asked.limits(one.settings)) for one in made])
    return Report(
        tool_version=__version__,
        models=entries,
        gate=held,
        rules=rule_rows(entries),
        compared=asked.compared,
        change=change_between(entries[0], entries[1]) if asked.compared else None,
        command=" ".join(["costlint", *map(shlex.quote, sys.argv[1:])]),
        date=today().isoformat(),
    )


def with_baselines(made: Sequence[Made], asked: Asked) -> list[ModelReport]:
    """The entries with the accepted findings suppressed, after renewing baselines if asked to."""
    paths = [asked.baseline or one.settings.path("baseline") for one in made]
    if asked.renews_baseline:
        paths = [path or DEFAULT_BASELINE for path in paths]
    rows: dict[str, tuple[Accepted, ...]] = {}
    for path in dict.fromkeys(path for path in paths if path):
        own = [one for one, its in zip(made, paths, strict=True) if its == path]
        if asked.renews_baseline:
            renewed = accepting if asked.renews_baseline == "write" else pruned
            entries = [one.entry for one in own]
            write_baseline(path, renewed(entries, path, _rules_run(own, asked)))
            sys.stderr.write(f"wrote {path}\n")
        rows[path] = read_baseline(path)
    return [
        with_accepted(one.entry, rows[path], path) if path else one.entry
        for one, path in zip(made, paths, strict=True)
    ]


def _rules_run(made: Sequence[Made], asked: Asked) -> frozenset[str]:
    """The rules that all of `made` were checked against."""
    from costlint.analyzers.rules import rules_for

    told = [arguments(asked, one.settings) for one in made]
    ran = [{rule.id for rule in rules_for(each["select"], each["ignore"])} for each in told]
    return frozenset(set.intersection(*ran))


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


def today() -> date:
    """The day of the run, here."""
    return datetime.now(tz=UTC).astimezone().date()


def entries(model: str, asked: Asked) -> Iterator[ModelReport]:
    """The entry of `model` for each device, one by one.

    Raises:
        CostlintError: the model, a device, an option or the settings cannot be used.
    """
    from costlint.pipeline import checked_on, counted

    settings = asked.settings(model)
    told = arguments(asked, settings)
    if asked.symbolic:
        names = ("shapes", "batch", "strict")
        yield counted(model, symbolic=True, **{name: told[name] for name in names})
        return
    yield from checked_on(model, devices_of(asked, settings), **told)
