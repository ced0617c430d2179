"""Convolutions without an activation between them, which one convolution replaces exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from costlint.analyzers.facts import label
from costlint.analyzers.merging import in_place_of
from costlint.analyzers.rule import Violation
from costlint.analyzers.structure import Structure
from costlint.costmodel.edit import Edit, with_bias
from costlint.costmodel.ir.graph import op_key
from costlint.costmodel.models.rewrite import Branches, branches, rows
from costlint.costmodel.models.rewrite.rows import dense_macs


def sums(structure: Structure) -> Iterator[Violation]:
    """Linear branches of one tensor that are summed: their filters, padded, add up."""
    for found in branches(structure.graph):
        convs = [conv for conv in found.convs if conv is not None]
        count = len(found.convs)
        what = "convolutions" if len(convs) == count else "linear branches"
        macs = {op_key(conv): structure.rows[op_key(conv)].cost.macs for conv in convs}
        yield Violation(
            ops=found.ops,
            message=f"{count} parallel {what} of one input are summed: one convolution does the"
            " same",
            fix="pad their filters and add them up (as RepVGG does), the same function",
            alike=("sum", count, len(convs), label(found.whole)[0]),
            evidence={
                "fragments": count,
                "parallelism": float(count),
                "macs_before": sum(macs.values()),
                "macs_after": macs[op_key(found.whole)],
            },
            edit=_only(found),
            assumption="the same function in one convolution",
            remedy="rewrite",
            before=tuple(label(op) for op in found.ops[:4]),
            after=(label(found.whole),),
        )


def _only(found: Branches) -> Edit:
    """`whole` with a bias, and behind it the sum with what stays, in the place of all."""
    whole = found.whole
    if found.rest is None:
        gone = [op for op in found.ops if op.op_type != "Conv"]
        return Edit(
            bypassed={op_key(op): whole.y.name for op in gone}, biased=frozenset({op_key(whole)})
        )
    join = replace(found.join, op_type="Add", inputs=(whole.y, found.rest), attributes={})
    return in_place_of(found.ops, with_bias(whole), join)


def series(structure: Structure) -> Iterator[Violation]:
    """Dense convolutions in a row: their matrices multiply."""
    for row in rows(structure.graph):
        ops = row.ops
        yield Violation(
            ops=ops,
            message=f"{len(ops)} convolutions in a row without an activation: one does the same",
            fix="multiply their filters, the same function",
            alike=("series", tuple(op.w.shape for op in ops)),
            evidence={"fragments": len(ops), "parallelism": 1.0, "macs_after": dense_macs(row.by)},
            edit=in_place_of(ops, row.by),
            assumption="the same function in one convolution",
            remedy="rewrite",
            before=tuple(label(op) for op in ops[:4]),
            after=(label(row.by),),
        )
