"""Tasks over processes or a cluster, through joblib. Every task ends once, whatever dies."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from costlint.costmodel.ir.errors import OptionError
from costlint.many.work import Done, Task, died, work

if TYPE_CHECKING:
    from joblib import Parallel

LOCAL: Final = "loky"
_AHEAD: Final = 2
"""Tasks handed out for each worker: it never waits, and few are lost with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Where tasks run: `jobs` processes here, or a backend `dask://host:port`, `ray`, `ray://...`.

    `jobs` of None is one for each core, or all that the cluster has. Any other name is one of
    joblib's backends.
    """

    jobs: int | None = None
    backend: str = LOCAL

    def workers(self, tasks: int) -> int:
        """Processes worth starting here for so many tasks."""
        return max(1, min(self.jobs or cores(), tasks))


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_all(tasks: Sequence[Task], pool: Pool, do: Callable[[Task], Done] = work) -> Iterator[Done]:
    """The results of `do` in the order they come, one for each task.

    When a process dies, what was in its reach is tried again alone, each in a process of its own:
    the one that kills its worker is told apart from those that were beside it.
    """
    workers = pool.workers(len(tasks))
    if pool.backend == LOCAL and workers == 1 and pool.jobs in {None, 1}:
        yield from map(do, tasks)
        return
    with ExitStack() as opened:
        yield from _each_once(tasks, _submitter(pool, workers, do, opened), _AHEAD * workers)


def _each_once(tasks: Sequence[Task], submit: _Submit, ahead: int) -> Iterator[Done]:
    waiting = {task.index: task for task in tasks}
    while waiting:
        for done in _surviving(submit, tuple(waiting.values())):
            del waiting[done.index]
            yield done
        for task in tuple(waiting.values())[:ahead]:
            again = list(_surviving(submit, (task,)))
            del waiting[task.index]
            yield again[0] if again else died(task)


_Submit = Callable[[Sequence[Task]], Iterator[Any]]


def _surviving(submit: _Submit, tasks: Sequence[Task]) -> Iterator[Done]:
    """What comes back until a worker dies."""
    results = submit(tasks)
    try:
        for done in results:
            if isinstance(done, Done):
                yield done
    except _deaths():
        return
    finally:
        with warnings.catch_warnings():  # joblib warns that results of other tasks are dropped
            warnings.simplefilter("ignore")
            results.close()  # type: ignore[attr-defined]


def _submitter(pool: Pool, workers: int, do: Callable[[Task], Done], opened: ExitStack) -> _Submit:
    """What runs tasks in parallel on the backend; `opened` holds the connection that it needs."""
    from joblib import Parallel

    scheme, _, address = pool.backend.partition("://")
    if scheme == "dask":
        from costlint.many.dask_backend import connected

        backend = opened.enter_context(connected(address))
        return _submitting(do, partial(Parallel, n_jobs=-1, backend=backend, **_SINGLE))
    if scheme == "ray":
        _register_ray(pool.backend if address else None)
        # It gives back lists only: results come a few at a time.
        make = partial(Parallel, n_jobs=pool.jobs or -1, backend="ray", batch_size=1)
        return _submitting(do, make, chunk=8 * workers)
    # Two at least: joblib runs a single job in this process, where its death would be ours.
    make = partial(Parallel, n_jobs=max(2, workers), backend=scheme, **_SINGLE)
    try:
        make()
    except ValueError as error:
        raise OptionError(
            f"unknown backend {pool.backend!r} (--backend)",
            facts=("known are loky (this machine), dask://HOST:PORT and ray",),
        ) from error
    return _submitting(do, make)


_SINGLE: Final[dict[str, Any]] = {
    "return_as": "generator_unordered",
    "batch_size": 1,
    "pre_dispatch": f"{_AHEAD}*n_jobs",
}


def _submitting(
    do: Callable[[Task], Done], make: Callable[[], Parallel], chunk: int | None = None
) -> _Submit:
    """What submits all tasks at once, or `chunk` at a time."""

    def submit(tasks: Sequence[Task]) -> Iterator[Any]:
        from joblib import delayed

        size = chunk or len(tasks)
        for first in range(0, len(tasks), size):
            yield from make()(delayed(do)(task) for task in tasks[first : first + size])

    return submit


def _register_ray(address: str | None) -> None:
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise OptionError(
            "the backend ray is not installed (--backend)", fix="pip install 'ray[default]'"
        ) from error
    if not ray.is_initialized():
        ray.init(address=address, log_to_driver=False)
    register_ray()


def _deaths() -> tuple[type[BaseException], ...]:
    """The errors that say that a worker is gone."""
    from concurrent.futures.process import BrokenProcessPool

    ray = sys.modules.get("ray.exceptions")
    return (BrokenProcessPool, *([ray.RayActorError, ray.WorkerCrashedError] if ray else []))
