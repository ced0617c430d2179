"""The shape that most element-wise formulas share: so many operations for each output element."""

from __future__ import annotations

from typing import Final

from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op

STEPS: Final = frozenset(
    {"abs", "add", "subtract", "multiply", "divide", "compare", "remainder", "negate", "round",
     "root", "power", "exponential", "logarithm", "tanh", "erf", "sine", "logic", "shift"}
)  # fmt: skip
"""What counts as one operation. `sine` is any function of the circle or the hyperbola, `round`
any rounding, `logic` and `shift` are those of whole words."""


def pointwise(op_type: str, what: str, steps: str = "", *, domain: str = "") -> None:
    """Register an operator that makes each output element in `steps`, e.g. "multiply add".

    Raises:
        ValueError: a step is not one of `STEPS`.
    """
    words = steps.split()
    if not STEPS.issuperset(words):
        msg = f"{op_type}: {steps!r} has a step that is not known"
        raise ValueError(msg)
    flop = len(words)

    def work(op: Op) -> Work:
        return Work(other_flop=flop * op.y.elements)

    counted = f"{flop} for each element ({', '.join(words)})" if words else "0: nothing is computed"
    work.__doc__ = f"Y (...) = {what}.\n\n    other_flop = {counted}.\n    "
    formula(op_type, op_class="elementwise", domain=domain)(work)
