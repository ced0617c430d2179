"""What the rules look at: the structure of a model, and its prices on one device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from costlint.analyzers.structure import Structure
from costlint.costmodel.formulas import weight_of
from costlint.costmodel.formulas.plain_convolution import plain_convolution
from costlint.costmodel.formulas.sets import CONVOLUTIONS, traffic_of
from costlint.costmodel.ir.graph import Op, OpGraph, op_key

if TYPE_CHECKING:
    from costlint.costmodel.ir.tensor import Tensor
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


def convolution_of(op: Op) -> Op | None:
    """`op` as the Conv that its formula says it is, in floats or integers; None for anything else.

    With stored weights, and channels before positions, as the rules look for them.
    """
    tensors = (op.input(0), weight_of(op), op.outputs[0] if op.outputs else None)
    is_known = all(t is not None and t.shape is not None and t.rank >= 3 for t in tensors)
    if traffic_of(op) != "convolution" or "Transpose" in op.op_type or not is_known:
        return None
    plain = plain_convolution(op)
    return plain if has_weights(plain) and plain.x == op.x else None


def is_product(op: Op) -> bool:
    """Whether `op` multiplies an activation with a stored matrix, in floats or integers."""
    w = weight_of(op)
    is_plain = traffic_of(op) == "product" and has_weights(op, w) and has_shapes(op)
    return is_plain and w is not None and w.rank == 2


def has_weights(op: Op, weight: Tensor | None = None) -> bool:
    """Whether the weight, else the second input, is stored, and all three tensors have elements."""
    w = op.input(1) if weight is None else weight
    tensors = (op.input(0), w, op.outputs[0])
    known = all(t is not None and t.shape is not None and 0 not in t.shape for t in tensors)
    return known and w is not None and w.is_parameter


def groups(op: Op) -> int:
    """Groups of a convolution."""
    return int(op.attributes.get("group", 1))


def is_depthwise(op: Op) -> bool:
    """Whether each filter sees one channel."""
    conv = convolution_of(op)
    return conv is not None and groups(conv) > 1 and conv.w.known_shape[1] == 1


def is_grouped(op: Op) -> bool:
    """Whether 1 < groups < channels."""
    conv = convolution_of(op)
    return conv is not None and groups(conv) > 1 and conv.w.known_shape[1] > 1


def label(op: Op) -> tuple[str, str]:
    """A box of a small picture: what the op is, and its output's shape."""
    conv = convolution_of(op)
    if conv is not None:
        window = "x".join(map(str, conv.w.known_shape[2:]))
        group = groups(conv)
        kind = "depthwise " if is_depthwise(op) else ""
        suffix = f", {group} groups" if is_grouped(op) else ""
        text = f"{kind}{window} conv{suffix}"
    else:
        text = op.op_type
    shape = op.outputs[0].shape if op.outputs and op.outputs[0] is not None else None
    return text, "" if shape is None else "x".join(map(str, shape))
