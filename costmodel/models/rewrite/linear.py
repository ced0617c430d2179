"""A tensor as a linear function of another one: convolutions that add up, and a shift."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import onnx

from costlint.costmodel.formulas.sets import LINEAR, SUMS
from costlint.costmodel.ir.windows import Window, window
from costlint.costmodel.models.rewrite.lines import per_channel, statistics
from costlint.costmodel.models.rewrite.stored import Stored, attributes

DEEPEST: Final = 64
"""Ops from a sum to its input; no network comes near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A convolution with weight (M, C / groups, ...); `node` is None for the input itself."""

    weight: np.ndarray
    groups: int
    window: Window
    node: onnx.NodeProto | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`filters` over the tensor `source`, added up, and `shift` (M); a constant has no source.

    `nodes` compute nothing else. All in double precision.
    """

    source: str
    filters: tuple[Filter, ...]
    shift: np.ndarray
    nodes: tuple[onnx.NodeProto, ...]

    def times(self, factor: np.ndarray) -> Form:
        """The form times one factor a channel (M)."""
        scaled = [
            replace(f, weight=f.weight * factor.reshape([-1] + [1] * (f.weight.ndim - 1)))
            for f in self.filters
        ]
        return replace(self, filters=tuple(scaled), shift=self.shift * factor)

    def plus(self, other: Form) -> Form | None:
        """The sum of two forms, None where they are of different tensors."""
        if self.source and other.source and self.source != other.source:
            return None
        return Form(
            source=self.source or other.source,
            filters=(*self.filters, *other.filters),
            shift=self.shift + other.shift,
            nodes=(*self.nodes, *other.nodes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads tensors of `width` channels and `rank` axes as forms."""

    stored: Stored
    width: int
    rank: int

    def form(self, name: str, left: int = DEEPEST) -> Form | None:
        """The tensor `name`, back through linear ops that nobody else reads, at most `left`.

        None where it mixes several tensors, or what is needed is not stored.
        """
        constant = self.stored.array(name)
        if constant is not None:
            vector = per_channel(constant, self.width, self.rank - 2)
            return None if vector is None else self.constant(vector)
        node = self.stored.maker(name)
        if node is not None and left and self.stored.readers(name) == 1:
            if node.op_type in LINEAR:
                return self.result(node, left - 1)
            if node.op_type == "Conv":
                return self._convolution(node)
        one = np.ones((self.width, *[1] * (self.rank - 1)))
        plain = window(one.shape[2:], {})
        itself = Filter(weight=one, groups=self.width, window=plain, node=None)
        return replace(self.constant(0.0), source=name, filters=(itself,))

    def constant(self, value: np.ndarray | float) -> Form:
        """A number, or one a channel (M)."""
        shift = np.broadcast_to(np.asarray(value, float), (self.width,))
        return Form(source="", filters=(), shift=shift, nodes=())

    def result(self, node: onnx.NodeProto, left: int = DEEPEST) -> Form | None:
        """What a linear op makes."""
        if node.op_type == "BatchNormalization":
            return self._normalised(node, left)
        found = [self.form(name, left) for name in node.input]
        forms = [form for form in found if form is not None]
        if len(forms) < len(found) or not forms:
            return None
        made: Form | None = forms[0]
        for form in forms[1:]:
            made = None if made is None else _combined(node.op_type, made, form)
        return None if made is None else replace(made, nodes=(*made.nodes, node))

    def _convolution(self, node: onnx.NodeProto) -> Form | None:
        weight = self.stored.array(node.input[1])
        bias = None if weight is None else self.stored.bias(node, weight)
        if weight is None or bias is None:
            return None
        if weight.ndim != self.rank or weight.shape[0] != self.width:
            return None
        given = attributes(node)
        found = Filter(
            weight=weight.astype(float),
            groups=given.get("group", 1),
            window=window(weight.shape[2:], given),
            node=node,
        )
        return Form(source=node.input[0], filters=(found,), shift=bias, nodes=(node,))

    def _normalised(self, node: onnx.NodeProto, left: int) -> Form | None:
        factor, shift, _ = statistics(self.stored, node)
        form = self.form(node.input[0], left)
        if form is None or factor is None or shift is None or factor.size != self.width:
            return None
        made = form.times(factor)
        return replace(made, shift=made.shift + shift, nodes=(*made.nodes, node))


def _combined(op_type: str, one: Form, other: Form) -> Form | None:
    if op_type in SUMS:
        return one.plus(other)
    if op_type == "Sub":
        return one.plus(other.times(-np.ones_like(other.shift)))
    if op_type == "Mul" and not one.filters:
        return other.times(one.shift)
    if other.filters:
        return None
    return one.times(other.shift if op_type == "Mul" else 1 / other.shift)
