"""Runs of blocks whose number can change.

A block can be added or taken away only while all blocks of the run are equal, so their widths are
variables that change together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from costlint.costmodel.channels import Channels
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.space.runs import Run, runs_of
from costlint.costmodel.space.variable import Variable


def free_runs(graph: OpGraph, channels: Channels) -> tuple[tuple[Run, ...], dict[str, str]]:
    """The runs whose depth can change, and why others cannot."""
    reasons = {run: _uneven(graph, channels, run) for run in runs_of(graph)}
    refused = {run.name: why for run, why in reasons.items() if why}
    if not reasons:
        refused["depth"] = "no block of this graph follows on one that is equal to it"
    return tuple(run for run, why in reasons.items() if not why), refused


def _uneven(graph: OpGraph, channels: Channels, run: Run) -> str:
    """Why the blocks of `run` cannot stay equal; '' where they can."""
    for one, other in _pairs(graph, channels, run):
        if one is None or other is None:
            return "a width is free in one of its blocks and not in another"
        a, b = channels.groups[one], channels.groups[other]
        if (a.width, a.multiple_of, bool(a.frozen)) != (b.width, b.multiple_of, bool(b.frozen)):
            return f"{a.name} and {b.name} cannot change together"
    return ""


def _pairs(graph: OpGraph, channels: Channels, run: Run) -> Iterator[tuple[int | None, int | None]]:
    """Channel groups of an op in the first block, and of the same op in each other block."""
    ops = {op_key(op): op for op in graph.ops}
    for pair in run.alike:
        yield from zip_longest(*(_groups(channels, ops[key]) for key in pair))


def _groups(channels: Channels, op: Op) -> list[int]:
    """The groups along the axes of what `op` reads and gives, in order."""
    return [
        index
        for tensor in (*op.inputs, *op.outputs)
        if tensor is not None
        for terms in channels.of(op, tensor)
        for index, _ in terms or ()
    ]


def depth_ties(
    graph: OpGraph, channels: Channels, runs: Sequence[Run], ties: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[str]]:
    """`ties` with the widths of each run's blocks tied as well."""
    owner = {name: tie for tie, names in ties.items() for name in names}
    for run in runs:
        for one, other in _pairs(graph, channels, run):
            if one is None or other is None or one == other or channels.groups[one].frozen:
                continue
            a, b = channels.groups[one].name, channels.groups[other].name
            kept, gone = owner.setdefault(a, a), owner.setdefault(b, b)
            owner |= {name: kept for name, tie in owner.items() if tie == gone}
    found: dict[str, list[str]] = {}
    for name, tie in owner.items():
        found.setdefault(tie, []).append(name)
    return found


def depth_variable(run: Run) -> Variable:
    """The number of blocks of `run`, from one to twice today's."""
    count = len(run.blocks)
    ops = tuple(key for block in run.blocks for key in block)
    return Variable(
        name=run.name, kind="depth", current=count, multiple_of=1, low=1, high=2 * count, step=1,
        ops=ops,
    )  # fmt: skip
