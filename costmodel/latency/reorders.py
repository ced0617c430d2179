"""Where a runtime changes between plain tensors and blocks of channels, and what that moves.

A tensor stays in blocks as long as kernels that know them read it; each change is made once for a
tensor. What is blocked follows from widths, so it is 0 or 1 as arithmetic on dimensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.devices.settings import Amounts, Settings
from costlint.costmodel.formulas.plain_convolution import plain_convolution
from costlint.costmodel.formulas.sets import traffic_of
from costlint.costmodel.ir.dims import Dim, minimum, product
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.latency.blocked import is_blocked, is_whole, reads_plain
from costlint.costmodel.latency.integer_order import integer_reorders
from costlint.costmodel.runtimes.kernels import Kernel
from costlint.costmodel.runtimes.library import Library

CHANNEL_BYTES: Final = 1300
"""What each channel costs a plain normalisation besides, as bytes moved: a loop of its own.
From 228 of them in DenseNets and CondenseNets (x86, AVX-512): 15 ns a channel at 90 GB/s."""


@dataclass(frozen=True, slots=True)
class Reorders:
    """Amounts by kernel id.

    `changes` are those to and from blocks, kernels of the runtime's own; `apart` is what ops cost
    besides that blocks keep from joining.
    """

    changes: Mapping[str, Amounts] = field(default_factory=dict)
    apart: Mapping[str, Amounts] = field(default_factory=dict)

    def of(self, kernel: Kernel) -> Amounts:
        """What the kernel costs besides."""
        return added(self.apart.get(kernel.id, {}), self.changes.get(kernel.id, {}))


def added(amounts: Amounts, more: Amounts) -> Amounts:
    """The sum of both, term by term."""
    return {**amounts, **{name: amounts.get(name, 0) + amount for name, amount in more.items()}}


def reorders(
    rows: Sequence[OpCost],
    kernels: Sequence[Kernel],
    outputs: Iterable[Tensor],
    settings: Settings,
) -> Reorders:
    """What the kernels cost besides for changes of order; nothing where there are no blocks."""
    if not settings.is_blocked:
        return Reorders()
    return _Blocks(settings.lanes_out, settings.library).run(rows, kernels, tuple(outputs))


@dataclass(slots=True)
class _Blocks:
    """`blocked[name]` is 1 for tensors in blocks; `roots` are the tensors that views are of."""

    block: int
    library: Library
    apart: dict[str, Amounts] = field(default_factory=dict)
    blocked: dict[str, Dim] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    changed: dict[tuple[str, str], Dim] = field(default_factory=dict)
    found: dict[str, Amounts] = field(default_factory=dict)

    def run(
        self, rows: Sequence[OpCost], kernels: Sequence[Kernel], outputs: Iterable[Tensor]
    ) -> Reorders:
        inside = {id(row) for kernel in kernels for row in kernel.ops}
        for row in rows:
            if id(row) not in inside:
                for tensor in row.op.outputs:
                    source = next((t for t in row.op.inputs if t is not None), None)
                    if tensor is not None and source is not None and not source.is_parameter:
                        self.roots[tensor.name] = self.roots.get(source.name, source.name)
        for kernel in kernels:
            self._kernel(kernel)
        last = {tensor.name: kernel for kernel in kernels for tensor in kernel.writes}
        for tensor in outputs:
            maker = last.get(self.roots.get(tensor.name, tensor.name))
            if maker is not None:
                self._to_plain(maker, tensor, 1)
        changes, merged = integer_reorders(kernels, outputs, self.roots)
        for key, amounts in changes.items():
            self.found[key] = added(self.found.get(key, {}), amounts)
        self.apart.update(merged)
        return Reorders(changes=self.found, apart=self.apart)

    def _kernel(self, kernel: Kernel) -> None:
        if not kernel.main.costed:
            for tensor in kernel.reads:
                self._to_plain(kernel, tensor, 1)
            return
        op = kernel.op
        is_in = is_out = self._in_blocks(kernel)
        kind = traffic_of(op)
        added_to = [t for t in kernel.reads if kind == "convolution" and t not in op.inputs]
        for tensor in added_to:
            is_out = is_out * self._state(tensor)
        if added_to:
            self._apart(kernel, is_in, is_out)
        if op.op_type == "BatchNormalization":
            channels = product(op.x.known_shape[:2])
            self.apart[kernel.id] = {"elementwise": (1 - is_in) * channels * CHANNEL_BYTES}
        for tensor in kernel.reads:
            if kind not in ("convolution", "pooling"):
                self._to_plain(kernel, tensor, 1 - is_in)
            elif tensor is op.input(0):
                few = is_in * _reads_few(kernel, self.block)
                self._to_plain(kernel, tensor, 1 - is_in + few)
                self._to_blocks(kernel, tensor, is_in - few)
            elif tensor in added_to:
                self._to_plain(kernel, tensor, 1 - is_out)
        self.blocked.update((tensor.name, is_out) for tensor in kernel.writes)

    def _apart(self, kernel: Kernel, is_in: Dim, is_out: Dim) -> None:
        """Count a sum after its convolution where it does not join it.

        It joins in blocks where both sides are in blocks, and else with an activation behind it.
        """
        size = kernel.ops[-1].op.y.size_bytes
        names = [row.op.op_type for row in kernel.ops]
        behind = len(names) - next(
            (i for i, n in enumerate(names) if n in self.library.blocks_meet), len(names) - 1
        )
        is_apart = is_in - is_out
        self._count(kernel, is_apart, size)
        if behind == 1:
            is_apart = 1 - is_out
        self.apart[kernel.id] = {
            "launch": is_apart * behind,
            "elementwise": is_apart * (1 + 2 * behind) * size,
        }

    def _in_blocks(self, kernel: Kernel) -> Dim:  # noqa: PLR0911 - a case each
        """1 where the kernel works on blocks and gives them."""
        op = kernel.op
        read = op.input(0)
        if read is not None and not is_float(read.dtype):
            return 0
        if traffic_of(op) == "convolution":
            return is_blocked(plain_convolution(op), self.block)
        if traffic_of(op) == "pooling" and op.x.rank == 4:
            return is_whole(op.x.known_shape[1], self.block)
        if op.op_type in self.library.blocks_follow and kernel.reads:
            return self._state(kernel.reads[0])
        if op.op_type == "Concat" and op.attributes.get("axis") == 1:
            return self._all(kernel.reads, whole=True)
        is_met = op.op_type in self.library.blocks_meet
        if is_met and all(t.shape == op.y.shape for t in kernel.reads):
            return self._all(kernel.reads, whole=False)
        return 0

    def _all(self, tensors: Iterable[Tensor], *, whole: bool) -> Dim:
        found: Dim = 1
        for tensor in tensors:
            found = found * self._state(tensor)
            if whole and tensor.shape is not None:
                channels = tensor.shape[1] if len(tensor.shape) > 1 else 1
                found = found * is_whole(channels, self.block)
        return found

    def _state(self, tensor: Tensor) -> Dim:
        return self.blocked.get(tensor.name, 0)

    def _to_plain(self, kernel: Kernel, tensor: Tensor, wanted: Dim) -> None:
        root = self.roots.get(tensor.name, tensor.name)
        self._change(kernel, tensor, ("plain", root), wanted * self.blocked.get(root, 0))

    def _to_blocks(self, kernel: Kernel, tensor: Tensor, wanted: Dim) -> None:
        self._change(kernel, tensor, ("blocks", tensor.name), wanted * (1 - self._state(tensor)))

    def _change(self, kernel: Kernel, tensor: Tensor, key: tuple[str, str], wanted: Dim) -> None:
        """Count a change of order, unless another kernel made it before."""
        done = self.changed.get(key, 0)
        now = minimum(done + wanted, 1)
        self.changed[key] = now
        if type(now) is int and now == done:
            return
        self._count(kernel, now - done, tensor.size_bytes)

    def _count(self, kernel: Kernel, times: Dim, size: Dim) -> None:
        counted = self.found.setdefault(kernel.id, {"reorder": 0, "launch": 0})
        counted["reorder"] = counted["reorder"] + times * 2 * size
        counted["launch"] = counted["launch"] + times


def _reads_few(kernel: Kernel, block: int) -> Dim:
    """1 for a dense convolution of so few channels that it reads them as they lie."""
    op = kernel.op
    if traffic_of(op) != "convolution":
        return 0
    dense = 1 - minimum(op.groups - 1, 1)
    return dense * reads_plain(plain_convolution(op).w.known_shape[1], block)
