"""One run, over one model or thousands: planned, computed, gated once, shown at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from costlint.baseline import read as read_baseline
from costlint.costmodel.ir.errors import OptionError
from costlint.finish import finish
from costlint.many.against import before, latencies
from costlint.many.expand import Target, expand, named
from costlint.many.names import of_inputs, refuse_unknown
from costlint.many.outcome import Execution, Outcome
from costlint.many.outcomes import outcomes
from costlint.many.plan import Plans
from costlint.many.pool import LOCAL, Pool
from costlint.many.results import RunResults, failed_model, results
from costlint.many.resume import earlier
from costlint.many.streams import FailuresOnScreen, Stream, growing_files
from costlint.on_assumed import judged, refuse_earlier
from costlint.output import colored, shows_digest
from costlint.progress import Progress
from costlint.settings.options import Options


def run(
    models: Sequence[str],
    given: Mapping[str, Any],
    *,
    many: bool = False,
    compared: bool = False,
    gated: bool = True,
) -> int:
    """Check what `models` name and write the report; the exit code.

    `given` are options by their names. `many` takes folders and globs, and shows sums; `compared`
    sets the second of two models against the first. A model that cannot be analysed is told or is
    a line of the result, and the others still are. One with assumed sizes is not analysed where a
    gate is asked for, unless nothing is `gated`.

    Raises:
        OptionError: an option cannot be used, or no model is found.
    """
    plans = Plans(given)
    targets = _expanded(models, plans) if many else [named(model) for model in models]
    options = plans.options(targets[0].path)  # some formats are written from the start
    if compared:
        _refuse_devices([plans.options(target.path) for target in targets])
    found = RunResults(total=len(targets))
    targets_before: Sequence[Target] = ()
    if options.against is not None:
        targets_before, found.before = before(options.against, Options(**given).exclude)
        if found.before:
            refuse_earlier(options.against, options)
    every = (*targets, *targets_before)
    refuse_unknown(
        of_inputs(given.get("shapes"), given.get("values")), [target.path for target in every]
    )
    ended = outcomes(every, plans, _execution(options, whole=not many))
    with Progress(len(every), "models", color=colored(options.color, sys.stderr)) as progress:
        try:
            with (
                growing_files(options)
                if many
                else nullcontext((FailuresOnScreen(progress, several=len(every) > 1),)) as streams
            ):
                _collect(
                    _judged(ended, found, compared=compared) if gated else ended,
                    found,
                    streams,
                    progress,
                )
        except KeyboardInterrupt:
            if not many:
                raise
            found.interrupted = True
    return finish(found, options, many=many, compared=compared)


def _judged(ended: Iterable[Outcome], found: RunResults, *, compared: bool) -> Iterator[Outcome]:
    """Of models of before nothing but the change is held to a gate, as of two that are compared."""
    return (judged(one, compared=compared or one.index >= found.total) for one in ended)


def _expanded(models: Sequence[str], plans: Plans) -> Sequence[Target]:
    if plans.given.get("symbolic"):
        raise OptionError("--symbolic is for single models", fix="name one or a few files")
    targets = [t for t in expand(models) if not t.excluded(plans.options(t.path).exclude)]
    if not targets:
        raise OptionError("every model is excluded", fix="costlint config exclude")
    return targets


def _refuse_devices(each: Iterable[Options]) -> None:
    for options in each:
        if len(options.device) > 1:
            raise OptionError(
                "two models are compared on one device (--device)",
                facts=(f"named are {', '.join(options.device)}",),
                fix=f"-d {options.device[0]}",
            )


def _execution(options: Options, *, whole: bool) -> Execution:
    """How to go about it: what is `whole` is computed here, and never looked up."""
    if whole:
        return Execution(whole=True, hashed=shows_digest(options))
    return Execution(
        pool=Pool(jobs=options.jobs, backend=options.backend or LOCAL),
        cached=not options.no_cache,
        folder=Path(options.cache_dir) if options.cache_dir else None,
        keyed=options.resume is not None or options.output_format == "json-lines",
        earlier=earlier(options.resume) if options.resume else {},
    )


def _collect(
    ended: Iterable[Outcome], found: RunResults, streams: Sequence[Stream], progress: Progress
) -> None:
    """Take what comes, and hand it on to the streams."""
    read = cache(read_baseline)  # each file once
    for outcome in ended:
        if outcome.index >= found.total:
            found.before += latencies(outcome.target.name, outcome.records)
            if outcome.is_refused:
                _failed(outcome, found, streams)
            progress.advance()
            continue
        found.known += outcome.known
        for result in results(outcome, read):
            found.results.append(result)
            for stream in streams:
                stream.result(result, is_new=not outcome.known)
        _failed(outcome, found, streams)
        progress.advance()


def _failed(outcome: Outcome, found: RunResults, streams: Sequence[Stream]) -> None:
    if outcome.failure is not None:
        found.failures.append(failed_model(outcome.target, outcome.failure))
        for stream in streams:
            stream.failure(outcome.target, outcome.failure)
