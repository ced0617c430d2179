"""Edits of an op graph: widths changed, ops taken out or replaced. The graph itself stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from costlint.costmodel.channels import Channels
from costlint.costmodel.channels.resizing import Resizing
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.ir.tensor import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """`by` takes the place of `ops` (keys) and makes what readers outside of them need."""

    ops: frozenset[str]
    by: tuple[Op, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What to change. An op's key is the name of its first output (`op_key`): names can repeat.

    `widths` are new sizes of channel groups by name. `dense` are grouped convolutions that lose
    their groups. `biased` are convolutions and products that have a bias now. `bypassed` maps the
    output of an op that goes to the tensor that replaces it.
    `fused` maps an op to the one whose kernel it joins: that one reads its other inputs and writes
    its output. `free` are ops whose result is taken where it lies: they become views.
    """

    widths: Mapping[str, Dim] = field(default_factory=dict)
    dense: frozenset[str] = frozenset()
    biased: frozenset[str] = frozenset()
    bypassed: Mapping[str, str] = field(default_factory=dict)
    fused: Mapping[str, str] = field(default_factory=dict)
    free: frozenset[str] = frozenset()
    replaced: tuple[Replacement, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return self == Edit()


def apply(graph: OpGraph, edit: Edit, channels: Channels) -> OpGraph:
    """`graph` with `edit` applied; ops that nobody reads any more are gone.

    `channels` are `channels_of(graph)`. Ops that nothing touches are the same objects as before.
    """
    taken = {key: change for change in edit.replaced for key in change.ops}
    places = {op_key(op): index for index, op in enumerate(graph.ops)} if taken else {}
    last = {id(change): max(places[key] for key in change.ops) for change in edit.replaced}
    resize = Resizing(channels, edit.widths, edit.dense)
    ops: list[Op] = []
    for index, op in enumerate(graph.ops):
        key = op_key(op)
        change = taken.get(key)
        if change is not None:
            if last[id(change)] == index:
                ops += [_rewired(new, edit.bypassed, graph) for new in change.by]
        elif key not in edit.bypassed:
            new = _rewired(resize.op(op), edit.bypassed, graph, resize)
            ops.append(with_bias(new) if key in edit.biased else new)
    if edit.free:
        ops = [_viewed(op) if op_key(op) in edit.free else op for op in ops]
    ops = _fused(ops, edit)
    outputs = tuple(_standing(t, edit.bypassed, graph, resize) for t in graph.outputs)
    return replace(
        graph,
        inputs=tuple([resize.made.get(t.name, t) for t in graph.inputs]),
        ops=tuple(_alive(ops, outputs, graph)),
        outputs=outputs,
        parameters=resize.parameters(graph, ops),
        source=None,
    )


def _standing(
    tensor: Tensor, bypassed: Mapping[str, str], graph: OpGraph, resize: Resizing | None = None
) -> Tensor:
    """What stands for `tensor` after the bypasses."""
    name = tensor.name
    while name in bypassed:
        name = bypassed[name]
    before = tensor if name == tensor.name else graph.tensors[name]
    return before if resize is None else resize.made.get(name, before)


def _rewired(
    op: Op, bypassed: Mapping[str, str], graph: OpGraph, resize: Resizing | None = None
) -> Op:
    if not bypassed or not any(t is not None and t.name in bypassed for t in op.inputs):
        return op
    inputs = [None if t is None else _standing(t, bypassed, graph, resize) for t in op.inputs]
    return replace(op, inputs=tuple(inputs))


def with_bias(op: Op) -> Op:
    """`op` with a bias, one number for each channel."""
    if op.input(2) is not None:
        return op
    bias = replace(
        op.w, name=f"{op_key(op)}.bias", shape=(op.y.known_shape[1],), sources=(), value=None
    )
    return replace(op, inputs=(*op.inputs[:2], bias))


def _viewed(op: Op) -> Op:
    """`op` as another name of what it reads: free on every runtime, where a Reshape may copy."""
    return replace(op, op_type="Identity", domain="", attributes={})


def _fused(ops: list[Op], edit: Edit) -> list[Op]:
    """Ops in the kernel of another: that one moves to their place, with their other inputs.

    Where that one is bypassed, the one before it takes them.
    """
    fused = edit.fused
    if not fused:
        return ops
    current: dict[str, str] = {}
    made: dict[str, Op | None] = {}
    inner: dict[str, set[str]] = {}  # what stays inside each kernel
    for op in ops:
        key = op_key(op)
        made[key] = op
        target = fused.get(key)
        if target is None:
            continue
        while target in edit.bypassed:
            target = edit.bypassed[target]
        target = current.get(target, target)
        into = made.get(target)
        if into is None:
            continue
        own = inner[key] = inner.pop(target, set())
        own.update(t.name for t in into.outputs if t is not None)
        read = {t.name for t in into.inputs if t is not None}
        other = [t for t in op.inputs if t is not None and not t.is_parameter]
        more = [t for t in other if t.name not in own and t.name not in read]
        made[key] = replace(into, inputs=(*into.inputs, *more), outputs=op.outputs)
        made[target] = None
        current[target] = key
        current[fused[key]] = key
    return [op for op in made.values() if op is not None]


def _alive(ops: list[Op], outputs: Iterable[Tensor], before: OpGraph) -> list[Op]:
    """The ops that something reads, in their order, and those that nothing read `before`."""
    wanted = {t.name for t in outputs}
    kept: list[Op] = []
    for op in reversed(ops):
        names = [t.name for t in op.outputs if t is not None]
        if not wanted.isdisjoint(names) or all(map(before.is_unread, names)):
            kept.append(op)
            wanted.update([t.name for t in op.reads if t is not None])
    return kept[::-1]
