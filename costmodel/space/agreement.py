"""Checks that a traced space is the graph that it was made from.

Each function raises a ValueError that says where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from costlint.costmodel.ir.graph import OpGraph, Tensor
from costlint.costmodel.space.program import Program
from costlint.costmodel.space.trace import Node

if TYPE_CHECKING:
    from costlint.costmodel.space.space import Space


def refuse_other_ops(sized: OpGraph, graph: OpGraph) -> None:
    """Raise ValueError if the graph has other ops at other free sizes."""
    one, other = ([op.op_type for op in g.ops] for g in (sized, graph))
    if one != other:
        raise ValueError("shape arithmetic on this size stays in the graph")


def refuse_other_shapes(space: Space) -> None:
    """Raise ValueError if a traced shape, at today's sizes, is not that of the graph."""
    broken = space.broken(space.current)
    if broken is not None:
        raise ValueError(broken.why)
    pairs: dict[tuple[Node, int], Tensor] = {}
    for name, tensor in space.traced.tensors.items():
        today = space.graph.tensors.get(name)
        for dim, size in zip(tensor.shape or (), (today and today.shape) or (), strict=False):
            if isinstance(dim, Node):
                pairs.setdefault((dim, size), tensor)
    program = Program(list(space.nodes.values()), [dim for dim, _ in pairs])
    units = [v.current // v.multiple_of for v in (space.details[n] for n in space.nodes)]
    found = program(np.array(units, dtype=float)[:, None])[:, 0]
    for (_, size), value, tensor in zip(pairs, found, pairs.values(), strict=True):
        if value != size:
            raise ValueError(f"the shape of {tensor.name!r} does not follow from the input's size")


def refuse_only_today(space: Space) -> None:
    """Raise ValueError if the graph is valid at today's image size, or today's batch, alone."""
    sides = [name for name, v in space.details.items() if v.kind in ("height", "image_width")]
    batch = [name for name, v in space.details.items() if v.kind == "batch"]
    for names, what in ((sides, "image size"), (batch, "batch")):
        why = _only_today(space, names) if names and space.conditions else ""
        if why:
            raise ValueError(f"the file is made for this {what}: {why}")


def _only_today(space: Space, names: list[str]) -> str:
    """The condition that fails, if every value of `names` but today's breaks one; else ''."""
    designs = []
    for changed in (names, *([name] for name in names)):
        low, high, step = space.bounds[changed[0]]
        sizes = range(low, max(high, low + step) + 1, step)
        designs += [{**space.current, **dict.fromkeys(changed, size)} for size in sizes]
    others = [d for d in designs if any(d[name] != space.current[name] for name in names)]
    program = Program(list(space.nodes.values()), [c.value for c in space.conditions])
    units = [[d[n] // space.details[n].multiple_of for d in others] for n in space.nodes]
    found = program(np.array(units, dtype=float))
    must = np.array([c.must == "zero" for c in space.conditions])[:, None]
    fails = np.where(must, found != 0, found < 1)
    if not others or not fails.any(axis=0).all():
        return ""
    return space.conditions[int(fails.any(axis=1).argmax())].why
