"""Pooling over windows, over whole images, over regions.

N images, C channels; `filter` is the product of the window's sizes. Windows that reach into the
padding are counted in full.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import integer, integers
from costlint.costmodel.formulas.pointwise import moved
from costlint.costmodel.formulas.reduce import folds
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import NCHWC, NHWC
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import UnknownShapeError


def filter_elements(op: Op) -> Dim:
    """Elements of the window that attribute `kernel_shape` gives."""
    found = integers(op, "kernel_shape")
    if found is None:
        msg = f"{op.identifier} (node {op.name!r}): attribute kernel_shape is missing"
        raise UnknownShapeError(msg)
    return product(found)


@formula("AveragePool", op_class="other", traffic="pooling", domain=("", NCHWC))
def average_pool(op: Op) -> Work:
    """Y (N, C, out) = mean of each window of X (N, C, in).

    other_flop = N * C * out * filter: filter - 1 adds and a divide.
    """
    return Work(other_flop=op.y.elements * filter_elements(op))


@formula("MaxPool", op_class="other", traffic="pooling", domain=("", NCHWC))
def max_pool(op: Op) -> Work:
    """Y (N, C, out), indices = largest of each window of X (N, C, in).

    other_flop = N * C * out * (filter - 1) compares.
    """
    return Work(other_flop=op.y.elements * (filter_elements(op) - 1))


@formula("LpPool", op_class="other", traffic="pooling")
def lp_pool(op: Op) -> Work:
    """Y (N, C, out) = p-norm of each window of X (N, C, in).

    other_flop = 2 * N * C * out * filter: filter powers, filter - 1 adds and a root. special =
    N * C * out * filter powers where p is neither 1 nor 2.
    """
    powers = op.y.elements * filter_elements(op)
    return Work(other_flop=2 * powers, special=_is_power(op) * powers)


def _is_power(op: Op) -> int:
    """1 where a p-norm takes a power of each element, and not its size or its square."""
    return int(integer(op, "p", 2) not in (1, 2))


@formula("GlobalAveragePool", op_class="other", traffic="pooling", domain=("", NCHWC))
def global_average_pool(op: Op) -> Work:
    """Y (N, C, 1, ...) = mean of each channel of X (N, C, in).

    other_flop = N * C * in: in - 1 adds and a divide.
    """
    return Work(other_flop=op.x.elements)


@formula("GlobalMaxPool", op_class="other", traffic="pooling", domain=("", NCHWC))
def global_max_pool(op: Op) -> Work:
    """Y (N, C, 1, ...) = largest of each channel of X (N, C, in).

    other_flop = N * C * (in - 1) compares.
    """
    return Work(other_flop=folds(op))


@formula("GlobalLpPool", op_class="other", traffic="pooling")
def global_lp_pool(op: Op) -> Work:
    """Y (N, C, 1, ...) = p-norm of each channel of X (N, C, in).

    other_flop = 2 * N * C * in: in powers, in - 1 adds and a root. special = N * C * in powers
    where p is neither 1 nor 2.
    """
    return Work(other_flop=2 * op.x.elements, special=_is_power(op) * op.x.elements)


moved("MaxUnpool",
      "Y (N, C, out) = X (N, C, in) put back where indices (N, C, in) say, 0 elsewhere",
      "nothing is computed", read=lambda _: (None, None, 0), op_class="other", traffic="movement",
      domain=("", NHWC))  # fmt: skip


@formula("MaxRoiPool", op_class="other", traffic="pooling")
def max_roi_pool(op: Op) -> Work:
    """Y (R, C, h, w) = largest of each cell of R regions (R, 5) of X (N, C, H, W).

    other_flop = R * C * H * W compares, the most there can be: the data says how large a region is.
    """
    cells = product(op.y.known_shape[:2])
    return Work(other_flop=cells * product(op.x.known_shape[2:]))


@formula("RoiAlign", op_class="other", traffic="movement")
def roi_align(op: Op) -> Work:
    """Y (R, C, h, w) = mean (or largest) of s * s bilinear samples a cell of X (N, C, H, W).

    s is `sampling_ratio`; where it is 0 the data says, and 2 is counted. other_flop =
    8 * s * s * R * C * h * w: four multiplies and three adds a sample, and one to gather it.
    """
    s = integer(op, "sampling_ratio", 0) or 2
    return Work(other_flop=8 * s * s * op.y.elements)
