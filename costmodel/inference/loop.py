"""Loop: how often its body runs, and what its states are then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from costlint.costmodel.inference.bodies import (
    Environment,
    Inputs,
    depth,
    may_walk,
    merged,
    op_with_bodies,
    source_body,
    stacked,
    trip_body,
)
from costlint.costmodel.inference.growth import grown
from costlint.costmodel.ir.dims import Dim, minimum
from costlint.costmodel.ir.errors import ModelError, ShapeError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes.evaluation import small_array
from costlint.costmodel.shapes.held import alike

if TYPE_CHECKING:
    from costlint.costmodel.inference.one_pass import Inference
    from costlint.costmodel.ir.source import SourceGraph, SourceNode

MAX_AGAIN: Final = 4
"""Loops nested deeper than this are not inferred again with grown states: each doubles the work."""
UNBOUNDED_TRIPS: Final = 1 << 31
"""Exporters of `while` write the largest integer as trip count: from here on it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loop:
    """A Loop with `states` as they start; `most` is its trip count, None where it is not known.

    `data_counts` says that the file has a count which only the data knows.
    """

    run: Inference
    node: SourceNode
    source: SourceGraph
    env: Environment
    states: tuple[Tensor, ...]
    most: Dim | None
    starts: bool | None
    data_counts: bool

    def body(self, states: Sequence[Tensor], trip: int | None = None) -> OpGraph:
        """The body with these states, of a trip whose number is known or of any."""
        source = self.source if trip is None else trip_body(self.source, trip)
        names = [i.name for i in source.inputs]
        number = None if trip is None else small_array([trip], ())
        going = small_array([True], ())
        counters = (
            Tensor(name="", shape=(), dtype="int64", value=number),
            Tensor(name="", shape=(), dtype="bool", role="parameter", value=going),
        )
        given = zip(names, (*counters, *states), strict=False)
        body = self.run.graph(source, self.env, [replace(t, name=name) for name, t in given])
        if len(body.outputs) < 1 + len(states):
            what = f"Loop (node {self.node.name!r}) carries {len(states)}, its body fewer"
            raise ModelError(what)
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trips:
    """The trips of a loop: its bodies, each run `each` times, and how many trips that are."""

    bodies: tuple[OpGraph, ...]
    each: Dim | None
    trips: Dim | None
    finals: Sequence[Tensor]
    scanned: Sequence[Tensor]


def infer_loop(run: Inference, node: SourceNode, inputs: Inputs, env: Environment) -> Sequence[Op]:
    """Infer a Loop: once where each trip is like the first, else trip by trip where that is short.

    Raises:
        ModelError: the body gives less than it carries. ShapeError: it contradicts itself.
    """
    source = source_body(node, "body")
    condition = inputs[1] if len(inputs) > 1 else None
    loop = _Loop(
        run=run,
        node=node,
        source=source,
        env=env,
        states=tuple([t for t in inputs[2:] if t is not None]),
        most=_trip_count(inputs[0] if inputs else None),
        data_counts=bool(inputs) and inputs[0] is not None and inputs[0].value is None,
        starts=True if condition is None else _truth(condition),
    )
    found = _trips(loop)
    scanned = [stacked(run, node, t, found.trips) for t in found.scanned]
    outputs = [*found.finals, *scanned]
    return op_with_bodies(run, node, inputs, outputs, env, bodies=found.bodies, trips=found.each)


def _trip_count(tensor: Tensor | None) -> Dim | None:
    if tensor is None or tensor.value is None or tensor.value.size != 1:
        return None
    trips = tensor.value.reshape(-1)[0]
    if isinstance(trips, int):
        return None if trips >= UNBOUNDED_TRIPS else max(trips, 0)
    return trips


def _truth(tensor: Tensor) -> bool | None:
    """The one truth value that is known, None where the data decides."""
    if tensor.value is None or tensor.value.size != 1:
        return None
    return bool(tensor.value.reshape(-1)[0])


def _trips(loop: _Loop) -> _Trips:
    run, count = loop.run, len(loop.states)
    plain = tuple([t.called(t.name) for t in loop.states])
    mark, undecided = run.mark(), run.undecided
    refusal: ShapeError | None = None
    body: OpGraph | None = None
    try:
        body = loop.body(plain)
    except ShapeError as error:  # it may hold in a later trip, or in none
        refusal = error
    if body is not None and (loop.starts is False or _is_none(loop.most)):
        return _never(loop, body)
    stays = body is not None and all(map(_same, plain, body.outputs[1:]))
    goes_on = None if body is None else _truth(body.outputs[0])
    if body is None or run.undecided != undecided or not stays or goes_on is not True:
        after = run.mark()
        run.back_to(mark)
        is_worth = body is None or run.undecided != undecided or not stays
        walked = _walked(loop, needed=is_worth)
        if walked is not None:
            return walked
        if body is None or refusal is not None:
            raise refusal or ShapeError(f"{loop.node.name} cannot run")
        run.back_to(after)
    if goes_on is False:
        trips: Dim | None = 1 if loop.most is None else minimum(loop.most, 1)
    else:
        trips = loop.most
    if trips is None:
        run.notes.append(
            f"{loop.node.name}: the trip count of Loop is not known, its body counts once"
        )
    elif goes_on is None:
        run.notes.append(f"{loop.node.name}: the data may end the Loop before its {trips} trips")
    if not stays:
        body = _last_trip(loop, plain, body, trips)
    finals = [t.called(t.name) for t in body.outputs[1 : 1 + count]]
    return _Trips(
        bodies=(body,), each=trips, trips=trips, finals=finals, scanned=body.outputs[1 + count :]
    )


def _is_none(trips: Dim | None) -> bool:
    return type(trips) is int and trips == 0


def _same(before: Tensor, after: Tensor) -> bool:
    return (before.shape, before.holds) == (after.shape, after.holds)


def _never(loop: _Loop, body: OpGraph) -> _Trips:
    """No trip: the states stay what they are."""
    scanned = body.outputs[1 + len(loop.states) :]
    return _Trips(bodies=(body,), each=0, trips=0, finals=loop.states, scanned=scanned)


def _walked(loop: _Loop, *, needed: bool) -> _Trips | None:
    """Every trip inferred by itself, as a runtime runs them; None where there are too many.

    Unless it is `needed`, only to find when the loop ends.
    """
    run, count = loop.run, len(loop.states)
    most = loop.most if type(loop.most) is int else None
    if loop.starts is None or loop.data_counts or (loop.most is not None and most is None):
        return None
    mark = run.mark()
    states: Sequence[Tensor] = loop.states
    bodies: list[OpGraph] = []
    goes_on: bool | None = loop.starts
    may_end = False
    while goes_on is not False and (most is None or len(bodies) < most):
        if not may_walk(run, loop.source):
            run.back_to(mark)
            return None
        body = loop.body([replace(t, role="activation") for t in states], len(bodies))
        goes_on = _truth(body.outputs[0])
        if goes_on is None and (most is None or not needed):
            run.back_to(mark)
            return None
        may_end = may_end or goes_on is None
        bodies.append(body)
        states = body.outputs[1 : 1 + count]
    if not bodies:
        return None
    if may_end:
        run.notes.append(f"{loop.node.name}: the data may end the Loop before its {most} trips")
    parts, each = merged(bodies)
    scanned = [
        alike([t.called(part[0].name) for t in part], run.call(loop.node, ()).unknown)
        for part in zip(*(body.outputs[1 + count :] for body in bodies), strict=True)
    ]
    return _Trips(bodies=parts, each=each, trips=len(bodies), finals=states, scanned=scanned)


def _last_trip(
    loop: _Loop, states: tuple[Tensor, ...], first: OpGraph, trips: Dim | None
) -> OpGraph:
    """The body of the last trip where states change: it counts for all."""
    run = loop.run
    if depth(loop.env) > MAX_AGAIN:
        run.notes.append(f"{loop.node.name}: nested too deep, its states are taken as they start")
        return first
    after = [t.called(s.name) for s, t in zip(states, first.outputs[1:], strict=False)]
    later = after
    if trips is not None:
        mark = run.mark()
        second = loop.body(after)
        run.back_to(mark)
        later = [t.called(s.name) for s, t in zip(states, second.outputs[1:], strict=False)]
    rows = zip(states, after, later, strict=True)
    call = run.call(loop.node, ())
    last = [grown(call, before, once, twice, trips) for before, once, twice in rows]
    if trips is not None:
        run.notes.append(f"{loop.node.name}: its states grow, the last of its trips counts for all")
    return loop.body(last)
