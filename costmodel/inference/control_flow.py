"""If, Loop and Scan: shapes through their bodies, and how often a body runs."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from costlint.costmodel.inference.bodies import (
    Environment,
    Inputs,
    infer_once,
    op_with_bodies,
    source_body,
    stacked,
)
from costlint.costmodel.inference.scan import infer_scan
from costlint.costmodel.ir.dims import Dim, Shape, product
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor

if TYPE_CHECKING:
    from costlint.costmodel.inference.one_pass import Inference
    from costlint.costmodel.ir.source import SourceNode

MAX_DEPTH: Final = 64
MAX_AGAIN: Final = 4
"""Loops nested deeper than this are not inferred again with grown states: each doubles the work."""
UNBOUNDED_TRIPS: Final = 1 << 31
"""Exporters of `while` write the largest integer as trip count: from here on it says nothing."""


def infer_bodies(
    run: Inference, node: SourceNode, inputs: Inputs, env: Environment
) -> Sequence[Op]:
    """Infer a node with bodies into `env`; the ops that stand for it.

    If with a condition that shape arithmetic decides becomes the ops of the branch taken.

    Raises:
        ModelError: bodies are nested more than `MAX_DEPTH` deep, or miss what their operator needs.
    """
    if _depth(env) > MAX_DEPTH:
        raise ModelError(f"sub-graphs are nested more than {MAX_DEPTH} deep at {node.name!r}")
    rules = {"If": _if, "Loop": _loop, "Scan": infer_scan}
    return rules.get(node.op_type, infer_once)(run, node, inputs, env)


def _depth(env: Environment) -> int:
    """How many graphs lie around; each one's environment has the outer one as its last map."""
    depth = 0
    around: object = env
    while isinstance(around, ChainMap):
        depth += 1
        around = around.maps[-1]
    return depth


def _if(run: Inference, node: SourceNode, inputs: Inputs, env: Environment) -> Sequence[Op]:
    condition = inputs[0] if inputs else None
    names = ("then_branch", "else_branch")
    if condition is not None and condition.value is not None and condition.value.size == 1:
        taken = source_body(node, names[0] if condition.value.reshape(-1)[0] else names[1])
        body = run.graph(taken, env, ())
        for name, tensor in zip(node.outputs, body.outputs, strict=False):
            env[name] = tensor
            run.seen[name] = tensor.shape
        return body.ops
    bodies = tuple(run.graph(source_body(node, name), env, ()) for name in names)
    pairs = zip(*(body.outputs for body in bodies), strict=False)
    outputs = [_either(run, node, name, *p) for name, p in zip(node.outputs, pairs, strict=False)]
    return op_with_bodies(run, node, inputs, outputs, env, bodies=bodies, trips=1)


def _either(run: Inference, node: SourceNode, name: str, a: Tensor, b: Tensor) -> Tensor:
    """What both branches may give: their common shape, or the larger where they differ."""
    shape = a.shape
    if a.shape != b.shape:
        run.notes.append(f"{node.name}: the branches of If differ in shape, the larger counts")
        shape = _larger(a.shape, b.shape)
    return Tensor(name=name, shape=shape, dtype=a.dtype)


def _larger(a: Shape | None, b: Shape | None) -> Shape | None:
    if a is None or b is None:
        return a if b is None else b
    size_a, size_b = (product(d for d in shape if type(d) is int) for shape in (a, b))
    return a if size_a >= size_b else b


def _loop(run: Inference, node: SourceNode, inputs: Inputs, env: Environment) -> Sequence[Op]:
    source = source_body(node, "body")
    trips = _trip_count(inputs[0] if inputs else None)
    if trips is None:
        run.notes.append(f"{node.name}: the trip count of Loop is not known, its body counts once")
    carried = [t for t in inputs[2:] if t is not None]
    scalars = [("int64", ()), ("bool", ())]
    counters = [
        Tensor(name=i.name, shape=shape, dtype=dtype)
        for i, (dtype, shape) in zip(source.inputs, scalars, strict=False)
    ]
    states = [
        Tensor(name=i.name, shape=t.shape, dtype=t.dtype)
        for i, t in zip(source.inputs[2:], carried, strict=False)
    ]
    body = run.graph(source, env, (*counters, *states))
    grown = [
        _grown(run, node, state, after)
        for state, after in zip(states, body.outputs[1:], strict=False)
    ]
    if len(grown) < len(states):
        raise ModelError(f"Loop (node {node.name!r}) carries {len(states)}, its body fewer")
    changed = any(a.shape != b.shape for a, b in zip(states, grown, strict=True))
    if changed and _depth(env) > MAX_AGAIN:
        run.notes.append(f"{node.name}: nested too deep, its states are taken as they start")
    elif changed:
        body = run.graph(source, env, (*counters, *grown))
    finals = list(body.outputs[1 : 1 + len(states)])
    scanned = [stacked(run, node, t, trips) for t in body.outputs[1 + len(states) :]]
    return op_with_bodies(run, node, inputs, [*finals, *scanned], env, bodies=(body,), trips=trips)


def _trip_count(tensor: Tensor | None) -> Dim | None:
    if tensor is None or tensor.value is None or tensor.value.size != 1:
        return None
    trips = tensor.value.reshape(-1)[0]
    return None if isinstance(trips, int) and not 0 <= trips < UNBOUNDED_TRIPS else trips


def _grown(run: Inference, node: SourceNode, before: Tensor, after: Tensor) -> Tensor:
    """A carried tensor whose shape changes with each trip has dimensions that only data decides."""
    if before.shape is None or after.shape is None or len(before.shape) != len(after.shape):
        shape = None if before.shape != after.shape else before.shape
    else:
        shape = tuple(
            a if a == b else run.unknown(node, f"{before.name}_{axis}", b)
            for axis, (a, b) in enumerate(zip(before.shape, after.shape, strict=True))
        )
    return Tensor(name=before.name, shape=shape, dtype=before.dtype)
