"""Operators with bodies, each by its own file, and If."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from costlint.costmodel.inference.bodies import (
    Environment,
    Inputs,
    depth,
    infer_once,
    op_with_bodies,
    source_body,
)
from costlint.costmodel.inference.loop import infer_loop
from costlint.costmodel.inference.scan import infer_scan
from costlint.costmodel.inference.sequence_map import infer_sequence_map
from costlint.costmodel.ir.dims import Shape, product
from costlint.costmodel.ir.errors import ModelError, ShapeError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes.held import joined

if TYPE_CHECKING:
    from costlint.costmodel.inference.one_pass import Inference
    from costlint.costmodel.ir.source import SourceNode

MAX_DEPTH: Final = 64
_BRANCHES: Final = ("then_branch", "else_branch")


def infer_bodies(
    run: Inference, node: SourceNode, inputs: Inputs, env: Environment
) -> Sequence[Op]:
    """Infer a node with bodies into `env`; the ops that stand for it.

    If with a condition that shape arithmetic decides becomes the ops of the branch taken.

    Raises:
        ModelError: bodies are nested more than `MAX_DEPTH` deep, or miss what their operator needs.
        ShapeError: no branch of an If can hold at these sizes.
    """
    if depth(env) > MAX_DEPTH:
        raise ModelError(f"sub-graphs are nested more than {MAX_DEPTH} deep at {node.name!r}")
    rules = {"If": _if, "Loop": infer_loop, "Scan": infer_scan, "SequenceMap": infer_sequence_map}
    return rules.get(node.op_type, infer_once)(run, node, inputs, env)


def _if(run: Inference, node: SourceNode, inputs: Inputs, env: Environment) -> Sequence[Op]:
    condition = inputs[0] if inputs else None
    if condition is not None and condition.value is not None and condition.value.size == 1:
        name = _BRANCHES[not condition.value.reshape(-1)[0]]
        return _taken(run, node, run.graph(source_body(node, name), env, ()), env)
    run.undecided += 1
    bodies, refusals = _possible(run, node, env)
    if len(bodies) == 1:
        (name, error), *_ = refusals.items()
        run.notes.append(
            f"{node.name}: the {name.replace('_', ' ')} of If cannot hold at these sizes, the other"
            f" one is taken ({error.what})"
        )
        return _taken(run, node, bodies[0], env)
    pairs = zip(*(body.outputs for body in bodies), strict=False)
    outputs = [_either(run, node, name, *p) for name, p in zip(node.outputs, pairs, strict=False)]
    return op_with_bodies(run, node, inputs, outputs, env, bodies=tuple(bodies), trips=1)


def _taken(run: Inference, node: SourceNode, body: OpGraph, env: Environment) -> Sequence[Op]:
    """The ops of the one branch that runs, in place of the If."""
    for name, tensor in zip(node.outputs, body.outputs, strict=False):
        env[name] = tensor
        run.seen[name] = tensor.shape
    return body.ops


def _possible(
    run: Inference, node: SourceNode, env: Environment
) -> tuple[list[OpGraph], dict[str, ShapeError]]:
    """The branches that hold at these sizes, and why others do not; refused where none does."""
    bodies: list[OpGraph] = []
    refusals: dict[str, ShapeError] = {}
    for name in _BRANCHES:
        mark = run.mark()
        try:
            bodies.append(run.graph(source_body(node, name), env, ()))
        except ShapeError as error:
            run.back_to(mark)
            refusals[name] = error
    if not bodies:
        first, second = refusals.values()
        raise ShapeError(first.what, facts=(*first.facts, f"and in the else branch: {second.what}"))
    return bodies, refusals


def _either(run: Inference, node: SourceNode, name: str, a: Tensor, b: Tensor) -> Tensor:
    """What both branches may give: their common shape, or the larger where they differ."""
    dtype = b.dtype if a.dtype == "unknown" else a.dtype
    if a.holds is not None and b.holds is not None:
        unknown = run.call(node, ()).unknown
        return Tensor(name=name, shape=None, dtype=dtype, holds=joined(a.holds, b.holds, unknown))
    shape = a.shape
    if a.shape != b.shape:
        run.notes.append(f"{node.name}: the branches of If differ in shape, the larger counts")
        shape = _larger(a.shape, b.shape)
    return Tensor(name=name, shape=shape, dtype=dtype, holds=a.holds or b.holds)


def _larger(a: Shape | None, b: Shape | None) -> Shape | None:
    if a is None or b is None:
        return a if b is None else b
    size_a, size_b = (product(d for d in shape if type(d) is int) for shape in (a, b))
    return a if size_a >= size_b else b
