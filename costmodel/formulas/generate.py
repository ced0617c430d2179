"""Tensors made from nothing: constants, ranges, random numbers, windows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from costlint.costmodel.formulas.arguments import FIRST_ONLY, dim
from costlint.costmodel.formulas.pointwise import moved, pointwise
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


def nothing(_op: Op) -> Sequence[Dim | None]:
    """The `Work.read` of an op whose inputs only steer it, or say by their shape what is made."""
    return (0, *FIRST_ONLY[1:])


made = partial(pointwise, op_class="data", read=nothing)
_INTEGERS = "The generator's integer steps are not counted."

moved("ConstantOfShape", "Y (...) = one value everywhere, of the shape that the input names",
      "Y is written once", op_class="data", read=nothing)  # fmt: skip
moved("EyeLike", "Y (M, N) = 1 on a diagonal, 0 elsewhere, of the shape of X (M, N), "
      "which is not read", "Y is written once", op_class="data", read=nothing)  # fmt: skip
moved("OneHot", "Y (..., depth) = the on-value at indices (...), the off-value elsewhere",
      "indices are read and Y written once", op_class="data",
      read=lambda _: (None, 0, None))  # fmt: skip
made("Range", "start, start + step, ..", "multiply add", y="(n)")
moved("Range", "Y (n) = start, start + delta, ... below the limit", "Y is written",
      op_class="data", domain=MS)  # fmt: skip
made("RandomUniform RandomUniformLike", "random numbers between low and high", "multiply add",
     note=_INTEGERS)  # fmt: skip
made("RandomNormal RandomNormalLike",
     "normal random numbers, two of them from two uniform ones (Box and Muller)",
     "logarithm multiply root multiply sine multiply multiply add", note=_INTEGERS)  # fmt: skip
pointwise("Bernoulli", "1 with probability X (...), else 0", "compare", note=_INTEGERS,
          op_class="data")  # fmt: skip
made("HannWindow HammingWindow", "a - b * cos(c * i)", "multiply sine multiply subtract", y="(n)")
made("BlackmanWindow", "a - b * cos(c * i) + d * cos(2 * c * i)",
     "multiply sine multiply add multiply sine multiply add", y="(n)")  # fmt: skip
made("MelWeightMatrix", "weights from a spectrum of n to m mel bins, a triangle each",
     "subtract divide compare compare", y="(n / 2 + 1, m)")  # fmt: skip


@formula("Multinomial", op_class="data")
def multinomial(op: Op) -> Work:
    """Y (B, n) = n draws of C classes with log-probabilities X (B, C).

    other_flop = 4 for each class (compare, subtract, exponential, add to a running sum; special =
    1) and C compares for each draw.
    """
    classes = op.x.elements
    return Work(other_flop=4 * classes + op.y.elements * dim(op, op.x, -1), special=classes)
