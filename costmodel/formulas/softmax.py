"""Softmax, its kin, and the losses built on it."""

from __future__ import annotations

from costlint.costmodel.formulas.attention import SOFTMAX
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op


@formula("Softmax", op_class="other", traffic="softmax")
def softmax(op: Op) -> Work:
    """Y (...) = exp(X (...) - largest) / sum along an axis.

    other_flop = 5 for each element: compare, subtract, exponential, add, divide; special = 1.
    """
    return Work(other_flop=SOFTMAX * op.x.elements, special=op.x.elements)


@formula("LogSoftmax", op_class="other", traffic="softmax")
def log_softmax(op: Op) -> Work:
    """Y (...) = X (...) - largest - ln(sum(exp(X - largest))) along an axis.

    other_flop = 5 for each element: compare, subtract, exponential, add, subtract; the logarithm
    for each row is left out. special = 1 for each element.
    """
    return Work(other_flop=SOFTMAX * op.x.elements, special=op.x.elements)


@formula("Hardmax", op_class="other", traffic="softmax")
def hardmax(op: Op) -> Work:
    """Y (...) = 1 where X (...) is largest along an axis, else 0.

    other_flop = one compare for each element.
    """
    return Work(other_flop=op.x.elements)


@formula("SoftmaxCrossEntropyLoss", op_class="other", traffic="softmax")
def softmax_cross_entropy(op: Op) -> Work:
    """Y (N, d) or () = -log softmax of X (N, C, d) at labels (N, d), weighted, maybe reduced.

    other_flop = 5 for each score (compare, subtract, exponential, add, subtract) and 2 for each
    label (multiply by the weight, add to the sum). special = 1 for each score.
    """
    scores = op.x.elements
    return Work(other_flop=SOFTMAX * scores + 2 * op.w.elements, special=scores)


@formula("NegativeLogLikelihoodLoss", op_class="other", traffic="reduction")
def negative_log_likelihood(op: Op) -> Work:
    """Y (N, d) or () = -X (N, C, d) at labels (N, d), weighted, maybe reduced.

    other_flop = 2 for each label (multiply by the weight, add to the sum). Of X the N * d scores
    at the labels are read.
    """
    labels = op.w.elements
    return Work(other_flop=2 * labels, read=(labels,))
