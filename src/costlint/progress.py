"""A bar on stderr for work that takes longer than half a second, on a screen only."""

from __future__ import annotations

import sys
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Final, Self

PATIENCE_S: Final = 0.5


class Progress:
    """`with Progress(12, "models") as progress: ... progress.advance()`."""

    def __init__(self, total: int, what: str, *, color: bool = True) -> None:
        self._total, self._what, self._done = total, what, 0
        self._color = color
        self._bar: Any = None
        self._task: Any = None
        self._lock = Lock()
        self._timer = Timer(PATIENCE_S, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._timer.cancel()
            self._hide()

    def advance(self, text: str = "") -> None:
        """One more is done; `text` replaces what is said before the bar."""
        with self._lock:
            self._done += 1
            self._what = text or self._what
            if self._bar is not None:
                self._bar.update(self._task, completed=self._done, description=self._what)

    def pause(self) -> None:
        """Take the bar away, so that a message can be printed; the next half second brings it."""
        with self._lock:
            if self._bar is not None:
                self._hide()
                self._timer = Timer(PATIENCE_S, self._show)
                self._timer.daemon = True
                self._timer.start()

    def _show(self) -> None:
        from rich import progress as rich
        from rich.console import Console
        from rich.text import Text

        class Rate(rich.ProgressColumn):
            """How many are done a second."""

            def render(self, task: rich.Task) -> Text:
                return Text(f"{task.speed:.1f}/s" if task.speed else "")

        with self._lock:
            if not self._timer.finished.is_set() and self._bar is None:
                text = rich.TextColumn("{task.description}")
                counts = (rich.BarColumn(), rich.MofNCompleteColumn())
                times = (Rate(), rich.TimeElapsedColumn(), rich.TimeRemainingColumn())
                console = Console(stderr=True, color_system="auto" if self._color else None)
                bar = rich.Progress(text, *counts, *times, console=console, transient=True)
                self._bar = bar
                self._task = bar.add_task(self._what, total=self._total, completed=self._done)
                bar.start()

    def _hide(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
