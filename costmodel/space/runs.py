"""Runs of equal blocks: which stretches of a graph repeat, so that their number can change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from costlint.costmodel.channels.groups import scope_parts
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.ir.tensor import Tensor

SHOWN: Final = 3
"""Blocks of a run in the traced graph: the first, the last, and one between them."""
LONGEST: Final = 64
"""A block has at most so many steps, pieces with one tensor between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Equal blocks in a row, each a tuple of op keys in the graph's order.

    `source` is the tensor that the first block reads; each block gives what the next one reads.
    """

    name: str
    source: str
    blocks: tuple[tuple[str, ...], ...]

    @property
    def middle(self) -> tuple[str, ...]:
        """The last block but one: between two others once the run is three blocks long."""
        return self.blocks[-2]

    @property
    def alike(self) -> Iterator[tuple[str, str]]:
        """Each op of the first block with that at the same place of each other block."""
        for block in self.blocks[1:]:
            yield from zip(self.blocks[0], block, strict=True)


@dataclass(frozen=True, slots=True)
class _Step:
    """The ops between two places where only a single tensor is still needed."""

    ops: tuple[Op, ...]
    source: Tensor
    target: Tensor

    def signature(self, shared: frozenset[str]) -> Hashable:
        """Equal for steps that do the same to tensors of the same shape; `shared` are weights."""
        own = {self.source.name: "source"}
        parts: list[Hashable] = [_like(self.source)]
        for place, op in enumerate(self.ops):
            inputs = tuple([_reads(t, own, shared) for t in op.inputs])
            attributes = repr(sorted(op.attributes.items()))
            bodies = tuple(id(body) for body in op.bodies)
            parts.append((op.domain, op.op_type, op.version, attributes, bodies, inputs))
            for index, tensor in enumerate(op.outputs):
                if tensor is not None:
                    own[tensor.name] = f"{place}.{index}"
                    parts.append(_like(tensor))
        return tuple(parts)


def runs_of(graph: OpGraph) -> tuple[Run, ...]:
    """The runs of a graph, none of them overlapping; the shortest block that repeats counts."""
    steps = _steps(graph)
    ids: dict[Hashable, int] = {}
    shared = _shared(steps)
    signs = [ids.setdefault(step.signature(shared), len(ids)) for step in steps]
    taken = [False] * len(steps)
    found: list[tuple[int, int, int]] = []
    for length in range(1, min(LONGEST, len(steps) // 2) + 1):
        for first, end in _stretches(signs, taken, length):
            start = _aligned(steps, first, end, length)
            count = (end - start) // length
            if count < 2 or not any(map(_has_weights, _ops(steps[start : start + length]))):
                continue
            taken[start : start + count * length] = [True] * (count * length)
            found.append((start, length, count))
    found.sort()
    runs = [
        [_ops(steps[at : at + length]) for at in range(start, start + length * count, length)]
        for start, length, count in found
    ]
    return tuple(
        Run(
            name=name,
            source=steps[start].source.name,
            blocks=tuple(tuple(map(op_key, block)) for block in run),
        )
        for name, (start, _, _), run in zip(_names(runs), found, runs, strict=True)
    )


def _ops(steps: Iterable[_Step]) -> list[Op]:
    return [op for step in steps for op in step.ops]


def _steps(graph: OpGraph) -> list[_Step]:
    """The graph cut at every place where only one tensor is still needed, without its two ends."""
    last = {t.name: len(graph.ops) for t in graph.outputs}
    for place, op in enumerate(graph.ops):
        for tensor in op.inputs:
            if tensor is not None and not tensor.is_parameter:
                last[tensor.name] = max(last.get(tensor.name, 0), place)
    alive = {t.name: t for t in graph.inputs}
    steps, since = [], 0
    source = graph.inputs[0] if len(graph.inputs) == 1 else None
    for place, op in enumerate(graph.ops):
        alive |= {t.name: t for t in op.outputs if t is not None and not t.is_parameter}
        alive = {name: t for name, t in alive.items() if last.get(name, -1) > place}
        if len(alive) != 1:
            continue
        target = next(iter(alive.values()))
        if source is not None and target.name != source.name:
            steps.append(_Step(graph.ops[since : place + 1], source, target))
        source, since = target, place + 1
    return steps


def _stretches(
    signs: Sequence[int], taken: Sequence[bool], length: int
) -> Iterator[tuple[int, int]]:
    """(first, end) of the steps that repeat every `length` steps, at least twice."""
    first = None
    for place in range(len(signs) - length + 1):
        free = not any(taken[place : place + length + 1])
        follows = place + length < len(signs)
        if follows and free and signs[place] == signs[place + length]:
            first = place if first is None else first
            continue
        if first is not None and place - first >= length:
            yield first, place + length
        first = None


def _aligned(steps: Sequence[_Step], first: int, end: int, length: int) -> int:
    """The start of the first block: where the most of a block lies in one scope."""

    def depth(start: int) -> int:
        return len(_common([_ops(steps[start : start + length])]))

    spare = (end - first) % length
    return max(range(first, first + spare + 1), key=lambda start: (depth(start), -start))


def _like(tensor: Tensor) -> Hashable:
    return tensor.shape, tensor.dtype, tensor.stored_as


def _shared(steps: Sequence[_Step]) -> frozenset[str]:
    """The parameters that several steps read, but for vectors: exporters merge equal ones."""
    readers = Counter(
        name
        for step in steps
        for name in {
            name
            for op in step.ops
            for t in op.inputs
            if t is not None and t.is_parameter and len(t.shape or ()) > 1
            for name in (t.name, *t.sources)
        }
    )
    return frozenset(name for name, count in readers.items() if count > 1)


def _reads(tensor: Tensor | None, own: dict[str, str], shared: frozenset[str]) -> Hashable:
    if tensor is None:
        return None
    if not tensor.is_parameter:
        return own.get(tensor.name, tensor.name)
    value = None if tensor.value is None else tuple(map(str, tensor.value.flat))
    is_shared = not shared.isdisjoint((tensor.name, *tensor.sources))
    return _like(tensor), value, is_shared


def _has_weights(op: Op) -> bool:
    return any(t is not None and t.is_parameter and len(t.shape or ()) > 1 for t in op.inputs)


def _names(runs: Sequence[Sequence[Sequence[Op]]]) -> Iterator[str]:
    """Names for the runs: the scope that all blocks of a run share.

    Runs that would have the same name are named by the scope of their first block.
    """
    stems = [_common(blocks) for blocks in runs]
    often = Counter(map(tuple, stems))
    return numbered(
        ".".join([*(stem if often[tuple(stem)] == 1 else _common(blocks[:1])), "depth"])
        for blocks, stem in zip(runs, stems, strict=True)
    )


def numbered(names: Iterable[str]) -> Iterator[str]:
    """Each name, with a number after it from its second occurrence on."""
    taken: Counter[str] = Counter()
    for name in names:
        taken[name] += 1
        yield name if taken[name] == 1 else f"{name}#{taken[name]}"


def _common(blocks: Sequence[Sequence[Op]]) -> list[str]:
    """The parts that the scopes of all ops in the blocks have in common, from the outermost on."""
    scopes = [op.scope for block in blocks for op in block if op.scope]
    parts = [".".join(scope_parts(scope)).split(".") for scope in scopes]
    same = takewhile(lambda places: len(set(places)) == 1, zip(*parts, strict=False))
    return [places[0] for places in same]
