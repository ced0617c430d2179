"""Linear branches of one tensor that a sum adds up: what one convolution can replace.

As in RepVGG (Ding et al., CVPR 2021, arXiv 2101.03697) and MobileOne (Vasu et al., CVPR 2023,
arXiv 2206.04040). Decided from the graph alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from costlint.costmodel.formulas.sets import FACTORS, SCALES, SUMS
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.ir.windows import tap_slices, window
from costlint.costmodel.models.rewrite.lines import (
    Stored,
    has_stored_weights,
    is_channel_constant,
    is_normalisation,
    own_part,
    stored_in,
)

_DEEPEST: Final = 64  # sums in a row; like the next one, no network comes near
_MOST_OPS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """Branches from `source` to the output of `join`; None stands for the input itself.

    `ops` compute nothing else. The filter of `whole`, one of the convolutions, holds those of all
    others. `rest` is a summand that stays.
    """

    source: Tensor
    convs: tuple[Op | None, ...]
    ops: tuple[Op, ...]
    join: Op
    whole: Op
    rest: Tensor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Linear:
    """A tensor as branches of `source`: their convolutions (None: the input itself), all ops."""

    source: Tensor
    convs: tuple[Op | None, ...]
    ops: tuple[Op, ...]


def branches(graph: OpGraph) -> tuple[Branches, ...]:
    """The sums of linear branches that one convolution does; of sums in a row the last has all."""
    graph = own_part(graph)
    forms = _Forms(graph=graph, stored=stored_in(graph), made={})
    for op in graph.ops:
        forms.read(op)
    found: list[Branches] = []
    done: set[str] = set()
    for join in reversed(graph.ops):
        if op_key(join) not in done:
            one = next(forms.ways(join), None)
            if one is not None:
                done.update(map(op_key, one.ops))
                found.append(one)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    """What linear ops make, by tensor, filled in the graph's order."""

    graph: OpGraph
    stored: Stored
    made: dict[str, _Linear]

    def read(self, op: Op) -> None:
        """Add what `op` makes where it is linear in one tensor."""
        if has_stored_weights(self.stored, op, "Conv"):
            self.made[op.y.name] = _Linear(source=op.x, convs=(op,), ops=(op,))
            return
        found = [self.of(part) for part in self.operands(op)]
        ops = (*(o for one in found for o in one.ops), op)
        if len({one.source.name for one in found}) == 1 and len(ops) <= _MOST_OPS:
            convs = tuple(conv for one in found for conv in one.convs)
            self.made[op.y.name] = _Linear(source=found[0].source, convs=convs, ops=ops)

    def of(self, tensor: Tensor) -> _Linear:
        """`tensor` as its only reader sees it; where there are more it is where branches start."""
        form = self.made.get(tensor.name)
        if form is not None and self.graph.only_reader(tensor) is not None:
            return form
        return _Linear(source=tensor, convs=(None,), ops=())

    def ways(self, join: Op) -> Iterator[Branches]:
        """The ways to see `join` as a sum of linear branches that one convolution does."""
        parts = self.operands(join)
        is_sum = join.op_type in SUMS
        leaves, inner = self._summands(join, parts, _DEEPEST) if is_sum else (parts, [])
        found = [self.of(leaf) for leaf in leaves]
        for name, times in Counter(one.source.name for one in found).items():
            if times < len(leaves) - is_sum:
                continue
            mine = [one for one in found if one.source.name == name]
            convs = tuple(conv for one in mine for conv in one.convs)
            whole = _widest(convs)
            rest = [t for t, one in zip(leaves, found, strict=True) if one.source.name != name]
            if whole is not None:
                yield Branches(
                    source=mine[0].source,
                    convs=convs,
                    ops=(*(op for one in mine for op in one.ops), *inner, join),
                    join=join,
                    whole=whole,
                    rest=rest[0] if rest else None,
                )

    def operands(self, op: Op) -> Sequence[Tensor]:
        """The tensors that `op` is linear in, beside constants of a channel; () if it is not."""
        if not op.outputs or op.outputs[0] is None or op.y.shape is None:
            return ()
        if is_normalisation(self.stored, op):
            return (op.x,)
        if op.op_type not in SCALES | SUMS or op.domain or None in op.inputs:
            return ()
        inputs = [t for t in op.inputs if t is not None]
        data = [t for t in inputs if not t.is_parameter]
        constants = [t for t in inputs if t.is_parameter]
        if not all(is_channel_constant(self.stored, t, op.y) for t in constants):
            return ()
        is_product = op.op_type in FACTORS
        if is_product and (len(data) > 1 or (op.op_type == "Div" and data != [op.x])):
            return ()
        return data if all(t.shape == op.y.shape for t in data) else ()

    def _summands(
        self, op: Op, parts: Sequence[Tensor], left: int
    ) -> tuple[list[Tensor], list[Op]]:
        """What a tree of sums adds up, and its inner sums; one of a constant is a summand."""
        leaves: list[Tensor] = []
        inner: list[Op] = []
        for tensor in parts:
            maker = self.graph.makers.get(tensor.name)
            is_inner = maker is not None and maker.op_type in SUMS and left > 0
            alone = is_inner and self.graph.only_reader(tensor) is op
            below = self.operands(maker) if maker is not None and alone else ()
            if maker is not None and len(below) > 1:
                deeper, more = self._summands(maker, below, left - 1)
                leaves += deeper
                inner += [maker, *more]
            else:
                leaves.append(tensor)
        return leaves, inner


def _widest(convs: Sequence[Op | None]) -> Op | None:
    """The convolution whose filter holds those of all others; None where there is none.

    So the whole has no more macs than that one: a dense 1x1 beside a depthwise 3x3 stays.
    """
    real = [conv for conv in convs if conv is not None]
    if len(convs) < 2 or not real:
        return None
    width, depth, *sizes = real[0].w.known_shape
    windows = [(window(conv.w.known_shape[2:], conv.attributes), conv.groups) for conv in real]
    if len(real) < len(convs):  # the input itself: a filter of one for each channel
        if width != depth * real[0].groups:
            return None
        windows.append((window((1,) * len(sizes), {}), width))
    for conv, (outer, fewest) in zip(real, windows, strict=False):
        if all(tap_slices(outer, one) and count % fewest == 0 for one, count in windows):
            return conv
    return None
