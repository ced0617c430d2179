"""G302: a filter cut in two convolutions that is slower here than the whole one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from costlint.analyzers.facts import Facts, is_conv, label
from costlint.analyzers.merging import conv_like, in_place_of, wide_filter
from costlint.analyzers.rule import Rule, Threshold, Violation
from costlint.costmodel.formulas.sets import keeps_channels
from costlint.costmodel.ir.graph import Op, op_key
from costlint.costmodel.models.rewrite.rows import dense_macs

MACS: Final = Threshold(
    name="macs of the whole filter over those of the pair",
    value=1,
    reason="a pair is cut to save macs; where it saves none, its depth is wanted for itself",
)
MARGIN: Final = Threshold(
    name="share of the pair's time that the whole filter saves",
    value=0.2,
    reason="the standard deviation of one kernel's error: the claim is that it is slower here, so "
    "the winner of many comparisons must win by more than the error of one",
)


@dataclass(frozen=True, slots=True)
class _Pair:
    ops: tuple[Op, ...]
    whole: Op
    time_s: float
    macs: int

    @property
    def kind(self) -> str:
        return f"{label(self.ops[0])[0]} and {label(self.ops[-1])[0]}"


def check(facts: Facts) -> Iterable[Violation]:
    """Pairs like 1x3 + 3x1, depthwise + 1x1 and 1x1 + depthwise, against one dense filter.

    All whole filters are priced in one estimate first; those that win become the edit, by kind.
    """
    pairs = list(_candidates(facts))
    if not pairs:
        return
    wholes = replace(
        facts.graph, ops=tuple(p.whole for p in pairs), outputs=tuple(p.whole.y for p in pairs)
    )
    priced = {k.main.op.name: k.latency_s for k in facts.reprice(wholes).kernels}
    gains = [(p.time_s - priced[p.whole.name], p) for p in pairs if p.whole.name in priced]
    taken: set[str] = set()
    kinds: dict[str, list[_Pair]] = {}
    for gain, pair in sorted(gains, key=lambda g: -g[0]):
        keys = {op_key(op) for op in pair.ops}
        if gain > MARGIN.value * pair.time_s and not keys & taken:
            taken |= keys
            kinds.setdefault(pair.kind, []).append(pair)
    for alike in kinds.values():
        yield from (_violation(pair, alike) for pair in alike)


def _candidates(facts: Facts) -> Iterator[_Pair]:
    fastest = _least_s_per_mac(facts)
    for first, second, between in _pairs(facts):
        shape = wide_filter(first, second)
        if first.x.rank != 4 or max(shape) < 2 or not _is_cut(first, second):
            continue
        whole = conv_like(
            first, first.x, second.y, filter_shape=shape, name=f"{op_key(second)}.whole"
        )
        ops = (first, *between, second)
        macs = sum(facts.structure.rows[op_key(op)].cost.macs for op in ops)
        time_s = sum(kernel.latency_s for kernel in facts.kernels_of(ops))
        if MACS.value * macs <= dense_macs(whole) and dense_macs(whole) * fastest < time_s:
            yield _Pair(ops, whole, time_s, macs)


def _is_cut(first: Op, second: Op) -> bool:
    """Whether the two are a filter in two directions, or a depthwise one beside a 1x1."""
    one, other = first.w.known_shape, second.w.known_shape
    if 1 in one[2:] and 1 in other[2:] and max(one[2:]) > 1 and max(other[2:]) > 1:
        return True
    small = [w for w in (one, other) if set(w[2:]) == {1}]
    return len(small) == 1 and small[0][1] > 1 and (one[1] == 1 or other[1] == 1)


def _pairs(facts: Facts) -> Iterator[tuple[Op, Op, tuple[Op, ...]]]:
    """A convolution, the next one on its only way, and the plain ops between."""
    for first in facts.graph.ops:
        if not is_conv(first) or op_key(first) not in facts.kernels:
            continue
        between: list[Op] = []
        current = facts.graph.only_reader(first.y)
        while current is not None and keeps_channels(current) and len(between) < 4:
            between.append(current)
            current = facts.graph.only_reader(current.y)
        if current is not None and is_conv(current) and current.x.name != first.x.name:
            yield first, current, tuple(between)


def _least_s_per_mac(facts: Facts) -> float:
    """Half the best rate that a convolution reaches here: no whole filter beats that."""
    rates = [
        kernel.latency_s / macs
        for kernel in facts.estimate.kernels
        if kernel.kernel_class == "conv" and (macs := sum(row.cost.macs for row in kernel.ops))
    ]
    return min(rates, default=0.0) / 2


def _violation(pair: _Pair, alike: list[_Pair]) -> Violation:
    """What is to say of `pair`; the macs are those of all pairs of its kind."""
    ops, whole = pair.ops, pair.whole
    before = sum(one.macs for one in alike)
    after = sum(dense_macs(one.whole) for one in alike)
    return Violation(
        ops=ops,
        message=f"{pair.kind} are slower here than one dense {label(whole)[0]}",
        fix=f"one dense {label(whole)[0]}, of {after / before:.1f} times the macs",
        alike=pair.kind,
        evidence={"macs_before": before, "macs_after": after},
        edit=in_place_of(ops, whole),
        assumption="one dense filter in place of each pair, more macs",
        remedy="retrain",
        before=tuple(label(op) for op in ops[:6]),
        after=(label(whole),),
    )


RULE: Final = Rule(
    id="G302",
    name="decomposed filter",
    title="Use the whole filter where cutting it saves macs but no time",
    what="Two convolutions in a row that are one filter in two parts (1xk and kx1, depthwise and "
    "1x1, 1x1 and depthwise), where the whole dense filter has at least as many macs and is still "
    "faster on this device.",
    why="Cutting a filter saves FLOPs, adds a launch and an intermediate tensor, and lowers the "
    "work per element moved. Which one is faster depends on the device and on the width, so the "
    "device decides.",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G3; Tan and Le, EfficientNetV2, "
    "ICML 2021, section 3.2 (fused blocks)",
    thresholds=(MACS, MARGIN),
    bad="""
g (float[1, 4, 56, 56] x, float[4, 1, 3, 3] a, float[4, 4, 1, 1] b, float[4, 4, 3, 3] c)
  => (float[1, 4, 56, 56] y)
{ p = Conv<group = 4, pads = [1, 1, 1, 1]>(x, a)  q = Conv(p, b)
  y = Conv<pads = [1, 1, 1, 1]>(q, c) }
""",
    good="""
g (float[1, 512, 14, 14] x, float[512, 1, 3, 3] a, float[512, 512, 1, 1] b, float[512, 512, 3, 3] c)
  => (float[1, 512, 14, 14] y)
{ p = Conv<group = 512, pads = [1, 1, 1, 1]>(x, a)  q = Conv(p, b)
  y = Conv<pads = [1, 1, 1, 1]>(q, c) }
""",
    check=check,
)
