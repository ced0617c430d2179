"""Convolutions without an activation between them, which one convolution replaces exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from costlint.analyzers.facts import Facts, groups, is_conv, label
from costlint.analyzers.merging import conv_like, dense_macs, has_same_window
from costlint.analyzers.rule import Violation
from costlint.costmodel.edit import Edit, Replacement, op_key
from costlint.costmodel.graph import Op, Tensor


def sums(facts: Facts) -> Iterator[Violation]:
    """Convolutions over one tensor that only a sum reads: their filters add up."""
    for op in facts.graph.ops:
        reader = facts.only_reader(op.y) if op.op_type in {"Add", "Sum"} else op
        if reader is op or (reader is not None and reader.op_type in {"Add", "Sum"}):
            continue  # no sum, or part of a larger one
        leaves, inner = _leaves(facts, op)
        alike: dict[str, list[Op]] = {}
        for leaf in leaves:
            maker = facts.makers.get(leaf.name)
            if maker is not None and is_conv(maker) and facts.only_reader(leaf) is not None:
                alike.setdefault(maker.x.name, []).append(maker)
        known = {conv.y.name for convs in alike.values() for conv in convs}
        rest = [leaf for leaf in leaves if leaf.name not in known]
        for convs in alike.values():
            is_all = len(convs) + len(rest) == len(leaves) and len(rest) <= 1
            if is_all and len(convs) > 1 and all(has_same_window(convs[0], c) for c in convs[1:]):
                yield _merged(op, convs, inner, rest)


def _leaves(facts: Facts, op: Op) -> tuple[list[Tensor], list[Op]]:
    """What a tree of sums adds up, and its inner sums."""
    leaves: list[Tensor] = []
    inner: list[Op] = []
    for tensor in op.inputs:
        maker = None if tensor is None else facts.makers.get(tensor.name)
        if tensor is None or tensor.shape != op.y.shape:
            return [], []
        if (
            maker is not None
            and maker.op_type in {"Add", "Sum"}
            and facts.only_reader(tensor) is op
        ):
            below, more = _leaves(facts, maker)
            leaves += below
            inner += [maker, *more]
        else:
            leaves.append(tensor)
    return leaves, inner


def _merged(join: Op, convs: list[Op], inner: list[Op], rest: list[Tensor]) -> Violation:
    first = convs[0]
    by: tuple[Op, ...]
    if rest:
        middle = replace(join.y, name=f"{join.y.name}.merged")
        by = (
            replace(first, outputs=(middle,)),
            replace(join, op_type="Add", inputs=(middle, rest[0])),
        )
    else:
        by = (replace(first, outputs=join.outputs),)
    ops = (*convs, *inner, join)
    return Violation(
        ops=ops,
        message=f"{len(convs)} parallel convolutions of one input are summed: one does the same",
        fix="add up their filters (as RepVGG does), the same function",
        alike=("sum", len(convs), first.w.shape),
        evidence={"fragments": len(convs), "parallelism": float(len(convs))},
        edit=Edit(replaced=(Replacement(ops=frozenset(map(op_key, ops)), by=by),)),
        assumption="the same function in one convolution",
        remedy="rewrite",
        before=tuple(label(op) for op in ops[:4]),
        after=(label(by[0]),),
    )


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
        whole = conv_like(
            first, first.x, row[-1].y, filter_shape=max(filters), name=f"{op_key(row[-1])}.whole"
        )
        macs = sum(facts.rows[op_key(op)].cost.macs for op in row)
        if len(row) > 1 and dense_macs(whole) <= macs:
            yield _multiplied(row, whole)


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


def _multiplied(row: list[Op], whole: Op) -> Violation:
    return Violation(
        ops=tuple(row),
        message=f"{len(row)} convolutions in a row without an activation: one does the same",
        fix="multiply their filters, the same function",
        alike=("series", tuple(op.w.shape for op in row)),
        evidence={"fragments": len(row), "parallelism": 1.0, "macs_after": dense_macs(whole)},
        edit=Edit(replaced=(Replacement(ops=frozenset(map(op_key, row)), by=(whole,)),)),
        assumption="the same function in one convolution",
        remedy="rewrite",
        before=tuple(label(op) for op in row[:4]),
        after=(label(whole),),
    )
