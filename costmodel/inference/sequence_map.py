"""SequenceMap: a body that runs on each tensor of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from costlint.costmodel.inference.bodies import (
    Environment,
    Inputs,
    may_walk,
    merged,
    op_with_bodies,
    source_body,
    trip_body,
)
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Held, Tensor
from costlint.costmodel.shapes.held import element, listed, repeated

if TYPE_CHECKING:
    from costlint.costmodel.inference.one_pass import Inference
    from costlint.costmodel.ir.source import SourceNode


def infer_sequence_map(
    run: Inference, node: SourceNode, inputs: Inputs, env: Environment
) -> Sequence[Op]:
    """Infer a SequenceMap: once where the tensors are alike, else for each of them."""
    held = [Held() if t is None or t.holds is None else t.holds for t in inputs[:1]]
    length = held[0].length if held else None
    each = _each(run, node, inputs, length)
    if each is not None:
        source = source_body(node, "body")
        bodies = [run.graph(trip_body(source, i), env, _named(args, trip_body(source, i).inputs))
                  for i, args in enumerate(each)]  # fmt: skip
        parts, times = merged(bodies)
        unknown = run.call(node, ()).unknown
        results = [
            _sequence(listed(part, unknown))
            for part in zip(*(body.outputs for body in bodies), strict=True)
        ]
        return op_with_bodies(run, node, inputs, results, env, bodies=parts, trips=times)
    return _once(run, node, inputs, length, env)


def _each(
    run: Inference, node: SourceNode, inputs: Inputs, length: Dim | None
) -> list[list[Tensor]] | None:
    """What the body gets each time; None where that is not known, always the same or too much."""
    sequences = [t.holds for t in inputs if t is not None and t.holds is not None]
    if type(length) is not int or length == 0:
        return None
    if any(h.each is None or len(h.each) < length for h in sequences):
        return None
    if all(len(set(h.each or ())) == 1 for h in sequences):
        return None
    source = source_body(node, "body")
    if not all(may_walk(run, source) for _ in range(length)):
        return None
    return [
        [t.holds.each[i] if t.holds is not None and t.holds.each is not None else t
         for t in inputs if t is not None]
        for i in range(length)
    ]  # fmt: skip


def _named(arguments: Sequence[Tensor], names: Sequence[object]) -> list[Tensor]:
    return [
        t.called(getattr(given, "name", "")) for t, given in zip(arguments, names, strict=False)
    ]


def _once(
    run: Inference, node: SourceNode, inputs: Inputs, length: Dim | None, env: Environment
) -> Sequence[Op]:
    """The body on any tensor, `length` times over."""
    source = source_body(node, "body")
    if length is None:
        run.notes.append(
            f"{node.name}: the length of the sequence is not known, its body counts once"
        )
    unknown = run.call(node, inputs).unknown
    arguments = []
    for tensor in inputs:
        if tensor is None or not tensor.is_container:
            arguments.append(tensor or Tensor(name="", shape=None, dtype="unknown"))
        else:
            like = element(tensor.holds, unknown)
            arguments.append(like or Tensor(name="", shape=None, dtype="unknown"))
    body = run.graph(source, env, _named(arguments, source.inputs))
    outputs = [_sequence(repeated(t.called(""), length)) for t in body.outputs]
    return op_with_bodies(run, node, inputs, outputs, env, bodies=(body,), trips=length)


def _sequence(holds: Held) -> Tensor:
    return Tensor(name="", shape=None, dtype="sequence", holds=holds)
