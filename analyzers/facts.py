"""What the rules look at: the structure of a model, and its prices on one device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from costlint.analyzers.structure import Structure
from costlint.costmodel.formulas.sets import CONVOLUTIONS, PRODUCTS
from costlint.costmodel.ir.graph import Op, OpGraph, op_key

if TYPE_CHECKING:
    from costlint.costmodel.latency.estimate import Estimate, KernelEstimate, Prediction

Pricing: TypeAlias = "Callable[[OpGraph], Prediction]"
"""Predicts an edited graph on the device at hand."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One model on one device. Ops are called by `op_key`.

    `structure` is what no device changes, `left_out` are ops that no rule may gather (see
    `Rule.gathers`).
    """

    estimate: Estimate
    reprice: Pricing
    structure: Structure
    left_out: frozenset[str] = frozenset()

    @property
    def graph(self) -> OpGraph:
        """The op graph that was priced."""
        return self.structure.graph

    @cached_property
    def kernels(self) -> Mapping[str, KernelEstimate]:
        """The kernel of each op; an op that is free or a view has none."""
        return {op_key(row.op): kernel for kernel in self.estimate.kernels for row in kernel.ops}

    def kernels_of(self, ops: Iterable[Op]) -> list[KernelEstimate]:
        """The kernels of `ops`, each once."""
        found = (self.kernels.get(op_key(op)) for op in ops)
        return list({kernel.id: kernel for kernel in found if kernel is not None}.values())

    def is_main(self, op: Op) -> bool:
        """Whether `op` is the main op of a kernel and its cost is known: the rest cost nothing."""
        kernel = self.kernels.get(op_key(op))
        return kernel is not None and kernel.main.op is op and kernel.main.costed


def has_shapes(op: Op) -> bool:
    """Whether the shapes of all that the op reads and gives are known."""
    return all(t is None or t.shape is not None for t in (*op.inputs, *op.outputs))


def is_conv(op: Op) -> bool:
    """Whether `op` is a convolution with stored weights."""
    return op.op_type in CONVOLUTIONS and has_weights(op) and has_shapes(op) and op.w.rank >= 3


def is_product(op: Op) -> bool:
    """Whether `op` multiplies an activation with a stored matrix."""
    return op.op_type in PRODUCTS and has_weights(op) and has_shapes(op) and op.w.rank == 2


def has_weights(op: Op) -> bool:
    """Whether the second input is stored, and all three tensors have known shapes and elements."""
    tensors = (op.input(0), op.input(1), op.outputs[0])
    known = all(t is not None and t.shape is not None and 0 not in t.shape for t in tensors)
    return known and op.w.is_parameter


def groups(op: Op) -> int:
    """Groups of a convolution."""
    return int(op.attributes.get("group", 1))


def is_depthwise(op: Op) -> bool:
    """Whether each filter sees one channel."""
    return is_conv(op) and groups(op) > 1 and op.w.known_shape[1] == 1


def is_grouped(op: Op) -> bool:
    """Whether 1 < groups < channels."""
    return is_conv(op) and groups(op) > 1 and op.w.known_shape[1] > 1


def label(op: Op) -> tuple[str, str]:
    """A box of a small picture: what the op is, and its output's shape."""
    if is_conv(op):
        window = "x".join(map(str, op.w.known_shape[2:]))
        group = groups(op)
        kind = "depthwise " if is_depthwise(op) else ""
        suffix = f", {group} groups" if is_grouped(op) else ""
        text = f"{kind}{window} conv{suffix}"
    else:
        text = op.op_type
    shape = op.outputs[0].shape if op.outputs and op.outputs[0] is not None else None
    return text, "" if shape is None else "x".join(map(str, shape))
