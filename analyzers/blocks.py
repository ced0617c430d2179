"""Blocks of a graph: what branches and meets again, and what a scope holds. Named and nested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from costlint.costmodel.formulas.sets import traffic_of
from costlint.costmodel.ir.graph import Op, OpGraph, captured

LARGEST = 500
"""Ops in a region beyond which nobody would call it a block; keeps huge graphs quick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Ops between a fork and the join that closes it: one way in, one way out.

    `members` are places in `graph.ops`. `entry` is the tensor at the fork, `exit` the joining op.
    `critical` is the most fragments on one way through, `parent` the name of the block around.
    """

    name: str
    members: tuple[int, ...]
    entry: str
    exit: Op
    fragments: int
    critical: int
    branches: int
    parent: str = ""

    @property
    def parallelism(self) -> float:
        """Fragments over those on the longest way: 1 is a chain."""
        return self.fragments / self.critical if self.critical else 0.0


def find_blocks(graph: OpGraph) -> tuple[Block, ...]:
    """Every single-entry region that ends in a join, innermost first.

    The entry is the join's immediate dominator. A region whose inside is read from outside of it
    (other than through its exit) has several exits and is no block.
    """
    sources = _sources(graph)
    dominator = _immediate_dominators(sources)
    readers: dict[int, set[int]] = {}
    for index, above in enumerate(sources):
        for source in above:
            readers.setdefault(source, set()).add(index)
    wiring = _Wiring(graph, sources, readers, frozenset(t.name for t in graph.outputs))
    found = []
    for index, above in enumerate(sources):
        entry = dominator[index]
        if len(above) > 1 and entry >= 0:
            block = _region(wiring, entry, index)
            if block is not None:
                found.append(block)
    return _nested(sorted(found, key=lambda block: len(block.members)))


def _immediate_dominators(sources: Sequence[tuple[int, ...]]) -> dict[int, int]:
    """The last op that is on every way to each op, -1 for the graph's inputs.

    Ops are in topological order, so one pass will do, and the smaller place is always the higher
    (Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm", 2001).
    """
    dominator = {-1: -1}
    for index, above in enumerate(sources):
        meet, *others = above or (-1,)
        for other in others:
            while meet != other:
                if meet > other:
                    meet = dominator[meet]
                else:
                    other = dominator[other]  # noqa: PLW2901 - it climbs
        dominator[index] = meet
    return dominator


def _sources(graph: OpGraph) -> list[tuple[int, ...]]:
    """For each op the ops that make what it reads, without repeats."""
    maker: dict[str, int] = {}
    found = []
    for index, op in enumerate(graph.ops):
        reads = [t for t in op.inputs if t is not None]
        reads += [t for body in op.bodies for t in captured(body)]
        found.append(tuple(dict.fromkeys(maker[t.name] for t in reads if t.name in maker)))
        maker.update((t.name, index) for t in op.outputs if t is not None)
    return found


@dataclass(frozen=True, slots=True)
class _Wiring:
    """Who reads whom, by place in `graph.ops`."""

    graph: OpGraph
    sources: Sequence[tuple[int, ...]]
    readers: Mapping[int, set[int]]
    outputs: frozenset[str]


def _region(wiring: _Wiring, entry: int, last: int) -> Block | None:
    graph, sources = wiring.graph, wiring.sources
    inside = {last}
    pending = [last]
    while pending:
        for source in sources[pending.pop()]:
            if source != entry and source not in inside:
                inside.add(source)
                pending.append(source)
        if len(inside) > LARGEST:
            return None
    inner = inside - {last}
    if any(not wiring.readers.get(i, set()) <= inside for i in inner):
        return None
    if any(t is not None and t.name in wiring.outputs for i in inner for t in graph.ops[i].outputs):
        return None
    members = tuple(sorted(inside))
    fragments, critical = _fragments(graph, sources, members)
    forks = sum(entry in sources[i] for i in members)
    entries = {t.name for t in graph.ops[entry].outputs if t is not None}
    read = [
        t.name for i in members for t in graph.ops[i].inputs if t is not None and t.name in entries
    ]
    return Block(
        name=block_name(graph.ops[i] for i in members),
        members=members,
        entry=read[0],
        exit=graph.ops[last],
        fragments=fragments,
        critical=critical,
        branches=max(forks, len(sources[last])),
    )


def _fragments(
    graph: OpGraph, sources: Sequence[tuple[int, ...]], members: tuple[int, ...]
) -> tuple[int, int]:
    """Fragments in all, and the most on one way through."""
    depth: dict[int, int] = {}
    total = 0
    for index in members:
        is_fragment = _is_fragment(graph.ops[index])
        total += is_fragment
        depth[index] = is_fragment + max((depth.get(i, 0) for i in sources[index]), default=0)
    return total, max(depth.values(), default=0)


def _is_fragment(op: Op) -> bool:
    """Whether the paper counts `op` as one: "individual convolutions or pooling operations"."""
    kind = traffic_of(op)
    is_window = kind == "pooling" and "kernel_shape" in op.attributes
    return is_window or kind in ("convolution", "product")


def block_name(ops: Iterable[Op]) -> str:
    """The longest scope that all `ops` share, else the names of the first and the last."""
    names = [op.name for op in ops]
    parts = [name.split("/")[:-1] for name in names]
    shared = []
    for column in zip(*parts, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    text = "/".join(shared).strip("/")
    return text.rpartition("/")[2] if text else f"{names[0]}..{names[-1]}"


def _nested(blocks: Sequence[Block]) -> tuple[Block, ...]:
    found = []
    for place, block in enumerate(blocks):
        inner = set(block.members)
        around = (other for other in blocks[place + 1 :] if inner < set(other.members))
        parent = next(around, None)
        found.append(replace(block, parent="" if parent is None else parent.name))
    return tuple(found)
