"""`costlint check` over folders, globs and long lists."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from costlint._version import __version__
from costlint.asked import Asked
from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.gate import gate, unchecked_budgets
from costlint.many.against import Latency, before, changes, latencies, slower
from costlint.many.expand import Target, expand
from costlint.many.plan import Plans
from costlint.many.resume import earlier
from costlint.many.run import How, Outcome, check_all
from costlint.many.shown import show_many
from costlint.many.stream import JsonLines, Parquet, Stream, failed_model
from costlint.many.summary import Baselines, Held, held
from costlint.many.ways import Ways
from costlint.many.work import BUG
from costlint.output import SILENT, Show, colored, tell, warn
from costlint.progress import Progress
from costlint.reports import numbers
from costlint.reports.many.report import FailedModel, ManyReport
from costlint.reports.report import Gate
from costlint.run import GATE_FAILED, NOT_ANALYSED, Made, today, with_baselines

BROKEN: Final = 3
INTERRUPTED: Final = 130


@dataclass(slots=True)
class _Run:
    """What has come so far."""

    held: list[Held] = field(default_factory=list)
    failed: list[FailedModel] = field(default_factory=list)
    before: list[Latency] = field(default_factory=list)
    known: int = 0
    interrupted: bool = False


def run_many(models: Sequence[str], asked: Asked, show: Show, ways: Ways) -> int:
    """Check everything that `models` name; the exit code.

    Each model that fails is one line of the result. Ctrl-C ends early with what is done.

    Raises:
        OptionError: an option cannot be used, or no model is found.
    """
    if asked.symbolic:
        raise OptionError("--symbolic is for single models", fix="name one or a few files")
    plans = Plans(asked)
    targets = tuple(t for t in expand(models) if not _left_out(t, plans, ways.exclude))
    if not targets:
        raise OptionError("every model is excluded", fix="costlint config exclude")
    show = _with_format(show, targets[0], plans)
    run = _Run()
    targets_before, run.before = before(ways.against, ways.exclude) if ways.against else ((), [])
    how = How(
        pool=ways.pool,
        cached=ways.cached,
        folder=Path(ways.cache_dir) if ways.cache_dir else None,
        keyed=ways.resume is not None or show.output_format == "json-lines",
        earlier=earlier(ways.resume) if ways.resume else {},
    )
    total = len(targets) + len(targets_before)
    bar = Progress(total, "models", color=colored(show.color, sys.stderr))
    with _streams(show, ways, run) as streams, bar as progress:
        _go(targets, targets_before, asked, how, run, streams, progress)
    return _finish(run, asked, show, ways, len(targets))


def _go(  # noqa: PLR0913, PLR0917 - the parts of one run
    targets: Sequence[Target],
    targets_before: Sequence[Target],
    asked: Asked,
    how: How,
    run: _Run,
    streams: Sequence[Stream],
    progress: Progress,
) -> None:
    baselines = Baselines()
    try:
        for outcome in check_all((*targets, *targets_before), asked, how):
            if outcome.index < len(targets):
                _take(outcome, run, streams, baselines)
            else:
                run.before += latencies(outcome.target.name, outcome.records)
            progress.advance()
    except KeyboardInterrupt:
        run.interrupted = True


def _take(outcome: Outcome, run: _Run, streams: Sequence[Stream], baselines: Baselines) -> None:
    run.known += outcome.known
    if outcome.failure is not None:
        run.failed.append(failed_model(outcome.target, outcome.failure))
        for stream in streams:
            stream.failure(outcome.target, outcome.failure)
    for one in held(outcome, baselines):
        run.held.append(one)
        for stream in streams:
            stream.result(one.entry, one.record, one.key, is_new=not outcome.known)


@contextmanager
def _streams(show: Show, ways: Ways, run: _Run) -> Iterator[tuple[Stream, ...]]:
    """The files that grow while the run goes on."""
    made: list[Stream] = []
    if ways.resume is not None:
        made.append(JsonLines(ways.resume, resumed=True))
    if show.output_format == "json-lines" and (ways.resume is None or show.output_file):
        made.append(JsonLines(show.output_file))
    elif show.output_format == "parquet":
        made.append(Parquet(show.output_file))
    try:
        yield tuple(made)
    finally:
        for stream in made:
            stream.close(interrupted=run.interrupted)


def _with_format(show: Show, first: Target, plans: Plans) -> Show:
    """The format of the settings where no option names one: some are written from the start."""
    try:
        named = show.output_format or plans.of(first.path).settings.get("output-format")
    except CostlintError:
        named = None
    return replace(show, output_format=named)


def _left_out(target: Target, plans: Plans, patterns: Sequence[str]) -> bool:
    """Whether it is excluded, by its settings too; settings that are wrong are told later."""
    if target.excluded(patterns):
        return True
    try:
        return target.excluded(plans.of(target.path).settings.get("exclude") or ())
    except CostlintError:
        return False


def _finish(run: _Run, asked: Asked, show: Show, ways: Ways, total: int) -> int:
    if asked.renews_baseline:  # all of them are needed for that: it was not done on the way
        _renew(run, asked)
    run.held.sort(key=lambda one: (one.entry.report.path, one.entry.report.title))
    entries = tuple(one.entry for one in run.held)
    changed = changes(run.before, entries) if ways.against else ()
    held_to = gate([(one.entry.report, asked.limits(one.settings)) for one in run.held])
    reasons = (*held_to.reasons, *slower(changed, ways.max_regression))
    passed = not reasons
    report = ManyReport(
        tool_version=__version__,
        entries=entries,
        failed=tuple(run.failed),
        changes=changed,
        against=ways.against or "",
        gate=Gate(passed=passed, reasons=reasons, fail_on=held_to.fail_on),
        command=" ".join(["costlint", *map(shlex.quote, sys.argv[1:])]),
        date=today().isoformat(),
    )
    show_many(report, show)
    if show.verbose:
        sys.stderr.write(f"{run.known:,} of {numbers.plural(total, 'model')} were known\n")
    if show.quiet < SILENT:
        for text in unchecked_budgets(
            [(o.entry.report, asked.limits(o.settings)) for o in run.held]
        ):
            warn(text)
    if run.interrupted:
        done = len({one.entry.report.path for one in run.held}) + len(run.failed)
        what = f"interrupted: {done:,} of {numbers.plural(total, 'model')} are done"
        kept = ways.cached or ways.resume is not None
        fix = "the same command goes on where it stopped" if kept else "--resume FILE"
        tell(CostlintError(what, fix=fix))
        return INTERRUPTED
    if any(failed.kind == BUG for failed in run.failed):
        return BROKEN
    return NOT_ANALYSED if run.failed else 0 if passed else GATE_FAILED


def _renew(run: _Run, asked: Asked) -> None:
    made = [Made(entry=one.entry.report, settings=one.settings) for one in run.held]
    run.held = [
        replace(one, entry=replace(one.entry, report=report))
        for one, report in zip(run.held, with_baselines(made, asked), strict=True)
    ]
