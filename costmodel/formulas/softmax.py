"""Softmax, its kin, and the losses built on it."""

from __future__ import annotations

from functools import partial

from costlint.costmodel.formulas.attention import SOFTMAX, SOFTMAX_STEPS
from costlint.costmodel.formulas.pointwise import pointwise
from costlint.costmodel.formulas.quantized import DEQUANTIZE_STEPS, QUANTIZE_STEPS
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op

softmax = partial(pointwise, op_class="other", traffic="softmax")
softmax("Softmax", "exp(X (...) - largest) / sum along an axis", SOFTMAX_STEPS)
softmax("LogSoftmax", "X (...) - largest - ln(sum(exp(X - largest))) along an axis",
        "compare subtract exponential add subtract",
        note="The logarithm for each row is left out.")  # fmt: skip
softmax("Hardmax", "1 where X (...) is largest along an axis, else 0", "compare")
softmax("BiasSoftmax", "softmax of X (...) + bias, along the axes from `axis` on",
        f"add {SOFTMAX_STEPS}", domain=MS)  # fmt: skip
softmax("QLinearSoftmax", "softmax of X (...) along an axis, both with a scale and a zero point",
        f"{DEQUANTIZE_STEPS} {SOFTMAX_STEPS} {QUANTIZE_STEPS}", domain=MS)  # fmt: skip


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
