"""Checks that a traced space is the graph that it was made from.

Each function raises a ValueError that says where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.space.trace import Node
from costlint.costmodel.space.traced_graph import traced_costs

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
    if broken:
        raise ValueError(broken)
    pairs: dict[tuple[Node, int], Tensor] = {}
    for name, tensor in space.traced.tensors.items():
        today = space.graph.tensors.get(name)
        if tensor.shape is None and today is not None and today.shape is not None:
            raise ValueError(f"the shape of {name!r} is only known at today's sizes")
        for dim, size in zip(tensor.shape or (), (today and today.shape) or (), strict=False):
            if isinstance(dim, Node):
                pairs.setdefault((dim, size), tensor)
            elif dim != size:
                raise ValueError(f"the shape of {name!r} is another at traced sizes")
    found = space.program([dim for dim, _ in pairs])(space.units([space.current]))[:, 0]
    for (_, size), value, tensor in zip(pairs, found, pairs.values(), strict=True):
        if value != size:
            raise ValueError(f"the shape of {tensor.name!r} does not follow from the input's size")


def refuse_open_branches(space: Space) -> None:
    """Raise ValueError if it depends on the sizes which branch of an If is the dearer one."""
    if any(op.bodies for op in space.traced.ops):
        traced_costs(space.traced, space.trace)


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
    others = []
    for changed in (names, *([name] for name in names)):
        low, high, step = space.bounds[changed[0]]
        for size in range(low, max(high, low + step) + 1, step):
            design = {**space.current, **dict.fromkeys(changed, size)}
            others += [design] if design != space.current else []
    fails = space.failing(others)
    if not others or not fails.any(axis=0).all():
        return ""
    return space.conditions[int(fails.any(axis=1).argmax())].why
