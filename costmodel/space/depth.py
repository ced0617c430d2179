"""A graph whose runs of equal blocks are longer or shorter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from costlint.costmodel.ir.graph import Op, OpGraph, captured, op_key
from costlint.costmodel.ir.source import SourceParameter
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.space.runs import Run


def with_depths(graph: OpGraph, runs: Iterable[Run], depths: Mapping[str, int]) -> OpGraph:
    """`graph` with the runs that `depths` names that many blocks long; others stay.

    Blocks go from a run's beginning, or copies of its first block with weights of their own come
    before it. What follows the run reads the same tensor as before.
    """
    for run in runs:
        depth = depths.get(run.name, len(run.blocks))
        if depth < len(run.blocks):
            graph = _shorter(graph, run, depth)
        elif depth > len(run.blocks):
            graph = _longer(graph, run, depth)
    return graph


def _shorter(graph: OpGraph, run: Run, depth: int) -> OpGraph:
    gone = frozenset(key for block in run.blocks[:-depth] for key in block)
    end = run.blocks[-depth - 1][-1]
    moved = {end: graph.tensors[run.source]}
    kept = [_reading(op, moved) for op in graph.ops if op_key(op) not in gone]
    return replace(graph, ops=tuple(kept), source=None)


def _longer(graph: OpGraph, run: Run, depth: int) -> OpGraph:
    first = frozenset(run.blocks[0])
    block = [op for op in graph.ops if op_key(op) in first]
    copying = _Copying(_own(graph, first), dict(graph.parameters))
    source = graph.tensors[run.source]
    ops: list[Op] = []
    for number in range(1, depth - len(run.blocks) + 1):
        made = copying.block(block, {run.source: source}, number)
        ops += made
        source = made[-1].y
    start = next(place for place, op in enumerate(graph.ops) if op_key(op) in first)
    moved = {run.source: source}
    rest = [_reading(op, moved) if op_key(op) in first else op for op in graph.ops[start:]]
    return replace(
        graph,
        ops=(*graph.ops[:start], *ops, *rest),
        parameters=copying.parameters,
        source=None,
    )


def _own(graph: OpGraph, block: frozenset[str]) -> frozenset[str]:
    """The parameters that only ops of the block read, which a copy of the block needs anew.

    Those that others read as well (zeros that an exporter merged, tied weights) stay shared.
    """
    inside: set[str] = set()
    outside: set[str] = set()
    for op in graph.ops:
        found = inside if op_key(op) in block else outside
        tensors = [t for t in op.inputs if t is not None]
        tensors += [t for body in op.bodies for t in captured(body)]
        found.update(name for t in tensors if t.is_parameter for name in (t.name, *t.sources))
    return frozenset(inside - outside)


@dataclass(slots=True)
class _Copying:
    own: frozenset[str]
    parameters: dict[str, SourceParameter] = field(default_factory=dict)

    def block(self, ops: Iterable[Op], moved: Mapping[str, Tensor], number: int) -> list[Op]:
        """Copies of a block's ops, in which `moved` stand for what they read."""
        known = dict(moved)
        made = []
        for op in ops:
            inputs = tuple([t and known.get(t.name, self._parameter(t, number)) for t in op.inputs])
            outputs = tuple([t and replace(t, name=_renamed(t.name, number)) for t in op.outputs])
            known |= {t.name: n for t, n in zip(op.outputs, outputs, strict=True) if t and n}
            made.append(replace(op, name=_scoped(op, number), inputs=inputs, outputs=outputs))
        return made

    def _parameter(self, tensor: Tensor, number: int) -> Tensor:
        if not tensor.is_parameter or tensor.name not in self.own:
            return tensor
        for name in self.own.intersection(tensor.sources):
            stored = self.parameters.get(name)
            if stored is not None:
                renamed = _renamed(name, number)
                self.parameters[renamed] = replace(stored, name=renamed)
        sources = tuple([_renamed(s, number) if s in self.own else s for s in tensor.sources])
        return replace(tensor, name=_renamed(tensor.name, number), sources=sources)


def _renamed(name: str, number: int) -> str:
    return f"copy{number}/{name}"  # its end tells a number in the code from a weight


def _scoped(op: Op, number: int) -> str:
    """`/stage/block/conv` as `/stage/block/copy1/conv`."""
    scope, slash, name = op.name.rpartition("/")
    return f"{scope}{slash}copy{number}/{name}"


def _reading(op: Op, moved: Mapping[str, Tensor]) -> Op:
    """`op` with the tensors that `moved` names in place of those it reads."""
    if not any(t is not None and t.name in moved for t in op.inputs):
        return op
    return replace(op, inputs=tuple([t and moved.get(t.name, t) for t in op.inputs]))
