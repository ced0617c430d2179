"""Linear branches of one tensor that a sum adds up: what one convolution can replace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Final

from costlint.analyzers.facts import Facts, groups, is_conv
from costlint.analyzers.merging import is_inference_normalisation, is_per_channel
from costlint.costmodel.dims import product
from costlint.costmodel.graph import Op, Tensor
from costlint.costmodel.windows import tap_slices, window

SUMS: Final = frozenset({"Add", "Sum"})
_SCALES: Final = frozenset({*SUMS, "Sub", "Mul", "Div"})
_DEEPEST: Final = 64  # ops from a sum to its input; no network comes near


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


def branches_to(facts: Facts, join: Op) -> Iterator[Branches]:
    """The ways to see `join` as a sum of linear branches of one tensor."""
    parts = _operands(join)
    if not parts:
        return
    leaves, inner = _summands(facts, join, _DEEPEST) if join.op_type in SUMS else (parts, [])
    found = [_linear(facts, leaf, _DEEPEST) for leaf in leaves]
    for name in dict.fromkeys(one.source.name for one in found if one is not None):
        mine = [one for one in found if one is not None and one.source.name == name]
        rest = [t for t, one in zip(leaves, found, strict=True) if one not in mine]
        if not rest or (len(rest) == 1 and join.op_type in SUMS):
            yield Branches(
                source=mine[0].source,
                convs=tuple(conv for one in mine for conv in one.convs),
                ops=(*(op for one in mine for op in one.ops), *inner, join),
                join=join,
                rest=rest[0] if rest else None,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Linear:
    source: Tensor
    convs: tuple[Op | None, ...]
    ops: tuple[Op, ...]


def _linear(facts: Facts, tensor: Tensor, left: int) -> _Linear | None:
    """A tensor as branches of another, through ops that nobody else reads; None if of several."""
    op = facts.makers.get(tensor.name) if facts.only_reader(tensor) is not None else None
    if op is not None and op.op_type == "Conv" and is_conv(op):
        return _Linear(source=op.x, convs=(op,), ops=(op,))
    parts = _operands(op) if op is not None and left else ()
    if op is None or not parts:
        return _Linear(source=tensor, convs=(None,), ops=())
    found = [_linear(facts, part, left - 1) for part in parts]
    known = [one for one in found if one is not None]
    if len(known) < len(found) or len({one.source.name for one in known}) > 1:
        return None
    return _Linear(
        source=known[0].source,
        convs=tuple(conv for one in known for conv in one.convs),
        ops=(*(o for one in known for o in one.ops), op),
    )


def _operands(op: Op) -> Sequence[Tensor]:
    """The tensors that `op` is linear in, beside constants of a channel; () where it is not."""
    if not op.outputs or op.outputs[0] is None or op.y.shape is None:
        return ()
    if op.op_type == "BatchNormalization":
        return (op.x,) if is_inference_normalisation(op) else ()
    if op.op_type not in _SCALES or None in op.inputs:
        return ()
    inputs = [t for t in op.inputs if t is not None]
    data = [t for t in inputs if not t.is_parameter]
    if any(t.shape is None or not is_per_channel(t, op.y) for t in inputs if t.is_parameter):
        return ()
    if op.op_type in {"Mul", "Div"} and (len(data) > 1 or (op.op_type == "Div" and data != [op.x])):
        return ()
    return data if all(t.shape == op.y.shape for t in data) else ()


def _summands(facts: Facts, op: Op, left: int) -> tuple[list[Tensor], list[Op]]:
    """What a tree of sums adds up, and its inner sums."""
    leaves: list[Tensor] = []
    inner: list[Op] = []
    for tensor in _operands(op):
        maker = facts.makers.get(tensor.name) if facts.only_reader(tensor) is op else None
        if maker is not None and maker.op_type in SUMS and left and _operands(maker):
            below, more = _summands(facts, maker, left - 1)
            leaves += below
            inner += [maker, *more]
        else:
            leaves.append(tensor)
    return leaves, inner


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The convolution that does the work of all: with the filter of `like`, in `groups`."""

    like: Op
    shape: tuple[int, ...]
    groups: int


def whole(branches: Branches) -> Whole | None:
    """One convolution for several branches; None where no filter holds the others.

    Nor where it would have more macs than the widest branch: a dense 1x1 beside a depthwise 3x3.
    """
    convs = [conv for conv in branches.convs if conv is not None]
    if len(branches.convs) < 2 or not convs:
        return None
    width, depth, *sizes = convs[0].w.known_shape
    channels = depth * groups(convs[0])
    has_input = len(convs) < len(branches.convs)
    if has_input and width != channels:
        return None
    count = gcd(*map(groups, convs))
    windows = [window(conv.w.known_shape[2:], conv.attributes) for conv in convs]
    windows += [window((1,) * len(sizes), {})] * has_input
    widest = max(conv.w.elements for conv in convs)
    for conv, outer in zip(convs, windows, strict=False):
        shape = (width, channels // count, *outer.sizes)
        if all(tap_slices(outer, one) for one in windows) and product(shape) <= widest:
            return Whole(like=conv, shape=shape, groups=count)
    return None
