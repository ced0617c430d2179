"""What a reader must not miss: what was assumed, what is not in the totals, what was guessed.

Every format says all of it; `tests/reports/test_caveats.py` asks each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from costlint.costmodel.ir.assumed import Assumed
from costlint.costmodel.ir.graph import OpGraph
from costlint.reports import numbers
from costlint.reports.report import ModelReport
from costlint.reports.rows import UncostedRow
from costlint.reports.text import shortened

Kind: TypeAlias = Literal["assumed", "batch", "not costed", "note"]

_MOST_NAMES: Final = 4
_MOST_KINDS: Final = 6
_MOST_REASON: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """One sentence, which begins with what it is about."""

    kind: Kind
    text: str

    @property
    def is_loud(self) -> bool:
        """Whether the numbers are of another model than the user may think."""
        return self.kind in {"assumed", "not costed"}


def caveats(model: ModelReport) -> tuple[Caveat, ...]:
    """The assumed sizes, the batch, what is not costed, the notes on the graph, in this order."""
    return tuple(_caveats(model))


def headlines(model: ModelReport) -> tuple[Caveat, ...]:
    """Those that stand directly under the model's name where a person reads: all but notes."""
    return tuple(caveat for caveat in caveats(model) if caveat.kind != "note")


def sizes_taken(made: ModelReport | OpGraph) -> Iterator[Caveat]:
    """The assumed sizes and the batch, of a graph as well as of a report."""
    if made.assumed:
        yield Caveat(kind="assumed", text=_assumed(made.assumed))
    if made.batch_assumed:
        names = ", ".join(made.batch_assumed)
        text = f"batch 1, not bound ({names}): --batch SIZE sets it"
        yield Caveat(kind="batch", text=text)


def _caveats(model: ModelReport) -> Iterator[Caveat]:
    yield from sizes_taken(model)
    if model.uncosted_kinds:
        yield Caveat(kind="not costed", text=_not_costed(model.uncosted_kinds))
    yield from (Caveat(kind="note", text=note) for note in model.graph_notes)


def sizes(assumed: Iterable[Assumed]) -> str:
    """`height = width = 640, from the model's metadata; time = 128, usual for a sequence`."""
    groups: dict[tuple[int, str], dict[str, None]] = {}
    for one in assumed:
        groups.setdefault((one.size, one.source), {})[one.name] = None
    return "; ".join(
        f"{_equal(list(names))} = {size}, {'from ' * source.startswith('the ')}{source}"
        for (size, source), names in groups.items()
    )


def options(assumed: Iterable[Assumed]) -> str:
    """What states the sizes on the command line."""
    return " ".join(dict.fromkeys(one.option for one in assumed if one.option))


def _assumed(assumed: Sequence[Assumed]) -> str:
    stated = options(assumed)
    return f"assumed: {sizes(assumed)}" + (f"; {stated} says it" if stated else "")


def _equal(names: Sequence[str]) -> str:
    shown = names if len(names) <= _MOST_NAMES else names[: _MOST_NAMES - 1]
    hidden = [f"{len(names) - len(shown)} more"] if len(shown) < len(names) else []
    return " = ".join([*shown, *hidden])


def _not_costed(rows: Sequence[UncostedRow]) -> str:
    by_op: dict[str, list[UncostedRow]] = {}
    for row in rows:
        by_op.setdefault(row.op, []).append(row)
    told = [_kind(op, own) for op, own in list(by_op.items())[:_MOST_KINDS]]
    if len(by_op) > _MOST_KINDS:
        told.append(f"{len(by_op) - _MOST_KINDS} more operators")
    total = numbers.plural(sum(row.count for row in rows), "op")
    return f"not costed: {total} ({'; '.join(told)}), not in the totals"


def _kind(op: str, rows: Sequence[UncostedRow]) -> str:
    """`2 my.ops::Fancy: no formula`, with the first reason where there are several."""
    reason = shortened(rows[0].reason.removesuffix(f" for {op}"), _MOST_REASON)
    others = f" and {numbers.plural(len(rows) - 1, 'other reason')}" if len(rows) > 1 else ""
    return f"{sum(row.count for row in rows):,} {op}: {reason}{others}"
