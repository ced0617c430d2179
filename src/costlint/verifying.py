"""Check advice before it is followed: both networks of a finding, run on this machine."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from costlint.costmodel.devices import Device
from costlint.costmodel.edit import Edit, apply
from costlint.costmodel.estimate import estimate
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.ir.errors import CostlintError, ModelError
from costlint.costmodel.ir.graph import OpGraph, op_key
from costlint.costmodel.reader import Model
from costlint.fixing import onnxruntime

if TYPE_CHECKING:
    from costlint.analyzers.finding import Finding, Saving
    from costlint.costmodel.channels import Channels

WARM_UP: Final = 3
NO_DENORMALS: Final = ("session.set_denormal_as_zero", "1")
"""Values that decay through a part with random weights must not cost more than others."""
CLOSE: Final = 0.03
"""A smaller difference, as a share of before, is no more than runs differ among themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One finding: `predicted` and the seconds measured, both of the ops that the edit touches.

    `why_not` says why a finding was not run; then the rest is None or 0.
    """

    finding: Finding
    predicted: Saving | None = None
    before_s: float = 0.0
    after_s: float = 0.0
    why_not: str = ""

    @property
    def saved_s(self) -> float:
        """The measured saving."""
        return self.before_s - self.after_s

    @property
    def has_sign(self) -> bool:
        """Whether prediction and measurement agree on who is faster."""
        return self.predicted is not None and (self.predicted.saved_s > 0) == (self.saved_s > 0)

    @property
    def is_close(self) -> bool:
        """Whether the two ran so nearly alike that the sign says little."""
        return abs(self.saved_s) < CLOSE * self.before_s

    @property
    def is_covered(self) -> bool:
        """Whether the measured saving lies in the predicted interval."""
        found = self.predicted
        return found is not None and found.low_s <= self.saved_s <= found.high_s


def verify(  # noqa: PLR0913 - what a run can be told
    model: Model | OpGraph,
    device: Device,
    *,
    select: Iterable[str] = ("G",),
    ignore: Iterable[str] = (),
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    runs: int = 20,
    threads: int = 1,
) -> tuple[Verified, ...]:
    """Run the networks before and after each finding with onnxruntime and time both in turn.

    `device` should be this machine's profile (`costlint calibrate`), else signs may agree but
    milliseconds cannot.

    Raises:
        CostlintError: the model cannot be read, or onnxruntime is not installed.
    """
    from costlint.analyzers.analyze import analyze
    from costlint.costmodel.channels import channels_of

    onnxruntime()
    predicted = estimate(model, device, shapes=shapes, batch=batch, values=values)
    found = analyze(predicted, select=tuple(select), ignore=tuple(ignore)).findings
    channels = channels_of(predicted.graph)
    rows = []
    for finding in found:
        why_not = _why_not(finding.edit)
        if why_not or finding.edit is None:
            rows.append(Verified(finding=finding, why_not=why_not))
            continue
        parts = _parts(predicted.graph, finding.edit, channels)
        try:
            rows.append(_verified(finding, parts, device, runs=runs, threads=threads))
        except CostlintError as error:
            rows.append(Verified(finding=finding, why_not=error.what))
    return tuple(rows)


def _why_not(edit: Edit | None) -> str:
    if edit is None:
        return "a note without an edit"
    if edit.fused or edit.free:
        return "what it proposes is up to the runtime: no model file can say it"
    return ""


def _verified(
    finding: Finding, parts: tuple[OpGraph, OpGraph], device: Device, *, runs: int, threads: int
) -> Verified:
    from costlint.analyzers.price import difference

    predicted = difference(estimate(parts[0], device), estimate(parts[1], device))
    before_s, after_s = timed(parts, runs=runs, threads=threads)
    return Verified(finding=finding, predicted=predicted, before_s=before_s, after_s=after_s)


def _parts(graph: OpGraph, edit: Edit, channels: Channels) -> tuple[OpGraph, OpGraph]:
    """The ops that differ before and after `edit`, with those that feed them, of both graphs."""
    from costlint.costmodel.space.constants import with_constants

    after = apply(graph, edit, channels)
    old, new = {id(op) for op in graph.ops}, {id(op) for op in after.ops}
    keys = {op_key(op) for op in graph.ops if id(op) not in new}
    keys |= {op_key(op) for op in after.ops if id(op) not in old}
    keys |= set(_feeding(graph, keys))
    before, changed = (
        with_constants(_part(one, keys), graph, channels, widths)
        for one, widths in ((graph, {}), (after, edit.widths))
    )
    return before, changed


def _feeding(graph: OpGraph, keys: set[str]) -> Iterator[str]:
    makers = {t.name: op for op in graph.ops for t in op.outputs if t is not None}
    for op in graph.ops:
        if op_key(op) in keys:
            for tensor in op.inputs:
                if tensor is not None and tensor.name in makers:
                    yield op_key(makers[tensor.name])


def _part(graph: OpGraph, keys: set[str]) -> OpGraph:
    """The ops called `keys` as a graph: what comes from outside is an input."""
    ops = tuple(op for op in graph.ops if op_key(op) in keys)
    made = {t.name: t for op in ops for t in op.outputs if t is not None}
    kept = {t.name for t in graph.outputs}
    kept |= {
        t.name for op in graph.ops if op_key(op) not in keys for t in op.inputs if t is not None
    }
    read = {t.name: t for op in ops for t in op.inputs if t is not None}
    inputs = tuple(t for n, t in read.items() if n not in made and not t.is_parameter)
    outputs = tuple(t for n, t in made.items() if n in kept or n not in read)
    return replace(graph, ops=ops, inputs=inputs, outputs=outputs, source=None)


def timed(parts: Iterable[OpGraph], *, runs: int, threads: int) -> list[float]:
    """Least seconds of each network, run in turn: what disturbs a run only adds."""
    from costlint.costmodel.models.from_graph import model_of
    from costlint.measuring.inputs import random_inputs
    from costlint.measuring.trial import Trial

    ready = []
    for part in parts:
        data = model_of(part).SerializeToString()
        trial = Trial(ort=onnxruntime(), data=data, feeds=random_inputs(part), threads=threads)
        try:
            session = trial.session(NO_DENORMALS)
            for _ in range(WARM_UP):
                trial.run(session)
        except ModelError as error:
            raise CostlintError(f"onnxruntime cannot run it: {error.facts[0][:120]}") from error
        ready.append((session, trial.feeds))
    seconds: list[list[float]] = [[] for _ in ready]
    for _ in range(runs):
        for place, (session, feeds) in enumerate(ready):
            start = time.perf_counter()
            session.run(None, feeds)
            seconds[place].append(time.perf_counter() - start)
    return [min(values) for values in seconds]
