"""Runs models one after another in a process of its own, which may hang or die of a model."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

SECONDS = 60.0
ADDRESS_BYTES = 12_000_000_000
"""Above what a model may hold, because libraries reserve more than they touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one model: finds, stages that were done, and what was refused, by stage."""

    name: str
    finds: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


Job = tuple[str, bytes | None, int]
"""A name, a model (None: the random one of the seed), and the seed of what is done with it."""


def outcome_of(job: Job, path: Path, *, oracle_only: bool) -> Outcome:
    """Make the model where it is a random one, hold it to the oracle, and run all stages on it."""
    from tests.generated.oracle import differences
    from tests.generated.pipeline import Finds, run
    from tests.generated.random_graphs import made

    name, data, seed = job
    start = time.perf_counter()
    wrong: list[str] = []
    shapes = None
    if data is None:
        model = made(seed)
        wrong = list(differences(model))
        data, shapes = model.data, dict(model.shapes)
    path.write_bytes(data)
    found = Finds() if oracle_only else run(path, shapes, seed=seed)
    return Outcome(
        name=name,
        finds=(*found, *wrong),
        done=tuple(found.done),
        refused=found.refused,
        seconds=time.perf_counter() - start,
    )


def _serve(connection: Connection, *, oracle_only: bool) -> None:
    from tests.generated.pipeline import one_of_each

    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    one_of_each()
    with tempfile.TemporaryDirectory() as folder:
        while True:
            job = connection.recv()
            connection.send(outcome_of(job, Path(folder) / "m.onnx", oracle_only=oracle_only))


def outcomes(
    jobs: Iterable[Job], *, oracle_only: bool = False, seconds: float = SECONDS
) -> Iterator[Outcome]:
    """The outcome of each job, in order. `oracle_only` loads and counts and does no more."""
    worker = _Worker(oracle_only=oracle_only)
    try:
        for job in jobs:
            outcome = worker.ask(job, seconds)
            if isinstance(outcome, str):
                worker = _Worker(oracle_only=oracle_only)
                outcome = Outcome(name=job[0], finds=(outcome,))
            yield outcome
    finally:
        worker.end()


class _Worker:
    """A process and the way to talk to it."""

    def __init__(self, *, oracle_only: bool) -> None:
        context = multiprocessing.get_context("forkserver")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(theirs,), kwargs={"oracle_only": oracle_only}, daemon=True
        )
        self.process.start()
        theirs.close()

    def ask(self, job: Job, seconds: float) -> Outcome | str:
        """The outcome, or how the process ended instead."""
        self.connection.send(job)
        try:
            if self.connection.poll(seconds):
                answer: Outcome = self.connection.recv()
                return answer
            self.end()
        except (EOFError, ConnectionResetError):
            self.process.join()
            code = self.process.exitcode or 0
            return f"dies: {signal.Signals(-code).name if code < 0 else code}"
        return f"hangs: more than {seconds:g} s"

    def end(self) -> None:
        self.process.kill()
        self.process.join()
