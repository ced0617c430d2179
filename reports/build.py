"""From counts, an estimate and an analysis to the plain values that are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.inference.batch import batch_size
from costlint.costmodel.ir.digest import sha256
from costlint.costmodel.ir.dims import Dim, simplest
from costlint.reports.report import ModelReport, Totals
from costlint.reports.rows import AMOUNTS, OpRow, uncosted_kinds
from costlint.reports.source_lines import source_line

if TYPE_CHECKING:
    from costlint.analyzers.finding import Analysis
    from costlint.costmodel.latency.estimate import Estimate


def model_report(counts: Counts, *, hashed: bool = True) -> ModelReport:
    """A model that was counted only: no latency, no kernels, no findings.

    `hashed` makes the file's SHA-256, for which all its weights are read once.
    """
    graph = counts.graph
    live = counts.liveness.live_bytes
    live_by_op = {id(op): size for op, size in zip(graph.ops, live, strict=True)}
    root = Path.cwd()
    ops = tuple(_op(row, live_by_op, root) for row in counts.ops)
    return ModelReport(
        path=graph.path or "-",
        sha256=sha256(graph) if hashed else "",
        batch=batch_size(graph),
        totals=_totals(counts),
        ops=ops,
        notes=graph.notes,
        graph_notes=graph.notes,
        assumed=graph.assumed,
        batch_assumed=graph.batch_assumed,
        uncosted_kinds=uncosted_kinds(ops),
    )


def estimated_report(
    estimate: Estimate,
    analysis: Analysis | None = None,
    *,
    counted: ModelReport | None = None,
) -> ModelReport:
    """A model on a device, with its findings where it was analysed.

    `counted` is `model_report` of the counts where several devices share it.
    """
    from costlint.reports import build_device

    entry = build_device.with_estimate(counted or model_report(estimate.counts), estimate)
    if analysis is not None:
        entry = build_device.with_analysis(entry, analysis)
    return replace(entry, estimate=estimate)


def _totals(counts: Counts) -> Totals:
    """What needs no device: the totals without a default, named as in the counts."""
    known = [field.name for field in fields(Totals) if field.default is MISSING]
    return Totals(**{name: simplest(getattr(counts, name)) for name in known})


def _op(row: OpCost, live_by_op: Mapping[int, Dim], root: Path) -> OpRow:
    op = row.op
    outputs = tuple(tensor for tensor in op.outputs if tensor is not None)
    return OpRow(
        name=op.name,
        op_type=op.op_type,
        domain=op.domain,
        op_class=row.op_class,
        outputs=tuple(tensor.name for tensor in outputs),
        scope=op.scope,
        shape=outputs[0].shape if outputs else None,
        **{name: simplest(getattr(row.cost, name)) for name in AMOUNTS},
        is_free=row.is_free,
        why_uncosted=row.why_uncosted,
        live_bytes=simplest(live_by_op.get(id(op))),
        source=source_line(op.metadata, root) if op.metadata else None,
    )
