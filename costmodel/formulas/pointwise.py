"""Formulas in one line: what so many operations for each element make, and what only moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Final, TypeAlias

from costlint.costmodel.formulas.registry import OpClass, Traffic, formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op

SPECIAL: Final = frozenset({"root", "power", "exponential", "logarithm", "tanh", "erf", "sine"})
"""Steps that are special functions, as `Work.special` counts them."""
STEPS: Final = SPECIAL | {
    "abs", "add", "subtract", "multiply", "divide", "compare", "remainder", "negate", "round",
    "logic", "shift",
}  # fmt: skip
"""What counts as one operation. `sine` is any function of the circle or the hyperbola, `round`
any rounding, `logic` and `shift` are those of whole words."""

Read: TypeAlias = Callable[[Op], Sequence[Dim | None] | None]


@dataclass(frozen=True, slots=True)
class Steps:
    """How many operations an element takes, and how many of them are special functions."""

    flop: int = 0
    special: int = 0


def steps_of(words: str) -> Steps:
    """The steps of e.g. "exponential add divide".

    Raises:
        ValueError: a word is not one of `STEPS`.
    """
    given = words.split()
    if not STEPS.issuperset(given):
        msg = f"{words!r} has a step that is not known"
        raise ValueError(msg)
    return Steps(len(given), sum(word in SPECIAL for word in given))


def everything(_op: Op) -> None:
    """The `Work.read` of an op that reads each input once."""


def pointwise(  # noqa: PLR0913 - what a formula can be told, by name
    op_types: str,
    what: str,
    steps: str = "",
    *,
    y: str = "(...)",
    note: str = "",
    read: Read = everything,
    op_class: OpClass = "elementwise",
    traffic: Traffic | None = None,
    domain: str | Sequence[str] = "",
) -> None:
    """Register operators that make each element of the output `y` in `steps`, e.g. "multiply add".

    `op_types` are names with spaces between; `note` says what the steps leave open. An element-wise
    operator with a special function is an activation unless `traffic` says otherwise.
    """
    each = steps_of(steps)

    def work(op: Op) -> Work:
        elements = op.y.elements
        return Work(other_flop=each.flop * elements, special=each.special * elements, read=read(op))

    listed = ", ".join(steps.split())
    counted = f"{each.flop} for each element ({listed})" if listed else "0: nothing is computed"
    if each.special:
        counted = f"{counted}; special = {each.special} for each"
    work.__doc__ = _doc(f"Y {y} = {what}.", f"{counted}. {note}")
    if each.special and op_class == "elementwise":
        traffic = traffic or "activation"
    formula(*op_types.split(), op_class=op_class, traffic=traffic, domain=domain)(work)


def moved(  # noqa: PLR0913 - the same
    op_types: str,
    what: str,
    note: str,
    *,
    read: Read = everything,
    op_class: OpClass = "shuffle",
    traffic: Traffic | None = None,
    domain: str | Sequence[str] = "",
) -> None:
    """Register operators that compute nothing: `what` is the signature, `note` what is read."""

    def work(op: Op) -> Work:
        return Work(read=read(op))

    work.__doc__ = _doc(f"{what}.", f"0; {note}.")
    formula(*op_types.split(), op_class=op_class, traffic=traffic, domain=domain)(work)


def _doc(signature: str, counted: str) -> str:
    return f"{signature}\n\n{fill(f'other_flop = {counted}', width=96)}\n"
