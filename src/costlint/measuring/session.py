"""Running a model here with onnxruntime: how long it takes, and where."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from costlint.costmodel.inference.batch import batch_size
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.load import load_bound
from costlint.costmodel.reader import Model, read
from costlint.measuring.inputs import random_inputs
from costlint.measuring.kernel_times import kernel_seconds, read_profile
from costlint.measuring.machine import block_channels, cache_bytes
from costlint.measuring.mapping import ops_of_kernels
from costlint.measuring.measurement import KernelTiming, Measurement
from costlint.measuring.processors import pinned, processors
from costlint.measuring.trial import Trial, onnxruntime_module
from costlint.reports.caveats import sizes_taken

WARM_UP_S: Final = 0.3
WARM_UP_RUNS: Final = 3
PROFILED_RUNS: Final = 30
RESTLESS: Final = 1.5
"""From which ratio of slow to quick runs on a measurement is doubtful."""
WAITING: Final = 1.2
"""From which ratio of the clock's time to the processor's on it is worth a word."""
FINE_S: Final = 1e-6
"""Resolution that a clock needs for single runs."""


def measure(  # noqa: PLR0913 - what `load` takes, and how to run
    model: Model,
    *,
    runs: int = 30,
    threads: int = 1,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    seed: int = 0,
) -> Measurement:
    """Time `model` on this machine with onnxruntime on the CPU.

    Missing weights and the inputs are random, the same for the same `seed`; a batch size that
    nobody bound is 1. The process keeps to `threads` processors meanwhile, where the system can.

    Raises:
        CostlintError: onnxruntime is not installed, or cannot run the model.
    """
    _check(runs, threads)
    ort = onnxruntime_module()
    graph, data = _runnable(model, seed, shapes=shapes, batch=batch, values=values)
    trial = Trial(ort=ort, data=data, feeds=random_inputs(graph, seed=seed), threads=threads)
    with pinned(threads) as disturbances:
        seconds, waiting = _timed(trial, runs)
        kernels = _profiled(trial, graph, min(runs, PROFILED_RUNS))
    cuts = statistics.quantiles(seconds, n=20, method="inclusive") if runs > 1 else seconds * 19
    return Measurement(
        graph=graph.path or "",
        batch=batch_size(graph) or 1,
        threads=threads,
        runs=runs,
        runtime=f"onnxruntime {ort.__version__}",
        latency_s=statistics.median(seconds),
        low_s=cuts[0],
        high_s=cuts[-1],
        kernels=kernels,
        lanes=block_channels(),
        cache_bytes=cache_bytes(),
        notes=(
            *(caveat.text for caveat in sizes_taken(graph)),
            *(*graph.notes, *_unrest(cuts[0], cuts[-1], waiting), *disturbances),
        ),
    )


def _unrest(low_s: float, high_s: float, waiting: float) -> Iterator[str]:
    if waiting > WAITING:
        yield (
            f"the clock says {waiting:.1f} times as much as the processor's own time,"
            " which is given: other work was running"
        )
    if high_s > RESTLESS * low_s:
        yield f"slow runs took {high_s / low_s:.1f} times the quick ones: other work was running"


def _check(runs: int, threads: int) -> None:
    for name, value in (("runs", runs), ("threads", threads)):
        if value < 1:
            raise OptionError(f"--{name} {value} is not a positive whole number")
    here = processors()
    if threads > here:
        raise OptionError(
            f"--threads {threads} is more than this machine gives",
            facts=(f"this process may use {here}",),
            fix=f"--threads {here}",
        )


def _runnable(
    model: Model,
    seed: int,
    *,
    shapes: ShapeOption | None,
    batch: int | None,
    values: ValueOption | None,
) -> tuple[OpGraph, bytes]:
    """The op graph of `model` and a file that runs: with weights, shapes and unique names."""
    from costlint.costmodel.models.binding import bind, name_by_output
    from costlint.costmodel.models.protos import serialised
    from costlint.costmodel.models.weights import with_weights

    if not isinstance(model, (str, os.PathLike)) or os.fspath(model) == "-":
        model = _held(model)
    graph = load_bound(model, shapes=shapes, batch=batch, values=values)
    proto = with_weights(model, seed=seed)
    bind(proto, graph)
    name_by_output(proto)
    return graph, serialised(proto)


def _held(model: Model) -> Model:
    """The bytes of a model that is given as a stream, which can be read only once."""
    if isinstance(model, (str, os.PathLike)):
        return sys.stdin.buffer.read()
    return model.read() if hasattr(model, "read") else model


def _timed(trial: Trial, runs: int) -> tuple[list[float], float]:
    """The seconds of each run after a warm-up, and by how much the clock's median is longer.

    On one thread a run is timed by the processor's own time, so that other work of this machine
    counts less. Several threads wait for each other and are timed by the clock.
    """
    session = trial.session()
    until = time.perf_counter() + WARM_UP_S
    done = 0
    while done < WARM_UP_RUNS or (time.perf_counter() < until and done < runs):
        trial.run(session)
        done += 1
    is_fine = time.get_clock_info("thread_time").resolution <= FINE_S
    own = time.thread_time if trial.threads == 1 and is_fine else time.perf_counter
    seconds, by_clock = [], []
    for _ in range(runs):
        start, began = time.perf_counter(), own()
        session.run(None, trial.feeds)
        seconds.append(own() - began)
        by_clock.append(time.perf_counter() - start)
    return seconds, statistics.median(by_clock) / max(statistics.median(seconds), 1e-9)


def _profiled(trial: Trial, graph: OpGraph, runs: int) -> tuple[KernelTiming, ...]:
    """Each kernel of the optimised graph that ran, in the order in which they can run."""
    with tempfile.TemporaryDirectory(prefix="costlint-") as folder:
        optimised = Path(folder) / "optimised.onnx"
        session = trial.session(
            enable_profiling=True,
            profile_file_prefix=str(Path(folder) / "profile"),
            optimized_model_filepath=str(optimised),
        )
        nodes = read(optimised).graph.nodes
        optimised.unlink()
        for _ in range(runs + 1):
            trial.run(session)
        seconds = kernel_seconds(read_profile(session.end_profiling()), skip=1)
    ops = ops_of_kernels(graph, nodes)
    return tuple(
        KernelTiming(
            name=node.name,
            op_type=node.op_type,
            ops=tuple(name for op in ops.get(node.name, ()) for name in _names(op)),
            latency_s=seconds[node.name],
        )
        for node in nodes
        if node.name in seconds
    )


def _names(op: Op) -> Iterator[str]:
    """The name of an op, and those of the ops in its bodies, which run inside its kernel."""
    yield op.name
    for body in op.bodies:
        for inner in body.ops:
            yield from _names(inner)
