"""The channel groups of a graph: named, with what they cover and why some cannot change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count
from typing import TypeAlias

from costlint.costmodel.channels import products, rearranging
from costlint.costmodel.channels.flow import RULES, Axes, Flow, shared_key
from costlint.costmodel.ir.dims import is_static
from costlint.costmodel.ir.domains import CHANNELS_LAST, NHWC
from costlint.costmodel.ir.graph import Op, OpGraph, captured
from costlint.costmodel.ir.tensor import Tensor, UnknownShapeError

REGISTERED = (products, rearranging)  # importing them registers their rules
LAST = frozenset({NHWC, CHANNELS_LAST})
"""Domains whose operators have the channels last, where those of the standard have them first."""

GroupTerms: TypeAlias = tuple[tuple[int, int], ...]
"""(index of the group, times): the length of an axis as a sum over groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelGroup:
    """Widths that change together.

    An axis of (group, times) is `times * width // multiple_of` long. `ops` have weights along
    it. `frozen` says why it cannot change, '' where it can.
    """

    name: str
    width: int
    multiple_of: int
    ops: tuple[str, ...]
    frozen: str = ""


@dataclass(frozen=True, kw_only=True)
class Channels:
    """The channel groups of a graph, and where they are.

    `axes[key][i]` is axis `i` of a tensor as a sum of groups, None if its size is given.
    """

    groups: tuple[ChannelGroup, ...]
    axes: Mapping[str, tuple[GroupTerms | None, ...]] = field(repr=False)
    shared: frozenset[str] = field(repr=False, default=frozenset())

    def key(self, op: Op, tensor: Tensor) -> str:
        """The key of `tensor` in `axes` as an input of `op`: its name, but for shared vectors."""
        return shared_key(op, tensor) if tensor.name in self.shared else tensor.name

    def of(self, op: Op, tensor: Tensor) -> tuple[GroupTerms | None, ...]:
        """The groups along each axis of an input or output of `op`; () where nothing is free."""
        return self.axes.get(self.key(op, tensor), ())

    @cached_property
    def _keys(self) -> Mapping[int, tuple[str, ...]]:
        found: dict[int, dict[str, None]] = {}
        for key, axes in self.axes.items():
            for terms in axes:
                for index, _ in terms or ():
                    found.setdefault(index, {})[key] = None
        return {index: tuple(keys) for index, keys in found.items()}

    def keys_along(self, index: int) -> tuple[str, ...]:
        """Keys of the tensors that have an axis along group `index`."""
        return self._keys.get(index, ())

    def named(self, name: str) -> ChannelGroup:
        """The group called `name`; KeyError where there is none."""
        return {group.name: group for group in self.groups}[name]


def channels_of(
    graph: OpGraph, *, with_ends: bool = False, fixed: frozenset[str] = frozenset()
) -> Channels:
    """Follow every width through the graph: which are tied, which are sums, which are given.

    A width is born in a weight (convolution, product, embedding) and is tied by what its tensor
    meets: sums, depthwise filters, concats, splits, shuffles. Ops that are not understood keep the
    widths that they have, and so do inputs and outputs of the model but `with_ends` (for a block
    cut out of a network), and the constants called `fixed`.
    """
    flow = Flow(shared=_shared_vectors(graph), fixed=fixed)
    if with_ends:
        for tensor in graph.inputs:
            _born_at(flow, tensor)
    for op in graph.ops:
        flow.current = op
        _follow(flow, op)
    for tensor in () if with_ends else graph.outputs:
        flow.freeze([tensor], f"it is the model's output {tensor.name!r}")
    return _collected(flow)


def _shared_vectors(graph: OpGraph) -> frozenset[str]:
    """Vectors that several ops read.

    Exporters store equal vectors once (all zeros, say), which does not tie the widths of their
    readers.
    """
    readers = Counter(
        t.name
        for op in graph.ops
        for t in op.inputs
        if t is not None and t.is_parameter and t.shape is not None and len(t.shape) == 1
    )
    return frozenset(name for name, times in readers.items() if times > 1)


def _born_at(flow: Flow, tensor: Tensor) -> None:
    """The channels of an input become a width of their own, along which no op has weights."""
    if is_static(tensor.shape) and tensor.rank > 2:
        channels = flow.widths.fresh(tensor.known_shape[1])
        flow.axes[tensor.name] = (None, channels, *(None,) * (tensor.rank - 2))
        flow.makers.append((_end(tensor), channels))


def _end(tensor: Tensor) -> Op:
    return Op(
        name=f"{tensor.name}/", domain="", op_type="", version=1,
        inputs=(), outputs=(tensor,), attributes={},
    )  # fmt: skip


def _follow(flow: Flow, op: Op) -> None:
    rule = _unary if op.domain in LAST else RULES.get(op.op_type, _unary)
    outputs = [t for t in op.outputs if t is not None]
    unknown = f"a shape at {op.op_type} {op.name!r} is not known"
    try:
        has_shapes = op.bodies or all(t is None or t.shape is not None for t in op.inputs)
        found = rule(flow, op) if has_shapes else flow.refuse(op, unknown)
    except UnknownShapeError:
        found = flow.refuse(op, unknown)
    for tensor, axes in zip(outputs, found, strict=False):
        if tensor.shape is not None and len(axes) == len(tensor.shape):
            flow.axes[tensor.name] = tuple(axes)


def _unary(flow: Flow, op: Op) -> Sequence[Axes]:
    """What is known of an op without a rule.

    If it keeps the shape of its only activation, it hands on the axes. Else it needs the widths as
    they are.
    """
    activations = [t for t in op.inputs if t is not None and not t.is_parameter]
    inner = [t for body in op.bodies for t in captured(body)]
    same = op.input(0) is not None and op.x.shape == op.y.shape
    if len(activations) == 1 and not inner and len(op.outputs) == 1 and same:
        return (flow.of(activations[0]),)
    flow.freeze(inner, f"{op.op_type} {op.name!r} needs this width")
    return flow.refuse(op)


def _collected(flow: Flow) -> Channels:
    widths = flow.widths
    owners: dict[int, tuple[str, int]] = {}
    ops: dict[int, dict[str, None]] = {}
    names: set[str] = set()
    for op, axis in flow.makers:
        terms = widths.resolve(axis) or ()
        for width, times in terms:
            if width not in owners:
                name = _name(op, names)
                names.add(name)
                owners[width] = name, times
            if op.op_type:
                ops.setdefault(width, {})[op.name] = None
    place = {width: index for index, width in enumerate(owners)}
    groups = tuple(
        ChannelGroup(
            name=name,
            width=widths.values[width] * times,
            multiple_of=times,
            ops=tuple(ops.get(width, ())),
            frozen=widths.frozen.get(width, ""),
        )
        for width, (name, times) in owners.items()
    )
    axes = {}
    for name, found in flow.axes.items():
        if any(axis is not None for axis in found):
            axes[name] = tuple([_in_groups(widths.resolve(axis), place) for axis in found])
    return Channels(groups=groups, axes=axes, shared=flow.shared)


def _in_groups(
    terms: tuple[tuple[int, int], ...] | None, place: Mapping[int, int]
) -> GroupTerms | None:
    if terms is None or any(width not in place for width, _ in terms):
        return None
    return tuple([(place[width], times) for width, times in terms])


def _name(op: Op, taken: Container[str]) -> str:
    """`/blocks/blocks.0/blocks.0.1/conv` is `blocks.0.1.conv.width`, with a number where taken."""
    stem = ".".join(scope_parts(op.scope)) or op.name
    names = chain([f"{stem}.width"], (f"{stem}.width#{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def scope_parts(scope: str) -> Iterator[str]:
    """The parts of a scope; one that the next part repeats as its beginning is left out."""
    parts = [part for part in scope.split("/") if part]
    for part, following in zip(parts, [*parts[1:], ""], strict=False):
        if following != part and not following.startswith(f"{part}."):
            yield part
