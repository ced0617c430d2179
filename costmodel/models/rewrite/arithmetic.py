"""The numbers of a rewrite: weights that take up lines, products of filters, sums of branches.

In double precision; what is written is rounded once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from costlint.costmodel.formulas.sets import FACTORS
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.ir.windows import Window, tap_slices, window
from costlint.costmodel.models.rewrite.branches import Branches
from costlint.costmodel.models.rewrite.folds import Fold
from costlint.costmodel.models.rewrite.rows import Row

Content: TypeAlias = "Callable[[Tensor], np.ndarray]"
"""The content of a stored tensor, in double precision."""

Weights: TypeAlias = "tuple[np.ndarray, np.ndarray | None]"
"""Weight and bias of an op; None where it has none."""

Line: TypeAlias = "tuple[np.ndarray | float, np.ndarray | float]"
"""Factor and shift of each channel (C), or of all."""

_EPSILON: Final = 1e-5


def line(op: Op, data: Tensor, content: Content) -> Line:
    """Factor and shift of `op`, which is a line of `data`."""
    if op.op_type == "BatchNormalization":
        scale, bias, mean, variance = (content(t) for t in op.inputs[1:5] if t is not None)
        factor = scale / np.sqrt(variance + op.attributes.get("epsilon", _EPSILON))
        return factor, bias - mean * factor
    other = op.w if data is op.x else op.x
    constant = content(other).reshape(-1)
    if op.op_type in FACTORS:
        return (constant if op.op_type == "Mul" else 1 / constant), 0.0
    return 1.0, (constant if op.op_type == "Add" else -constant)


def weights_of(op: Op, content: Content) -> Weights:
    """Weight and bias of `op`, the bias as it is added: a Gemm's times its `beta`."""
    bias = op.input(2)
    return content(op.w), None if bias is None else content(bias) * op.attributes.get("beta", 1.0)


def taken_up(fold: Fold, into: Op, weights: Weights, content: Content) -> Weights:
    """`weights` of `into` with the line that is folded into them."""
    factor, shift = line(fold.op, fold.source, content)
    weight, bias = weights
    width = into.y.known_shape[1]
    along = np.broadcast_to(factor, (width,))
    if bias is not None or fold.biases:
        bias = (0.0 if bias is None else bias.reshape(-1)) * along + shift
    return _scaled(into, weight, along), bias


def _scaled(op: Op, weight: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """`weight` of `op` times one factor for each channel of its output."""
    behind = (1,) * (weight.ndim - 2)
    groups = 1
    if op.op_type == "ConvTranspose":  # its weight is (C, M / groups, ...)
        groups = op.groups
        along = factor.reshape(groups, 1, -1, *behind)
    elif op.op_type == "Conv" or op.attributes.get("transB"):
        along = factor.reshape(1, -1, 1, *behind)
    else:
        along = factor.reshape(1, 1, -1)
    parts = weight.reshape(groups, -1, *weight.shape[1:])
    scaled: np.ndarray = parts * along
    return scaled.reshape(weight.shape)


def multiplied(row: Row, content: Content) -> Weights:
    """Weight and bias of the convolution that does what a row of them does."""
    whole, shift = weights_of(row.ops[0], content)
    for op in row.ops[1:]:
        weight, bias = weights_of(op, content)
        if shift is not None:
            shift = np.einsum("omhw,m->o", weight, shift) + (0.0 if bias is None else bias)
        elif bias is not None:
            shift = bias
        if max(whole.shape[2:]) > 1:
            whole = np.einsum("omab,mihw->oihw", weight, whole)
        else:
            whole = np.einsum("omhw,miab->oihw", weight, whole)
    return whole, shift


def summed(branches: Branches, content: Content) -> Weights:
    """Weight and bias of the convolution that does what the branches do, less what stays."""
    outer = window(branches.whole.w.known_shape[2:], branches.whole.attributes)
    makers = {op.y.name: op for op in branches.ops}
    width = branches.join.y.known_shape[1]
    forms = _Forms(makers=makers, rest=branches.rest, content=content, width=width)
    found = forms.of(branches.join.y)
    weight = np.zeros(branches.whole.w.known_shape)
    for one in found.filters:
        taps = tap_slices(outer, one.window)  # they fit: `branches` has seen to it
        _add(weight[(slice(None), slice(None), *(taps or ()))], one)
    return weight, found.shift


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filter:
    """A convolution with weight (M, C / groups, ...)."""

    weight: np.ndarray
    groups: int
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """`filters` over one tensor, added up, and `shift` (M)."""

    filters: tuple[_Filter, ...]
    shift: np.ndarray

    def along(self, factor: np.ndarray | float, shift: np.ndarray | float) -> _Form:
        """The form times `factor` plus `shift` (M)."""
        every = np.broadcast_to(factor, self.shift.shape)
        scaled = [
            replace(f, weight=f.weight * every.reshape(-1, *[1] * (f.weight.ndim - 1)))
            for f in self.filters
        ]
        return _Form(filters=tuple(scaled), shift=self.shift * every + shift)

    def plus(self, other: _Form) -> _Form:
        """The sum of two forms."""
        return _Form(filters=(*self.filters, *other.filters), shift=self.shift + other.shift)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    """Tensors of `width` channels inside some branches, as forms of their source."""

    makers: Mapping[str, Op]
    rest: Tensor | None
    content: Content
    width: int

    def of(self, tensor: Tensor) -> _Form:
        """`tensor`, back to where the branches start; what stays beside them counts as nothing."""
        if tensor.name in self.makers:
            return self._made(self.makers[tensor.name])
        shift = np.zeros(self.width)
        if tensor.is_parameter:
            shift = shift + self.content(tensor).reshape(-1)
        if tensor.is_parameter or tensor == self.rest:
            return _Form(filters=(), shift=shift)
        one = np.ones((self.width, *[1] * (tensor.rank - 1)))
        plain = window(one.shape[2:], {})
        itself = _Filter(weight=one, groups=self.width, window=plain)
        return _Form(filters=(itself,), shift=shift)

    def _made(self, op: Op) -> _Form:
        if op.op_type == "Conv":
            weight, bias = weights_of(op, self.content)
            groups = op.groups
            place = window(weight.shape[2:], op.attributes)
            one = _Filter(weight=weight, groups=groups, window=place)
            return _Form(filters=(one,), shift=np.zeros(self.width) if bias is None else bias)
        if op.op_type == "BatchNormalization" or op.op_type in FACTORS:
            data = op.w if op.x.is_parameter else op.x
            return self.of(data).along(*line(op, data, self.content))
        parts = [self.of(t) for t in op.inputs if t is not None]
        total = parts[0]
        for part in parts[1:]:
            total = total.plus(part.along(-1.0, 0.0) if op.op_type == "Sub" else part)
        return total


def _add(weight: np.ndarray, one: _Filter) -> None:
    """Add a filter to `weight`, which has its taps and as many groups or fewer."""
    rows, depth = one.weight.shape[0] // one.groups, one.weight.shape[1]
    for group in range(one.groups):
        mine = slice(group * rows, (group + 1) * rows)
        first = group * depth % weight.shape[1]
        weight[mine, first : first + depth] += one.weight[mine]
