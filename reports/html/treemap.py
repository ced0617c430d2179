"""A treemap: rectangles whose area is the cost, nested as the modules are.

Squarified after Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from costlint.reports.rows import OpRow

Box: TypeAlias = tuple[float, float, float, float]
"""x, y, width, height."""


@dataclass(slots=True, kw_only=True)
class Module:
    """A name scope with its cost, that of each class, and what lies inside."""

    name: str
    path: str
    cost: float = 0.0
    ops: int = 0
    by_class: dict[str, float] = field(default_factory=dict)
    inside: dict[str, Module] = field(default_factory=dict)

    @property
    def main_class(self) -> str:
        """The class with most of the cost."""
        return max(self.by_class, key=lambda name: self.by_class[name], default="other")

    def parts(self) -> list[Module]:
        """What lies inside, dearest first, without what costs nothing."""
        costly = (module for module in self.inside.values() if module.cost > 0)
        return sorted(costly, key=lambda module: -module.cost)


def modules(rows: Sequence[tuple[OpRow, float]]) -> Module:
    """The tree of name scopes with the costs of their ops.

    A scope that holds nothing but one other scope is joined with it.
    """
    root = Module(name="", path="")
    for op, cost in rows:
        node = root
        _add(node, op, cost)
        steps = [step for step in op.name.split("/") if step] or [op.name]
        for depth, step in enumerate(steps):
            path = "/".join(steps[: depth + 1])
            node = node.inside.setdefault(step, Module(name=step, path=path))
            _add(node, op, cost)
    return _joined(root)


def _add(module: Module, op: OpRow, cost: float) -> None:
    module.cost += cost
    module.ops += 1
    module.by_class[op.op_class] = module.by_class.get(op.op_class, 0.0) + cost


def _joined(module: Module) -> Module:
    while len(module.inside) == 1:
        (only,) = module.inside.values()
        only.name = f"{module.name}/{only.name}".lstrip("/")
        module = only
    module.inside = {step: _joined(inner) for step, inner in module.inside.items()}
    return module


def squarified(sizes: Sequence[float], box: Box) -> Iterator[Box]:
    """A box for each of `sizes` (largest first) that fill `box` with near squares."""
    x, y, width, height = box
    total = sum(sizes)
    if not total or width <= 0 or height <= 0:
        return
    areas = [size * width * height / total for size in sizes]
    start = 0
    while start < len(areas):
        side = min(width, height)
        end = start + 1
        row = areas[start:end]
        while end < len(areas) and _worst([*row, areas[end]], side) <= _worst(row, side):
            row.append(areas[end])
            end += 1
        depth = sum(row) / side if side else 0.0
        offset = 0.0
        for area in row:
            length = area / depth if depth else 0.0
            upright = (x, y + offset, depth, length)
            yield upright if width >= height else (x + offset, y, length, depth)
            offset += length
        if width >= height:
            x, width = x + depth, max(width - depth, 0.0)
        else:
            y, height = y + depth, max(height - depth, 0.0)
        start = end


def _worst(areas: Sequence[float], side: float) -> float:
    """The worst ratio of the sides when `areas` stand in one row along `side`."""
    total = sum(areas)
    if not total or not side:
        return float("inf")
    return max(
        side**2 * areas[0] / total**2, total**2 / (side**2 * areas[-1]) if areas[-1] else 1e9
    )
