"""Normalisations. None of them holds macs: contract and papers count them apart."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has, integer
from costlint.costmodel.formulas.pointwise import pointwise
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import UnknownShapeError

CENTRED = 5
"""For each element: add to the mean; subtract it; multiply and add to the variance; scale."""
INVERSE_ROOT = 4
"""For each group: divide the sum of squares by its size, add epsilon, root, divide."""


@formula("BatchNormalization", op_class="elementwise")
def batch_normalization(op: Op) -> Work:
    """Y (N, C, ...) = X (N, C, ...) * a + b, a and b from scale, bias, mean, variance (C).

    other_flop = 2 for each element (multiply, add): a and b are constants of a channel. When it
    trains (more outputs than Y), 4 more for mean and variance.
    """
    each = 2 if len(op.outputs) == 1 else 2 + 4
    return Work(other_flop=each * op.x.elements)


@formula("LayerNormalization", op_class="other", traffic="normalization")
def layer_normalization(op: Op) -> Work:
    """Y (r, n) = (X (r, n) - mean (r)) / deviation (r) * scale (n) + bias (n), r rows of n.

    other_flop = 6 for each element (add, subtract, multiply, add, multiply; multiply by the
    scale), one add more with a bias, and 5 for each row (two divides, add, root, divide).
    """
    rows = _rows(op, integer(op, "axis", -1))
    each = CENTRED + has(op, 1, 2)
    return Work(other_flop=each * op.x.elements + (1 + INVERSE_ROOT) * rows)


@formula("RMSNormalization", op_class="other", traffic="normalization")
def rms_normalization(op: Op) -> Work:
    """Y (r, n) = X (r, n) / root(mean of squares (r)) * scale (n), r rows of n.

    other_flop = 4 for each element (multiply, add, multiply, multiply by the scale) and 4 for
    each row (divide, add, root, divide).
    """
    rows = _rows(op, integer(op, "axis", -1))
    return Work(other_flop=(3 + has(op, 1)) * op.x.elements + INVERSE_ROOT * rows)


@formula("SimplifiedLayerNormalization", op_class="other", traffic="normalization",
         domain=("", MS))  # fmt: skip
def simplified_layer_normalization(op: Op) -> Work:
    """Y (r, n) = X (r, n) / root(mean of squares (r)) * scale (n): RMSNormalization.

    other_flop = 4 for each element and 4 for each row.
    """
    return Work(other_flop=4 * op.x.elements + INVERSE_ROOT * _rows(op, -1))


@formula("InstanceNormalization", op_class="other", traffic="normalization")
def instance_normalization(op: Op) -> Work:
    """Y (N, C, in) = (X (N, C, in) - mean (N, C)) / deviation (N, C) * scale (C) + bias (C).

    other_flop = 7 for each element (add, subtract, multiply, add, multiply; multiply, add) and 5
    for each of N * C (two divides, add, root, divide).
    """
    groups = product(op.x.known_shape[:2])
    return Work(other_flop=(CENTRED + 2) * op.x.elements + (1 + INVERSE_ROOT) * groups)


@formula("GroupNormalization", op_class="other", traffic="normalization")
def group_normalization(op: Op) -> Work:
    """Y (N, C, in) = (X (N, C, in) - mean (N, g)) / deviation (N, g) * scale + bias, g groups.

    other_flop = 7 for each element (add, subtract, multiply, add, multiply; multiply, add) and 5
    for each of N * g (two divides, add, root, divide).
    """
    groups = product(op.x.known_shape[:1]) * integer(op, "num_groups", 1)
    return Work(other_flop=(CENTRED + 2) * op.x.elements + (1 + INVERSE_ROOT) * groups)


pointwise("MeanVarianceNormalization", "(X (...) - mean) / deviation over some axes",
          "add subtract multiply add multiply",
          note="The few for each group are left out, for the standard does not say how many "
          "groups a shape has.", op_class="other", traffic="normalization")  # fmt: skip
pointwise("LpNormalization", "X (...) / p-norm along an axis, p 1 or 2", "multiply add divide",
          note="The root of each sum is left out.", op_class="other",
          traffic="normalization")  # fmt: skip


@formula("LRN", op_class="other", traffic="normalization")
def local_response_normalization(op: Op) -> Work:
    """Y (N, C, ...) = X / (bias + alpha / size * sum of squares over `size` channels) ** beta.

    other_flop = size + 4 for each element: a multiply, size - 1 adds, multiply, add, power, divide;
    special = 1.
    """
    x = op.x.elements
    return Work(other_flop=(integer(op, "size", 1) + 4) * x, special=x)


def _rows(op: Op, axis: int) -> Dim:
    shape = op.x.known_shape
    if not -len(shape) <= axis <= len(shape):
        msg = f"{op.identifier} (node {op.name!r}): the input has no axis {axis}"
        raise UnknownShapeError(msg)
    return product(shape[:axis])
