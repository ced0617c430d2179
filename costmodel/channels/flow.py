"""The axes of every tensor as widths, filled op by op."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from costlint.costmodel.channels.widths import Axis, Widths
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor

Axes: TypeAlias = tuple[Axis, ...]


@dataclass(slots=True)
class Flow:
    """What is known so far of the widths in a graph.

    `axes` are the axes of each tensor, `makers` the ops with a weight and the output width that it
    makes. A vector in `shared` has axes of its own for each op that reads it; a constant in `fixed`
    has none. `outside` are widths that a reshape joined with given sizes before them. `current` is
    the op whose rule is at work.
    """

    widths: Widths = field(default_factory=Widths)
    axes: dict[str, Axes] = field(default_factory=dict)
    makers: list[tuple[Op, Axis]] = field(default_factory=list)
    shared: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    outside: list[Axis] = field(default_factory=list)
    current: Op | None = None

    def of(self, tensor: Tensor | None) -> Axes:
        """The axes of `tensor`; a parameter's are new widths when it is first seen."""
        if tensor is None or tensor.shape is None:
            return ()
        shared = self.current is not None and tensor.name in self.shared
        key = shared_key(self.current, tensor) if shared and self.current else tensor.name
        known = self.axes.get(key)
        if known is None:
            free = tensor.is_parameter and tensor.name not in self.fixed
            grows = [free and type(d) is int and d > 1 for d in tensor.shape]
            sizes = zip(grows, tensor.shape, strict=True)
            known = tuple([self.widths.fresh(d) if own else None for own, d in sizes])
            self.axes[key] = known
        return known

    def tie(self, one: Axis, other: Axis, op: Op) -> None:
        """Both axes change together, because of `op`."""
        if one is not other:
            self.widths.unify(one, other, f"{op.op_type} {op.name!r} ties it to a fixed size")

    def freeze(self, tensors: Iterable[Tensor | None], why: str) -> None:
        """No axis of `tensors` may change."""
        for tensor in tensors:
            for axis in self.of(tensor):
                self.widths.freeze(axis, why)

    def refuse(self, op: Op, why: str = "") -> tuple[()]:
        """No width that `op` touches may change, and nothing is known of what it makes."""
        self.freeze(op.inputs, why or f"{op.identifier} {op.name!r} needs this width")
        return ()

    def made(self, op: Op, axis: Axis) -> Axis:
        """`axis` is the output width of the weight of `op`."""
        if axis is not None:
            self.makers.append((op, axis))
        return axis


FlowRule: TypeAlias = Callable[[Flow, Op], Sequence[Axes]]

RULES: dict[str, FlowRule] = {}


def flow_rule(*op_types: str) -> Callable[[FlowRule], FlowRule]:
    """Register how `op_types` hand on widths; twice is a ValueError."""

    def register(rule: FlowRule) -> FlowRule:
        for op_type in op_types:
            if op_type in RULES:
                msg = f"the widths of {op_type} are registered twice"
                raise ValueError(msg)
            RULES[op_type] = rule
        return rule

    return register


def shared_key(op: Op, tensor: Tensor) -> str:
    """The key of a shared vector where `op` reads it."""
    return f"{tensor.name} of {op.name}"


def same_axes(flow: Flow, op: Op) -> Axes:
    """The axes of the output of an op that keeps the rank of its first input.

    An axis whose size changes is frozen, because nothing is known of how it changes.
    """
    source, target = op.x, op.y
    found: list[Axis] = []
    for axis, before, after in zip(
        flow.of(source), source.known_shape, target.known_shape, strict=True
    ):
        if axis is not None and before != after:
            flow.widths.freeze(axis, f"{op.op_type} {op.name!r} changes its size")
            found.append(None)
        else:
            found.append(axis)
    return tuple(found)
