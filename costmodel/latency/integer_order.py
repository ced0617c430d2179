"""Where onnxruntime transposes maps of integers: its convolutions of them have channels last.

It pushes the transposes to where an op does not keep the order, so that in between there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from costlint.costmodel.devices.settings import Amounts
from costlint.costmodel.formulas.sets import MIX_OR_CUT, traffic_of
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.latency.integers import is_integer
from costlint.costmodel.runtimes.kernels import Kernel

_KEEPS: Final = ("elementwise", "activation", "pooling", "resizing")
MAP_RANK: Final = 3
SCATTERED: Final = 320
"""What an element costs in a transpose of more than two axes, in bytes: 2.4 ns at 136 GB/s."""


def integer_reorders(
    kernels: Sequence[Kernel], outputs: Iterable[Tensor], roots: Mapping[str, str]
) -> tuple[Mapping[str, Amounts], Mapping[str, Amounts]]:
    """The transposes by the kernel before or behind which they run; `roots` of views.

    Besides, what the network's own transposes cost more, with which the runtime merges its own.
    """
    maps = _Maps(roots)
    for kernel in kernels:
        maps.read(kernel)
    makers = {tensor.name: kernel for kernel in kernels for tensor in kernel.writes}
    for tensor in outputs:
        root = maps.root(tensor)
        if root in maps.last:
            maps.turn(makers[root], tensor)
    return maps.changes, maps.merged


@dataclass(slots=True)
class _Maps:
    """`last` are the tensors with their channels last, `turned` those that exist in both orders."""

    roots: Mapping[str, str]
    last: set[str] = field(default_factory=set)
    turned: set[str] = field(default_factory=set)
    changes: dict[str, Amounts] = field(default_factory=dict)
    merged: dict[str, Amounts] = field(default_factory=dict)

    def root(self, tensor: Tensor) -> str:
        return self.roots.get(tensor.name, tensor.name)

    def read(self, kernel: Kernel) -> None:
        """Turn what the kernel reads to its order, and note what it gives."""
        op = kernel.op
        are_last = [self.root(tensor) in self.last for tensor in kernel.reads]
        if op.op_type == "Transpose" and any(are_last):
            self.merged[kernel.id] = {"movement": SCATTERED * op.y.elements}
            return
        keeps = bool(are_last) and all(are_last) and _keeps(op)
        makes_last = _is_convolution(op) or (keeps and all(map(is_integer, kernel.writes)))
        for tensor, is_last in zip(kernel.reads, are_last, strict=True):
            is_map = is_last or len(tensor.shape or ()) >= MAP_RANK
            if is_last != makes_last and is_map:
                self.turn(kernel, tensor)
        if makes_last:
            self.last.update(tensor.name for tensor in kernel.writes)

    def turn(self, kernel: Kernel, tensor: Tensor) -> None:
        """Count the transpose of a tensor, which is done once for all that read it."""
        root = self.root(tensor)
        if root not in self.turned:
            self.turned.add(root)
            counted = self.changes.setdefault(kernel.id, {"reorder_integer": 0, "launch": 0})
            counted["reorder_integer"] = counted["reorder_integer"] + 2 * tensor.size_bytes
            counted["launch"] = counted["launch"] + 1


def _is_convolution(op: Op) -> bool:
    return traffic_of(op) == "convolution" and is_integer(op.input(0))


def _keeps(op: Op) -> bool:
    """Whether `op` does to a map with its channels last what it does to another."""
    return traffic_of(op) in _KEEPS or op.op_type in MIX_OR_CUT
