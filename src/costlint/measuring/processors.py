"""The processors that this process runs on, and keeping it to some of them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LOOK_S: Final = 0.15
"""How long to look at what the processors do, before some are chosen."""


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def pinned(threads: int) -> Iterator[tuple[str, ...]]:
    """Keep this process to `threads` processors; gives what may disturb a timing."""
    if hasattr(os, "sched_getaffinity"):
        before = os.sched_getaffinity(0)
        chosen = _calmest(before)[:threads]
        os.sched_setaffinity(0, chosen)
        try:
            yield _disturbances(chosen[0])
        finally:
            os.sched_setaffinity(0, before)
    else:
        yield ("the system cannot keep the process to its processors: expect more spread",)


def _calmest(candidates: set[int]) -> list[int]:
    """The processors, those first that had the least to do in the last moment."""
    if len(candidates) == 1:
        return list(candidates)
    first = _idle_ticks()
    time.sleep(LOOK_S)
    then = _idle_ticks()
    return sorted(candidates, key=lambda cpu: (first.get(cpu, 0) - then.get(cpu, 0), -cpu))


def _idle_ticks() -> dict[int, int]:
    """Idle time of each processor so far, in ticks; empty where the system does not say."""
    statistics = Path("/proc/stat")
    if not statistics.is_file():
        return {}
    rows = (line.split() for line in statistics.read_text().splitlines())
    return {int(row[0][3:]): int(row[4]) for row in rows if re.fullmatch(r"cpu\d+", row[0])}


def _disturbances(processor: int) -> tuple[str, ...]:
    governor = Path(f"/sys/devices/system/cpu/cpu{processor}/cpufreq/scaling_governor")
    mode = governor.read_text().strip() if governor.is_file() else "performance"
    if mode == "performance":
        return ()
    return (f"the clock follows the load (governor {mode}): expect more spread",)
