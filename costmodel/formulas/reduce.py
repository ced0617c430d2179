"""Reductions over axes; x and y stand for the elements of X and of Y."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import FIRST_ONLY, dim, integer, log2_ceil
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


def folds(op: Op) -> Dim:
    """How many operations fold x elements into y results: x - y, none for an empty input."""
    x, y = op.x.elements, op.y.elements
    return max(x - y, 0) if isinstance(x, int) and isinstance(y, int) else x - y


@formula("ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin", op_class="other", traffic="reduction")
def reduction(op: Op) -> Work:
    """Y (...) = sum, product, largest or smallest of X (...) over some axes.

    other_flop = x - y: one add, multiply or compare less than elements, for each result.
    """
    return Work(other_flop=folds(op), read=FIRST_ONLY)


@formula("ReduceMean", op_class="other", traffic="reduction")
def reduce_mean(op: Op) -> Work:
    """Y (...) = mean of X (...) over some axes.

    other_flop = x: the adds of a sum (x - y) and y divides.
    """
    return Work(other_flop=op.x.elements, read=FIRST_ONLY)


@formula("ReduceL1", "ReduceSumSquare", op_class="other", traffic="reduction")
def reduce_mapped(op: Op) -> Work:
    """Y (...) = sum of |X (...)|, or of X * X, over some axes.

    other_flop = 2 * x - y: x absolutes or multiplies, x - y adds.
    """
    return Work(other_flop=op.x.elements + folds(op), read=FIRST_ONLY)


@formula("ReduceL2", op_class="other", traffic="reduction")
def reduce_l2(op: Op) -> Work:
    """Y (...) = root of the sum of X (...) * X over some axes.

    other_flop = 2 * x: x multiplies, x - y adds, y roots.
    """
    return Work(other_flop=2 * op.x.elements, read=FIRST_ONLY)


@formula("ReduceLogSum", op_class="other", traffic="reduction")
def reduce_log_sum(op: Op) -> Work:
    """Y (...) = logarithm of the sum of X (...) over some axes.

    other_flop = x: x - y adds and y logarithms.
    """
    return Work(other_flop=op.x.elements, read=FIRST_ONLY)


@formula("ReduceLogSumExp", op_class="other", traffic="reduction")
def reduce_log_sum_exp(op: Op) -> Work:
    """Y (...) = ln(sum(exp(X (...)))) over some axes, with the largest taken off first.

    other_flop = 4 * x: x - y compares, x subtracts, x exponentials, x - y adds, y logarithms and
    y adds. special = x exponentials.
    """
    return Work(other_flop=4 * op.x.elements, special=op.x.elements, read=FIRST_ONLY)


@formula("ArgMax", "ArgMin", op_class="other", traffic="reduction")
def arg_reduction(op: Op) -> Work:
    """Y (...) int64 = where along an axis X (...) is largest (smallest).

    other_flop = x - y compares.
    """
    return Work(other_flop=folds(op))


@formula("TopK", op_class="other", traffic="reduction")
def top_k(op: Op) -> Work:
    """Y (..., k), places (..., k) int64 = the k largest along an axis of X (..., n).

    other_flop = x compares: each element once against the least that is kept; to order the k
    kept ones is not counted.
    """
    return Work(other_flop=op.x.elements, read=FIRST_ONLY)


@formula("CumSum", "CumProd", op_class="other", traffic="reduction")
def cumulative(op: Op) -> Work:
    """Y (...) = running sums (products) of X (...) along an axis.

    other_flop = x: an add (a multiply) for each element.
    """
    return Work(other_flop=op.x.elements, read=FIRST_ONLY)


@formula("NonZero", op_class="other", traffic="movement")
def non_zero(op: Op) -> Work:
    """Y (r, n) int64 = the places of the n elements of X (...) that are not zero.

    other_flop = x compares.
    """
    return Work(other_flop=op.x.elements)


@formula("Unique", op_class="other", traffic="movement", domain=("", MS))
def unique(op: Op) -> Work:
    """Y (n, ...), first places, inverse, counts = the distinct slices of X (m, ...).

    other_flop = x * ceil(log2(m)) compares of a sort; without an axis m = x.
    """
    axis = op.attributes.get("axis")
    m = product(op.x.known_shape) if axis is None else dim(op, op.x, integer(op, "axis", 0))
    return Work(other_flop=op.x.elements * log2_ceil(m))
