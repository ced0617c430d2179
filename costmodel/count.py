"""Exact counts of a model: no device, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from costlint.costmodel.counts.counts import Counts, counts_of
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.counts.why_uncosted import settings_for
from costlint.costmodel.formulas import formula_for
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.inference.taught import OpsOption
from costlint.costmodel.ir.errors import OptionError, UncostedError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.load import load, load_bound
from costlint.costmodel.reader import Model

MAX_SYMBOLS: Final = 300
"""Of closed forms: a sum over all tensors has as many terms, and there is one for each op."""


def count(  # noqa: PLR0913 - what a count can be told
    model: Model | OpGraph,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    ops: OpsOption | None = None,
    strict: bool = False,
    symbolic: bool = False,
    assume: bool = True,
) -> Counts:
    """Count a model. A batch size that nobody bound is 1 (the graph's `batch_assumed` says so).

    Another size that nobody stated is assumed (the graph's `assumed` says which, and why), unless
    `assume` is off. `ops` says what unknown operators are like; see `load`. `strict` refuses ops
    without a formula, `symbolic` keeps free dimensions as sympy expressions.

    Raises:
        UnboundDimensionError: another dimension is open and `assume` is off, or no size was found
        for it with which the model infers.
        ShapeError: `symbolic`, and the graph holds at no size of a symbol, or at one alone.
        UncostedError: `strict`, and an op has no formula.
        OptionError: `symbolic`, and more dimensions are free than `MAX_SYMBOLS`.
    """
    said: dict[str, Any] = {"shapes": shapes, "batch": batch, "values": values, "ops": ops}
    if symbolic:
        graph = load(model, **said)
        if len(graph.symbols) > MAX_SYMBOLS:
            raise OptionError(
                f"closed forms in {len(graph.symbols)} free dimensions",
                facts=(f"at most {MAX_SYMBOLS} are kept apart",),
                fix="without --symbolic sizes are assumed, and the report says which",
            )
        if graph.symbols:
            from costlint.costmodel.space.contradictions import refuse_contradictions

            refuse_contradictions(graph)
    else:
        graph = load_bound(model, **said, assume=assume)
    counts = counts_of(graph)
    if strict:
        _refuse_uncosted(counts.ops)
    return counts


def _refuse_uncosted(rows: Sequence[OpCost]) -> None:
    """UncostedError if an op has no known cost."""
    missing = [row for row in rows if not row.costed]
    if missing:
        reasons = dict.fromkeys(row.why_uncosted for row in missing)
        unknown = [row.op for row in missing if formula_for(row.op.domain, row.op.op_type) is None]
        raise UncostedError(
            f"{len(missing)} of {len(rows)} ops have no known cost (--strict)",
            facts=tuple(list(reasons)[:5]),
            fix=f"in costlint.toml: {settings_for(unknown)}"
            if unknown
            else "run without --strict to see the rest counted",
        )
