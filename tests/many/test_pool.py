"""Every task ends once, whatever dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from costlint.costmodel.ir.errors import OptionError
from costlint.many.pool import Pool, run_all
from costlint.many.work import BUG, DIED, Done, Task, work
from costlint.settings.options import Options

HERE = os.getpid()


def tasks(count: int) -> list[Task]:
    return [
        Task(index=i, path=f"m{i}.onnx", devices=(), options=Options(), hashed=False)
        for i in range(count)
    ]


def killed_by(*deadly: int) -> Callable[[Task], Done]:
    """Work whose tasks `deadly` kill the process they run in; a closure travels by value."""

    def do(task: Task) -> Done:
        import os

        if task.index in deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return Done(index=task.index)

    return do


def ended(found: Iterator[Done]) -> dict[int, str]:
    """How each task ended, in the order of the tasks; no task may end twice."""
    ends: dict[int, str] = {}
    for done in found:
        assert done.index not in ends
        ends[done.index] = done.failure.kind if done.failure else "done"
    return dict(sorted(ends.items()))


def test_one_job_runs_here() -> None:
    def do(task: Task) -> Done:
        assert os.getpid() == HERE
        return Done(index=task.index)

    assert ended(run_all(tasks(3), Pool(jobs=1), do)) == dict.fromkeys(range(3), "done")


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_tasks_that_kill_their_process_fail_alone() -> None:
    ends = ended(run_all(tasks(12), Pool(jobs=2), killed_by(3, 8)))
    assert ends == {i: DIED if i in {3, 8} else "done" for i in range(12)}


def test_an_unknown_backend_is_named() -> None:
    with pytest.raises(OptionError, match="unknown backend 'lokki'"):
        list(run_all(tasks(2), Pool(backend="lokki")))


def test_a_bug_in_one_model_is_its_own_result(monkeypatch) -> None:
    monkeypatch.setattr("costlint.many.work._records", lambda _: 1 / 0)
    failure = work(tasks(1)[0]).failure
    assert failure is not None
    assert failure.kind == BUG
    assert "ZeroDivisionError" in failure.what


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    """A real cluster: a scheduler here, three worker processes."""
    distributed = pytest.importorskip("distributed")
    import logging

    for name in ("distributed", "distributed.nanny", "distributed.scheduler"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        yield made


def address(cluster) -> str:
    return str(cluster.scheduler_address).removeprefix("tcp://")


DASK = pytest.mark.filterwarnings("default")  # Dask's own deprecations and open sockets


@DASK
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_worker_that_is_killed_in_the_middle_loses_nothing(cluster) -> None:
    def do(task: Task) -> Done:

        time.sleep(0.05)
        return Done(index=task.index)

    victim = next(iter(cluster.workers.values())).pid
    assert victim not in {None, HERE}
    found = run_all(tasks(60), Pool(backend=f"dask://{address(cluster)}"), do)
    done = [next(found) for _ in range(15)]
    os.kill(victim, signal.SIGKILL)
    ends = ended(iter([*done, *found]))
    assert ends == dict.fromkeys(range(60), "done")


@DASK
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_task_that_kills_every_worker_fails_and_ends_the_wait(cluster) -> None:
    """Dask gives such a task up after a few deaths, of which joblib does not hear."""
    pool = Pool(backend=f"dask://{address(cluster)}")
    ends = ended(run_all(tasks(12), pool, killed_by(5)))
    assert ends == {i: DIED if i == 5 else "done" for i in range(12)}


@DASK
def test_a_connection_ends_with_its_run(cluster) -> None:
    before = {thread.ident for thread in threading.enumerate()}
    do = killed_by()
    assert len(list(run_all(tasks(3), Pool(backend=f"dask://{address(cluster)}"), do))) == 3
    left = [t.name for t in threading.enumerate() if t.ident not in before]
    assert "IO loop" not in left


@DASK
def test_no_scheduler_is_an_error(monkeypatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("costlint.many.dask_backend._CONNECT_S", 0.5)
    with pytest.raises(OptionError, match="no Dask scheduler answers"):
        list(run_all(tasks(2), Pool(backend="dask://127.0.0.1:9")))
