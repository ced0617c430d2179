"""Activation functions, element by element."""

from __future__ import annotations

from functools import partial

from costlint.costmodel.formulas.arguments import number, text
from costlint.costmodel.formulas.pointwise import pointwise
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op

activation = partial(pointwise, traffic="activation")

activation("Relu", "max(X (...), 0)", "compare")
activation("LeakyRelu", "X (...) where positive, else alpha * X", "compare multiply")
activation("PRelu", "X (...) where positive, else slope * X", "compare multiply")
activation("ThresholdedRelu", "X (...) where above alpha, else 0", "compare")
activation("Elu", "X (...) where positive, else alpha * (exp(X) - 1)",
           "compare exponential subtract multiply")  # fmt: skip
activation("Celu", "max(0, X (...)) + min(0, alpha * (exp(X / alpha) - 1))",
           "compare divide exponential subtract multiply compare add")  # fmt: skip
activation("Selu", "gamma * (X (...) where positive, else alpha * (exp(X) - 1))",
           "compare exponential subtract multiply multiply")  # fmt: skip
activation("Sigmoid", "1 / (1 + exp(-X (...)))", "exponential add divide")
activation("HardSigmoid", "max(0, min(1, alpha * X (...) + beta))", "multiply add compare compare")
activation("HardSwish", "X (...) * max(0, min(1, X / 6 + 1/2))",
           "multiply add compare compare multiply")  # fmt: skip
activation("Mish", "X (...) * tanh(ln(1 + exp(X)))", "exponential add logarithm tanh multiply")
activation("Tanh", "tanh(X (...))", "tanh")
activation("Softplus", "ln(1 + exp(X (...)))", "exponential add logarithm")
activation("Softsign", "X (...) / (1 + |X|)", "abs add divide")
activation("Shrink", "X (...) moved by bias towards 0, 0 within lambd", "compare compare add")

# Operators of the first opsets, since removed from the standard.
pointwise("Affine", "alpha * X (...) + beta", "multiply add")
pointwise("ImageScaler", "scale * X (...) + bias of the channel", "multiply add")
activation("ParametricSoftplus", "alpha * ln(1 + exp(beta * X (...)))",
           "multiply exponential add logarithm multiply")  # fmt: skip
activation("ScaledTanh", "alpha * tanh(beta * X (...))", "multiply tanh multiply")


@formula("Gelu", op_class="elementwise", traffic="activation", domain=("", MS))
def gelu(op: Op) -> Work:
    """Y (...) = X (...) / 2 * (1 + erf(X / sqrt(2))).

    other_flop = 5 for each element (multiply, erf, add, multiply, multiply); 9 with the tanh
    approximation (cube in two multiplies, multiply, add, multiply, tanh, add, two multiplies).
    special = 1 for each: erf or tanh.
    """
    each = 9 if text(op, "approximate", "none") == "tanh" else 5
    return Work(other_flop=each * op.y.elements, special=op.y.elements)


@formula("Swish", op_class="elementwise", traffic="activation")
def swish(op: Op) -> Work:
    """Y (...) = X (...) / (1 + exp(-alpha * X)).

    other_flop = 4 for each element (exponential, add, divide, multiply), one multiply more where
    alpha is not 1; special = 1 for each.
    """
    return Work(other_flop=_swish_flop(op) * op.y.elements, special=op.y.elements)


@formula("SwiGLU", op_class="elementwise", traffic="activation")
def swiglu(op: Op) -> Work:
    """Y (...) = A (...) / (1 + exp(-alpha * A)) * B (...).

    other_flop = 5 for each element (exponential, add, divide, multiply, multiply), one multiply
    more where alpha is not 1; special = 1 for each.
    """
    return Work(other_flop=(_swish_flop(op) + 1) * op.y.elements, special=op.y.elements)


def _swish_flop(op: Op) -> int:
    return 4 if number(op, "alpha", 1.0) == 1.0 else 5
