"""Tensors and ops of a graph at new channel widths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from costlint.costmodel.channels import Channels
from costlint.costmodel.channels.stored import Stored, is_folded
from costlint.costmodel.formulas import weight_of
from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.ir.source import SourceParameter
from costlint.costmodel.ir.tensor import Tensor


class Resizing:
    """Tensors at their new sizes; each is made once."""

    def __init__(
        self, channels: Channels, widths: Mapping[str, Dim], dense: frozenset[str]
    ) -> None:
        self.channels = channels
        self.dense = dense
        groups = enumerate(channels.groups)
        self.changed = {
            index: (widths[group.name], group.width, group.multiple_of)
            for index, group in groups
            if group.name in widths
        }
        self.keys = frozenset(key for index in self.changed for key in channels.keys_along(index))
        self.names = self.keys | channels.shared if self.keys else self.keys
        self.made: dict[str, Tensor] = {}
        self.shared: dict[str, str] = {}

    def shape(self, key: str, shape: Shape) -> Shape:
        """`shape` of the tensor at `key` with the new widths."""
        axes = self.channels.axes[key]
        return tuple(
            [
                size if terms is None else size + sum([self._growth(t, n) for t, n in terms])
                for size, terms in zip(shape, axes, strict=True)
            ]
        )

    def _growth(self, index: int, times: int) -> Dim:
        change = self.changed.get(index)
        if change is None:
            return 0
        after, before, unit = change
        return times * after // unit - times * before // unit

    def tensor(self, op: Op, tensor: Tensor | None) -> Tensor | None:
        """`tensor` as an input or output of `op`."""
        if tensor is None or tensor.shape is None:
            return tensor
        key = self.channels.key(op, tensor)
        if key not in self.keys:
            return tensor
        if key not in self.made:
            shape = self.shape(key, tensor.shape)
            same = shape == tensor.shape
            self.made[key] = tensor if same else self._resized(tensor, key, shape)
        return self.made[key]

    def _resized(self, tensor: Tensor, key: str, shape: Shape) -> Tensor:
        """`tensor` at its new shape; a shared vector becomes its reader's own."""
        sources = tensor.sources
        if key != tensor.name and sources == (tensor.name,):
            self.shared[key] = tensor.name
            sources = (key,)
        return tensor.resized(key, shape, sources)

    def op(self, op: Op) -> Op:
        """`op` at its new widths, itself where they are the same."""
        loses_groups = op_key(op) in self.dense
        if not loses_groups and not self._meets(op):
            return op
        inputs = tuple([self.tensor(op, t) for t in op.inputs])
        outputs = tuple([self.tensor(op, t) for t in op.outputs])
        groups = op.groups
        wanted = groups
        if loses_groups:
            wanted = 1
            x, w = inputs[0] or op.x, weight_of(op)
            inputs = tuple(
                _dense(x, new or old) if old is not None and old is w else new
                for old, new in zip(op.inputs, inputs, strict=True)
            )
        elif groups > 1 and inputs[0] is not None and groups in (op.x.shape or ())[1:2]:
            wanted = inputs[0].known_shape[1]
        if wanted == groups and not any(
            new is not old
            for new, old in zip((*inputs, *outputs), (*op.inputs, *op.outputs), strict=True)
        ):
            return op
        attributes = op.attributes if wanted == groups else {**op.attributes, "group": wanted}
        return op.between(inputs, outputs, attributes)

    def _meets(self, op: Op) -> bool:
        """Whether a tensor of `op` may have another size: its name says so, but for shared ones."""
        names = self.names
        if not names:
            return False
        return any(t is not None and t.name in names for t in (*op.outputs, *op.inputs))

    def parameters(self, graph: OpGraph, ops: Iterable[Op]) -> Mapping[str, SourceParameter]:
        """The graph's parameters at their new shapes."""
        found = dict(graph.parameters)
        for op in ops:
            for tensor in op.inputs:
                if tensor is not None and tensor.sources and tensor.sources == (tensor.name,):
                    stored = found.get(self.shared.get(tensor.name, tensor.name))
                    shape = tensor.shape
                    if stored is not None and shape is not None and stored.shape != shape:
                        found[tensor.name] = replace(stored, shape=shape, value=None)
        for name, shape in self._parts(graph):
            if found[name].shape != shape:
                found[name] = replace(found[name], shape=shape, value=None)
        return found

    def _parts(self, graph: OpGraph) -> Iterator[tuple[str, Shape]]:
        """The stored parameters that resized constants are folded from, at their new shapes."""
        folded = [key for key, tensor in self.made.items() if is_folded(tensor)]
        stored = Stored(graph=graph)
        for key in folded:
            before = graph.tensors.get(key)
            parts = before and stored.parts(before, self.made[key].shape)
            yield from (parts or {}).items()


def _dense(x: Tensor, weight: Tensor) -> Tensor:
    """The weight of the convolution of `x` without groups."""
    shape = weight.known_shape
    return replace(weight, shape=(shape[0], x.known_shape[1], *shape[2:]), value=None)
