"""G202: a shuffle, or a split with its concat, that exists only because of groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from costlint.analyzers.facts import Facts, groups, is_conv, label
from costlint.analyzers.merging import in_place_of
from costlint.analyzers.rule import Rule, Violation
from costlint.analyzers.shuffles import serves_groups, shuffles
from costlint.costmodel.edit import Edit
from costlint.costmodel.ir.graph import Op, op_key


def check(facts: Facts) -> Iterable[Violation]:
    """Channel shuffles beside grouped convolutions, and groups written as split and concat."""
    yield from _shuffled(facts)
    yield from _split(facts)


def _shuffled(facts: Facts) -> Iterator[Violation]:
    for shuffle in shuffles(facts.graph):
        if not serves_groups(facts.graph, shuffle):
            continue
        first, _, last = shuffle.ops
        yield Violation(
            ops=shuffle.ops,
            message=f"channel shuffle of {shuffle.parts} groups moves every element and "
            f"computes none",
            fix="dense convolutions need no shuffle",
            alike="shuffle",
            evidence={"groups": shuffle.parts, "elements_moved": 2 * last.y.elements},
            edit=Edit(bypassed={op_key(op): first.x.name for op in shuffle.ops}),
            assumption="the shuffle is gone, the convolutions stay as they are",
            remedy="retrain",
            before=tuple(label(op) for op in shuffle.ops),
        )


def _split(facts: Facts) -> Iterator[Violation]:
    for split in facts.graph.ops:
        if split.op_type != "Split" or split.x.shape is None or len(split.x.shape) < 3:
            continue
        if split.attributes.get("axis", 0) != 1:
            continue
        convs = [facts.graph.only_reader(t) for t in split.outputs if t is not None]
        joins = {facts.graph.only_reader(c.y) for c in convs if c is not None and is_conv(c)}
        join = next(iter(joins)) if len(joins) == 1 else None
        if join is None or join.op_type != "Concat" or len(join.inputs) != len(convs):
            continue
        kept = [op for op in convs if op is not None]
        if join.attributes.get("axis") != 1 or not _are_groups(kept):
            continue
        in_order = [op.y.name for op in kept] == [t.name for t in join.inputs if t is not None]
        if in_order:
            yield _as_groups(split, kept, join)


def _are_groups(convs: list[Op]) -> bool:
    first = convs[0]
    return len(convs) > 1 and all(
        op.w.shape == first.w.shape
        and op.x.shape == first.x.shape
        and dict(op.attributes) == dict(first.attributes)
        and len(op.inputs) == len(first.inputs)
        for op in convs
    )


def _as_groups(split: Op, convs: list[Op], join: Op) -> Violation:
    first = convs[0]
    width, *rest = first.w.known_shape
    weight = replace(first.w, shape=(width * len(convs), *rest), value=None)
    whole = replace(
        first,
        inputs=(split.x, weight),
        outputs=join.outputs,
        attributes={**first.attributes, "group": groups(first) * len(convs)},
    )
    ops = (split, *convs, join)
    return Violation(
        ops=ops,
        message=f"{len(convs)} convolutions between a split and a concat are one in groups",
        fix=f"one convolution of {len(convs)} groups, the same function",
        alike=("split", len(convs), first.w.shape),
        evidence={"groups": len(convs)},
        edit=in_place_of(ops, whole),
        assumption="the same function in one op",
        remedy="rewrite",
        before=tuple(label(op) for op in ops[:4]),
        after=(label(whole),),
    )


RULE: Final = Rule(
    id="G202",
    name="shuffle for groups",
    title="Drop the shuffle or the split that only serves groups",
    what="A channel shuffle (Reshape, Transpose, Reshape) next to a convolution in groups, or a "
    "Split and a Concat around equal convolutions, which are one convolution in groups.",
    why="Groups do not mix channels, so such a network pays for moving them: memory access "
    "without a single mac. In the paper's Figure 2 data movement and shuffle are a visible share "
    "of ShuffleNetV1.",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G2 and Figure 2",
    bad="""
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w0, float[64, 16, 1, 1] w1, float[64, 16, 1, 1] w2)
  => (float[1, 64, 28, 28] y)
<int64[5] s1 = {1, 4, 16, 28, 28}, int64[4] s2 = {1, 64, 28, 28}>
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  b = Conv<group = 4>(a, w1)
  c = Reshape(b, s1)  d = Transpose<perm = [0, 2, 1, 3, 4]>(c)  e = Reshape(d, s2)
  y = Conv<group = 4>(e, w2) }
""",
    good="""
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w0, float[64, 64, 1, 1] w1, float[64, 64, 1, 1] w2)
  => (float[1, 64, 28, 28] y)
<int64[5] s1 = {1, 4, 16, 28, 28}, int64[4] s2 = {1, 64, 28, 28}>
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  b = Conv(a, w1)
  c = Reshape(b, s1)  d = Transpose<perm = [0, 2, 1, 3, 4]>(c)  e = Reshape(d, s2)
  y = Conv(e, w2) }
""",
    check=check,
)
