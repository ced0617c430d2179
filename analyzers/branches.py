"""Linear branches of one tensor that a sum adds up: what one convolution can replace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from costlint.analyzers.facts import Facts, groups, is_conv
from costlint.analyzers.merging import is_inference_normalisation, is_per_channel
from costlint.costmodel.formulas.sets import FACTORS, LINEAR, SUMS
from costlint.costmodel.ir.graph import Op, Tensor
from costlint.costmodel.ir.windows import tap_slices, window

_DEEPEST: Final = 64  # sums in a row; like the next one, no network comes near
_MOST_OPS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """Branches from `source` to the output of `join`; None stands for the input itself.

    `ops` compute nothing else. `rest` is a summand that stays.
    """

    source: Tensor
    convs: tuple[Op | None, ...]
    ops: tuple[Op, ...]
    join: Op
    rest: Tensor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A tensor as branches of `source`: their convolutions (None: the input itself), all ops."""

    source: Tensor
    convs: tuple[Op | None, ...]
    ops: tuple[Op, ...]


Forms: TypeAlias = "dict[str, Linear | None]"
"""What linear ops make, by tensor; None where it mixes several tensors."""


def linear_forms(facts: Facts) -> Forms:
    """Every tensor that linear ops make."""
    made: Forms = {}
    for op in facts.graph.ops:
        bias = op.input(2)
        if op.op_type == "Conv" and is_conv(op) and (bias is None or bias.is_parameter):
            made[op.y.name] = Linear(source=op.x, convs=(op,), ops=(op,))
        elif parts := _operands(op):
            found = [_form(facts, made, part) for part in parts]
            known = [one for one in found if one is not None]
            alike = len(known) == len(found) and len({one.source.name for one in known}) == 1
            ops = (*(o for one in known for o in one.ops), op)
            made[op.y.name] = None
            if alike and len(ops) <= _MOST_OPS:
                convs = tuple(conv for one in known for conv in one.convs)
                made[op.y.name] = Linear(source=known[0].source, convs=convs, ops=ops)
    return made


def _form(facts: Facts, made: Forms, tensor: Tensor) -> Linear | None:
    """`tensor` as its only reader sees it; where there are more it is where branches start."""
    if tensor.name in made and facts.only_reader(tensor) is not None:
        return made[tensor.name]
    return Linear(source=tensor, convs=(None,), ops=())


def branches_to(facts: Facts, made: Forms, join: Op) -> Iterator[Branches]:
    """The ways to see `join` as a sum of linear branches of one tensor."""
    parts = _operands(join)
    if not parts:
        return
    is_sum = join.op_type in SUMS
    leaves, inner = _summands(facts, join, parts, _DEEPEST) if is_sum else (parts, [])
    found = [_form(facts, made, leaf) for leaf in leaves]
    for name, times in Counter(one.source.name for one in found if one is not None).items():
        if times >= len(leaves) - is_sum:
            mine = [one for one in found if one is not None and one.source.name == name]
            others = [one is None or one.source.name != name for one in found]
            rest = [t for t, other in zip(leaves, others, strict=True) if other]
            yield Branches(
                source=mine[0].source,
                convs=tuple(conv for one in mine for conv in one.convs),
                ops=(*(op for one in mine for op in one.ops), *inner, join),
                join=join,
                rest=rest[0] if rest else None,
            )


def _operands(op: Op) -> Sequence[Tensor]:
    """The tensors that `op` is linear in, beside constants of a channel; () where it is not."""
    if op.op_type not in LINEAR or op.outputs[0] is None or op.y.shape is None:
        return ()
    if op.op_type == "BatchNormalization":
        return (op.x,) if is_inference_normalisation(op) else ()
    if None in op.inputs:
        return ()
    inputs = [t for t in op.inputs if t is not None]
    data = [t for t in inputs if not t.is_parameter]
    if any(t.shape is None or not is_per_channel(t, op.y) for t in inputs if t.is_parameter):
        return ()
    if op.op_type in FACTORS and (len(data) > 1 or (op.op_type == "Div" and data != [op.x])):
        return ()
    return data if all(t.shape == op.y.shape for t in data) else ()


def _summands(
    facts: Facts, op: Op, parts: Sequence[Tensor], left: int
) -> tuple[list[Tensor], list[Op]]:
    """What a tree of sums adds up, and its inner sums; one of a constant is a summand itself."""
    leaves: list[Tensor] = []
    inner: list[Op] = []
    for tensor in parts:
        maker = facts.makers.get(tensor.name) if facts.only_reader(tensor) is op else None
        below = _operands(maker) if maker is not None and maker.op_type in SUMS and left else ()
        if maker is not None and len(below) > 1:
            deeper, more = _summands(facts, maker, below, left - 1)
            leaves += deeper
            inner += [maker, *more]
        else:
            leaves.append(tensor)
    return leaves, inner


def widest(branches: Branches) -> Op | None:
    """The convolution whose filter holds those of all others; None where there is none.

    So the whole has no more macs than that one: a dense 1x1 beside a depthwise 3x3 stays.
    """
    convs = [conv for conv in branches.convs if conv is not None]
    if len(branches.convs) < 2 or not convs:
        return None
    width, depth, *sizes = convs[0].w.known_shape
    windows = [(window(conv.w.known_shape[2:], conv.attributes), groups(conv)) for conv in convs]
    if len(convs) < len(branches.convs):  # the input itself: a filter of one for each channel
        if width != depth * groups(convs[0]):
            return None
        windows.append((window((1,) * len(sizes), {}), width))
    for conv, (outer, fewest) in zip(convs, windows, strict=False):
        if all(tap_slices(outer, one) and count % fewest == 0 for one, count in windows):
            return conv
    return None
