"""Arithmetic, comparison and logic, element by element, with numpy's broadcasting."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has
from costlint.costmodel.formulas.pointwise import pointwise
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op

pointwise("Add", "A (...) + B (...)", "add")
pointwise("Sub", "A (...) - B (...)", "subtract")
pointwise("Mul", "A (...) * B (...)", "multiply")
pointwise("Div", "A (...) / B (...)", "divide")
pointwise("Mod", "A (...) modulo B (...)", "remainder")
pointwise("Pow", "A (...) ** B (...)", "power")
pointwise("Abs", "|X (...)|", "abs")
pointwise("Neg", "-X (...)", "negate")
pointwise("Sign", "-1, 0 or 1 by the sign of X (...)", "compare compare")
pointwise("Reciprocal", "1 / X (...)", "divide")
pointwise("Sqrt", "square root of X (...)", "root")
pointwise("Exp", "exp(X (...))", "exponential")
pointwise("Log", "ln(X (...))", "logarithm")
pointwise("Erf", "erf(X (...))", "erf")
pointwise("Floor", "X (...) rounded down", "round")
pointwise("Ceil", "X (...) rounded up", "round")
pointwise("Round", "X (...) rounded to the nearest, ties to even", "round")

for _name in ("Sin", "Cos", "Tan", "Asin", "Acos", "Atan",
              "Sinh", "Cosh", "Asinh", "Acosh", "Atanh"):  # fmt: skip
    pointwise(_name, f"{_name.lower()}(X (...))", "sine")

pointwise("Equal", "A (...) == B (...)", "compare")
pointwise("Greater", "A (...) > B (...)", "compare")
pointwise("GreaterOrEqual", "A (...) >= B (...)", "compare")
pointwise("Less", "A (...) < B (...)", "compare")
pointwise("LessOrEqual", "A (...) <= B (...)", "compare")
pointwise("IsNaN", "isnan(X (...))", "compare")
pointwise("IsInf", "isinf(X (...))", "compare")

pointwise("And", "A (...) and B (...)", "logic")
pointwise("Or", "A (...) or B (...)", "logic")
pointwise("Xor", "A (...) xor B (...)", "logic")
pointwise("Not", "not X (...)", "logic")
pointwise("BitwiseAnd", "A (...) & B (...)", "logic")
pointwise("BitwiseOr", "A (...) | B (...)", "logic")
pointwise("BitwiseXor", "A (...) ^ B (...)", "logic")
pointwise("BitwiseNot", "~X (...)", "logic")
pointwise("BitShift", "A (...) shifted by B (...)", "shift")

pointwise("Where", "A (...) where C (...) holds, else B (...)")


@formula("Sum", "Max", "Min", op_class="elementwise")
def nary(op: Op) -> Work:
    """Y (...) = X_1 (...) + X_2 (...) + ..., or the largest, or the smallest.

    other_flop = n - 1 for each element (add, or compare), with n inputs.
    """
    return Work(other_flop=(len(op.inputs) - 1) * op.y.elements)


@formula("Mean", op_class="elementwise")
def mean(op: Op) -> Work:
    """Y (...) = (X_1 (...) + X_2 (...) + ...) / n.

    other_flop = n for each element: n - 1 adds and a divide.
    """
    return Work(other_flop=len(op.inputs) * op.y.elements)


@formula("Clip", op_class="elementwise", traffic="activation")
def clip(op: Op) -> Work:
    """Y (...) = X (...) kept within [low, high].

    other_flop = one compare for each element and each bound that is given.
    """
    bounds = has(op, 1, 2) + sum(name in op.attributes for name in ("min", "max"))
    return Work(other_flop=bounds * op.y.elements)
