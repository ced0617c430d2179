"""Activation functions, element by element."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import number, text
from costlint.costmodel.formulas.pointwise import pointwise
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op

pointwise("Relu", "max(X (...), 0)", "compare")
pointwise("LeakyRelu", "X (...) where positive, else alpha * X", "compare multiply")
pointwise("PRelu", "X (...) where positive, else slope * X", "compare multiply")
pointwise("ThresholdedRelu", "X (...) where above alpha, else 0", "compare")
pointwise("Elu", "X (...) where positive, else alpha * (exp(X) - 1)",
          "compare exponential subtract multiply")  # fmt: skip
pointwise("Celu", "max(0, X (...)) + min(0, alpha * (exp(X / alpha) - 1))",
          "compare divide exponential subtract multiply compare add")  # fmt: skip
pointwise("Selu", "gamma * (X (...) where positive, else alpha * (exp(X) - 1))",
          "compare exponential subtract multiply multiply")  # fmt: skip
pointwise("Sigmoid", "1 / (1 + exp(-X (...)))", "exponential add divide")
pointwise("HardSigmoid", "max(0, min(1, alpha * X (...) + beta))", "multiply add compare compare")
pointwise("HardSwish", "X (...) * max(0, min(1, X / 6 + 1/2))",
          "multiply add compare compare multiply")  # fmt: skip
pointwise("Mish", "X (...) * tanh(ln(1 + exp(X)))", "exponential add logarithm tanh multiply")
pointwise("Tanh", "tanh(X (...))", "tanh")
pointwise("Softplus", "ln(1 + exp(X (...)))", "exponential add logarithm")
pointwise("Softsign", "X (...) / (1 + |X|)", "abs add divide")
pointwise("Shrink", "X (...) moved by bias towards 0, 0 within lambd", "compare compare add")

# Operators of the first opsets, since removed from the standard.
pointwise("Affine", "alpha * X (...) + beta", "multiply add")
pointwise("ImageScaler", "scale * X (...) + bias of the channel", "multiply add")
pointwise("ParametricSoftplus", "alpha * ln(1 + exp(beta * X (...)))",
          "multiply exponential add logarithm multiply")  # fmt: skip
pointwise("ScaledTanh", "alpha * tanh(beta * X (...))", "multiply tanh multiply")


@formula("Gelu", op_class="elementwise")
def gelu(op: Op) -> Work:
    """Y (...) = X (...) / 2 * (1 + erf(X / sqrt(2))).

    other_flop = 5 for each element (multiply, erf, add, multiply, multiply); 9 with the tanh
    approximation (cube in two multiplies, multiply, add, multiply, tanh, add, two multiplies).
    """
    each = 9 if text(op, "approximate", "none") == "tanh" else 5
    return Work(other_flop=each * op.y.elements)


@formula("Swish", op_class="elementwise")
def swish(op: Op) -> Work:
    """Y (...) = X (...) / (1 + exp(-alpha * X)).

    other_flop = 4 for each element (exponential, add, divide, multiply), one multiply more where
    alpha is not 1.
    """
    return Work(other_flop=_swish_flop(op) * op.y.elements)


@formula("SwiGLU", op_class="elementwise")
def swiglu(op: Op) -> Work:
    """Y (...) = A (...) / (1 + exp(-alpha * A)) * B (...).

    other_flop = 5 for each element (exponential, add, divide, multiply, multiply), one multiply
    more where alpha is not 1.
    """
    return Work(other_flop=(_swish_flop(op) + 1) * op.y.elements)


def _swish_flop(op: Op) -> int:
    return 4 if number(op, "alpha", 1.0) == 1.0 else 5
