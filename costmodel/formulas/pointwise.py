"""The shape that most element-wise formulas share: so many operations for each output element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from costlint.costmodel.formulas.registry import Traffic, formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op

SPECIAL: Final = frozenset({"root", "power", "exponential", "logarithm", "tanh", "erf", "sine"})
"""Steps that are special functions, as `Work.special` counts them."""
STEPS: Final = SPECIAL | {
    "abs", "add", "subtract", "multiply", "divide", "compare", "remainder", "negate", "round",
    "logic", "shift",
}  # fmt: skip
"""What counts as one operation. `sine` is any function of the circle or the hyperbola, `round`
any rounding, `logic` and `shift` are those of whole words."""


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


def pointwise(op_type: str, what: str, steps: str = "", *, traffic: Traffic | None = None) -> None:
    """Register an operator that makes each output element in `steps`, e.g. "multiply add".

    One with a special function is an activation unless `traffic` says otherwise.
    """
    each = steps_of(steps)

    def work(op: Op) -> Work:
        elements = op.y.elements
        return Work(other_flop=each.flop * elements, special=each.special * elements)

    listed = ", ".join(steps.split())
    counted = f"{each.flop} for each element ({listed})" if listed else "0: nothing is computed"
    if each.special:
        counted = f"{counted}; special = {each.special} for each"
    work.__doc__ = f"Y (...) = {what}.\n\n    other_flop = {counted}.\n    "
    kind = traffic or ("activation" if each.special else "elementwise")
    formula(op_type, op_class="elementwise", traffic=kind)(work)
