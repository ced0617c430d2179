"""A graph whose dimensions are traced: its widths, and what follows from its input's size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from costlint.costmodel.channels import Channels
from costlint.costmodel.counts.op_cost import OpCost, costed_ops
from costlint.costmodel.edit import Edit, apply
from costlint.costmodel.ir.cost import Cost
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Held, Tensor
from costlint.costmodel.space.cases import by_cases
from costlint.costmodel.space.expressions import traced
from costlint.costmodel.space.trace import Dim, Node, Trace


def with_traced_sizes(graph: OpGraph, variables: Mapping[str, Dim], trace: Trace) -> OpGraph:
    """`graph` with the symbols `variables` (sympy's, by name) as traced dimensions.

    Raises:
        ValueError: another symbol is left.
    """
    return _Tracing(variables, trace).graph(graph)


@dataclass(slots=True)
class _Tracing:
    variables: Mapping[str, Dim]
    trace: Trace
    known: dict[Any, Dim] = field(default_factory=dict)
    made: dict[int, Tensor] = field(default_factory=dict)

    def dim(self, dim: Dim) -> Dim:
        return traced(dim, self.variables, self.trace, self.known)

    def graph(self, graph: OpGraph) -> OpGraph:
        return replace(
            graph,
            inputs=tuple([self.tensor(t) for t in graph.inputs]),
            outputs=tuple([self.tensor(t) for t in graph.outputs]),
            ops=tuple([self.op(op) for op in graph.ops]),
        )

    def op(self, op: Op) -> Op:
        inputs = tuple([t and self.tensor(t) for t in op.inputs])
        outputs = tuple([t and self.tensor(t) for t in op.outputs])
        same = all(
            a is b for a, b in zip((*inputs, *outputs), (*op.inputs, *op.outputs), strict=True)
        )
        if same and not op.bodies:
            return op
        attributes = op.attributes
        if "kernel_shape" in attributes:  # windows that cover the whole map, see `resizable`
            window = tuple([self.dim(d) for d in attributes["kernel_shape"]])
            attributes = {**attributes, "kernel_shape": window}
        bodies = tuple([self.graph(body) for body in op.bodies])
        trips = None if op.trips is None else self.dim(op.trips)
        return replace(
            op, inputs=inputs, outputs=outputs, attributes=attributes, bodies=bodies, trips=trips
        )

    def tensor(self, tensor: Tensor) -> Tensor:
        found = self.made.get(id(tensor))
        if found is None:
            shape = None if tensor.shape is None else tuple([self.dim(d) for d in tensor.shape])
            value = self.value(tensor.value)
            holds = tensor.holds and self.held(tensor.holds)
            same = (shape, holds) == (tensor.shape, tensor.holds) and value is tensor.value
            found = tensor if same else replace(tensor, shape=shape, value=value, holds=holds)
            self.made[id(tensor)] = found
        return found

    def held(self, held: Held) -> Held:
        """What a sequence holds."""
        return Held(
            like=held.like and self.tensor(held.like),
            length=None if held.length is None else self.dim(held.length),
            each=None if held.each is None else tuple([self.tensor(t) for t in held.each]),
        )

    def value(self, value: Any) -> Any:
        """Content of a small tensor: an array of numbers and expressions."""
        if value is None or not any(hasattr(v, "free_symbols") for v in value.flat):
            return value
        found = value.copy()
        for place, part in enumerate(value.flat):
            found.flat[place] = self.dim(part) if hasattr(part, "free_symbols") else part
        return found


def with_traced_widths(
    graph: OpGraph, widths: Mapping[str, Dim], channels: Channels, shapes: Mapping[str, Tensor]
) -> OpGraph:
    """`graph` with the channel groups `widths` traced; `shapes` are today's tensors."""
    return apply(graph, Edit(widths=widths), channels_at(graph, channels, shapes))


def channels_at(graph: OpGraph, channels: Channels, shapes: Mapping[str, Tensor]) -> Channels:
    """`channels`, which are those of a graph with the tensors `shapes`, in it at other sizes.

    Which axes a width lies on is decided once, at today's sizes, so that no product of other sizes
    is ever taken for it.
    """
    if graph.tensors is shapes:
        return channels
    axes = {key: _sized(key, found, graph.tensors, shapes) for key, found in channels.axes.items()}
    return replace(channels, axes=axes)


def _sized(
    key: str, axes: tuple[Any, ...], tensors: Mapping[str, Tensor], today: Mapping[str, Tensor]
) -> tuple[Any, ...]:
    """The groups of a tensor's axes; an axis of width times space grows with the space as well.

    Raises:
        ValueError: an axis grows with a size that its widths are not repeated by: today's numbers
            fit by accident.
    """
    now, before = tensors.get(key), today.get(key)
    if now is None or before is None or now.shape is None:
        return axes
    found = []
    for terms, size, old in zip(axes, now.shape, before.known_shape, strict=True):
        if terms is not None and size != old:
            if not all(_divides(times * size, old) for _, times in terms):
                raise ValueError(f"an axis of {key!r} is a width or a size of the input: both fit")
            terms = tuple([(index, times * size // old) for index, times in terms])  # noqa: PLW2901
        found.append(terms)
    return tuple(found)


def _divides(value: Dim, by: int) -> bool:
    """Whether `value` is a multiple of `by` whatever its variables are."""
    if not isinstance(value, Node):
        return bool(value % by == 0)
    terms, constant = value.linear
    return all(number % by == 0 for number in (constant, *terms.values()))


def traced_costs(graph: OpGraph, trace: Trace) -> tuple[OpCost, ...]:
    """`costed_ops` of a traced graph; formulas that compare sizes go every way.

    Raises:
        ValueError: which branch of an If is the dearer one depends on the sizes.
    """
    rows: list[OpCost] = []
    for op in graph.ops:
        found: list[OpCost] = []
        branches: set[tuple[Op, ...]] = set()

        def run(
            op: Op = op, found: list[OpCost] = found, branches: set[tuple[Op, ...]] = branches
        ) -> Mapping[Any, Dim]:
            found[:] = costed_ops((op,))
            branches.add(tuple([row.op for row in found]))
            return {
                (place, f.name): getattr(row.cost, f.name)
                for place, row in enumerate(found)
                for f in fields(Cost)
            }

        values = by_cases(trace, run)
        if len(branches) > 1:
            raise ValueError(f"it decides which branch of {op.op_type} {op.name!r} is the dearer")
        rows += [
            replace(row, cost=Cost(**{f.name: values[place, f.name] for f in fields(Cost)}))
            for place, row in enumerate(found)
        ]
    return tuple(rows)
