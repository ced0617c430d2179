"""Where results and failures go one by one, before the run is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Protocol

from costlint.many.expand import Target
from costlint.many.results import Result
from costlint.many.work import Failure
from costlint.output import tell
from costlint.progress import Progress
from costlint.settings.options import Options


class Stream(Protocol):
    """Where results go one by one."""

    def result(self, result: Result, *, is_new: bool) -> None:
        """One model on one device; `is_new` says that this run computed it."""

    def failure(self, target: Target, failure: Failure) -> None:
        """A model without a result."""


class FailuresOnScreen:
    """Failures on stderr as they come; one that holds for several models is told once."""

    def __init__(self, progress: Progress, *, several: bool) -> None:
        self._progress = progress
        self._several = several
        self._told: set[str] = set()

    def result(self, result: Result, *, is_new: bool) -> None:
        """Nothing: results are shown at the end."""

    def failure(self, target: Target, failure: Failure) -> None:
        """Tell it, with the model's name where it is one of several."""
        error = failure.error()
        if str(error) not in self._told:
            self._told.add(str(error))
            self._progress.pause()
            if self._several and target.name not in str(error):
                error = replace(failure, what=f"{target.name}: {failure.what}").error()
            tell(error)


@contextmanager
def growing_files(options: Options) -> Iterator[Sequence[Stream]]:
    """The files of a run over many models that are written while it goes on."""
    from costlint.many.result_files import JsonLines, Parquet

    with ExitStack() as opened:
        streams: list[Stream] = []
        if options.resume is not None:
            streams.append(opened.enter_context(JsonLines(options.resume, resumed=True)))
        if options.output_format == "parquet":
            streams.append(opened.enter_context(Parquet(options.output_file)))
        elif options.output_format == "json-lines" and (not streams or options.output_file):
            streams.append(opened.enter_context(JsonLines(options.output_file)))
        yield streams
