"""Convolutions without an activation between them, which one convolution replaces exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from costlint.analyzers.branches import Branches, branches_to, linear_forms, widest
from costlint.analyzers.facts import Facts, groups, is_conv, label
from costlint.analyzers.merging import conv_like, dense_macs
from costlint.analyzers.rule import Violation
from costlint.costmodel.edit import Edit, Replacement, with_bias
from costlint.costmodel.ir.graph import Op, op_key


def sums(facts: Facts) -> Iterator[Violation]:
    """Linear branches of one tensor that are summed: their filters, padded, add up."""
    done: set[str] = set()
    forms = linear_forms(facts)
    for join in reversed(facts.graph.ops):  # the last of several sums has all branches
        if op_key(join) in done:
            continue
        for branches in branches_to(facts, forms, join):
            conv = widest(branches)
            if conv is not None:
                done.update(map(op_key, branches.ops))
                yield _merged(facts, branches, conv)
                break


def _merged(facts: Facts, branches: Branches, whole: Op) -> Violation:
    convs = [conv for conv in branches.convs if conv is not None]
    count = len(branches.convs)
    what = "convolutions" if len(convs) == count else "linear branches"
    macs = {op_key(conv): facts.rows[op_key(conv)].cost.macs for conv in convs}
    return Violation(
        ops=branches.ops,
        message=f"{count} parallel {what} of one input are summed: one convolution does the same",
        fix="pad their filters and add them up (as RepVGG does), the same function",
        alike=("sum", count, len(convs), label(whole)[0]),
        evidence={
            "fragments": count,
            "parallelism": float(count),
            "macs_before": sum(macs.values()),
            "macs_after": macs[op_key(whole)],
        },
        edit=_only(branches, whole),
        assumption="the same function in one convolution",
        remedy="rewrite",
        before=tuple(label(op) for op in branches.ops[:4]),
        after=(label(whole),),
    )


def _only(branches: Branches, whole: Op) -> Edit:
    """`whole` with a bias, and behind it the sum with what stays, in the place of all."""
    if branches.rest is None:
        gone = [op for op in branches.ops if op.op_type != "Conv"]
        return Edit(
            bypassed={op_key(op): whole.y.name for op in gone}, biased=frozenset({op_key(whole)})
        )
    join = replace(branches.join, op_type="Add", inputs=(whole.y, branches.rest), attributes={})
    ops = frozenset(map(op_key, branches.ops))
    return Edit(replaced=(Replacement(ops=ops, by=(with_bias(whole), join)),))


def series(facts: Facts) -> Iterator[Violation]:
    """Dense convolutions in a row, at most one of them not 1x1: their matrices multiply.

    Only where the whole has no more macs than the row: a thin neck in it is there to save them.
    """
    done: set[str] = set()
    for first in facts.graph.ops:
        if op_key(first) in done or not _is_plain(first):
            continue
        row = [first]
        while (following := _following(facts, row)) is not None:
            row.append(following)
        done.update(map(op_key, row))
        filters = [tuple(op.w.known_shape[2:]) for op in row]
        product = conv_like(
            first, first.x, row[-1].y, filter_shape=max(filters), name=f"{op_key(row[-1])}.whole"
        )
        macs = sum(facts.rows[op_key(op)].cost.macs for op in row)
        if len(row) > 1 and dense_macs(product) <= macs:
            yield _multiplied(row, product)


def _is_plain(op: Op) -> bool:
    """Whether `op` is a dense convolution of a picture."""
    return is_conv(op) and groups(op) == 1 and op.w.rank == 4


def _following(facts: Facts, row: list[Op]) -> Op | None:
    """The next convolution of the row; None where it ends."""
    reader = facts.only_reader(row[-1].y)
    if reader is None or not _is_plain(reader) or reader.x.name != row[-1].y.name:
        return None
    wide = [op for op in (*row, reader) if max(op.w.known_shape[2:]) > 1]
    strided = [op for op in row if max(op.attributes.get("strides") or (1,)) > 1]
    # A bias before a padded filter reaches the border, too, and a stride must come last or alone.
    is_biased = bool(wide) and wide[0] is not row[0] and any(op.input(2) is not None for op in row)
    return None if len(wide) > 1 or is_biased or (strided and reader in wide) else reader


def _multiplied(row: list[Op], product: Op) -> Violation:
    return Violation(
        ops=tuple(row),
        message=f"{len(row)} convolutions in a row without an activation: one does the same",
        fix="multiply their filters, the same function",
        alike=("series", tuple(op.w.shape for op in row)),
        evidence={"fragments": len(row), "parallelism": 1.0, "macs_after": dense_macs(product)},
        edit=Edit(replaced=(Replacement(ops=frozenset(map(op_key, row)), by=(product,)),)),
        assumption="the same function in one convolution",
        remedy="rewrite",
        before=tuple(label(op) for op in row[:4]),
        after=(label(product),),
    )
