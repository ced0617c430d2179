"""Images at another size, and images sampled at given places."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import FIRST_ONLY, dim, text
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import MS, NCHWC
from costlint.costmodel.ir.graph import Op

_TAPS = {"nearest": 1, "linear": 2, "bilinear": 2, "cubic": 4, "bicubic": 4}
"""Input elements along one axis that make an output element."""


@formula("Upsample", op_class="other", traffic="resizing", domain=("", NCHWC))
@formula("Resize", op_class="other", traffic="resizing")
def resize(op: Op) -> Work:
    """Y (...) = X (...) with some axes, d of them, at another size.

    other_flop, for each output element = 0 (nearest), 2 * 2**d - 1 (linear: 2**d multiplies and
    the adds between them) or 2 * 4**d - 1 (cubic). `antialias` is counted without its wider
    filter.
    """
    axes = sum(_differ(a, b) for a, b in zip(op.x.known_shape, op.y.known_shape, strict=False))
    taps = _TAPS.get(text(op, "mode", "nearest"), 2) ** axes
    return Work(other_flop=(2 * taps - 2 + (taps > 1)) * op.y.elements, read=FIRST_ONLY)


@formula("GridSample", op_class="other", traffic="movement", domain=("", MS))
def grid_sample(op: Op) -> Work:
    """Y (N, C, out) = X (N, C, in) at the places of the grid (N, out, d), d axes.

    other_flop, for each output element = 0 (nearest), 2 * 2**d - 1 (linear) or 2 * 4**d - 1
    (cubic); for each of d coordinates of N * out places 4 (add, multiply, round, subtract).
    """
    taps = _TAPS.get(text(op, "mode", "linear"), 2) ** max(op.x.rank - 2, 0)
    sampling = (2 * taps - 2 + (taps > 1)) * op.y.elements
    return Work(other_flop=sampling + 4 * op.w.elements)


@formula("AffineGrid", op_class="other", traffic="movement")
def affine_grid(op: Op) -> Work:
    """Y (N, out, d) = theta (N, d, d + 1) on each place of an image of d axes.

    other_flop = 2 * d for each coordinate: d multiplies and d adds, counted apart from macs.
    """
    return Work(other_flop=2 * dim(op, op.y, -1) * op.y.elements, read=FIRST_ONLY)


@formula("Col2Im", op_class="other", traffic="movement")
def col2im(op: Op) -> Work:
    """Y (N, C, image) = columns X (N, C * block, L) added up at their places.

    other_flop = one add for each element of X.
    """
    return Work(other_flop=op.x.elements, read=FIRST_ONLY)


@formula("NonMaxSuppression", op_class="other", traffic="movement")
def non_max_suppression(op: Op) -> Work:
    """Y (n, 3) int64 = the n boxes kept of boxes (B, S, 4) by scores (B, C, S).

    other_flop = B * C * S compares of scores, and for each box kept 13 against each of S others:
    four compares, two subtracts and two compares for the overlap, a multiply, an add and a
    subtract for the union, divide, compare. n is at most what the attributes allow.
    """
    kept, spatial = dim(op, op.y, 0), dim(op, op.x, 1)
    scores = product(op.w.known_shape)
    return Work(other_flop=scores + 13 * kept * spatial, read=(None, None, 0, 0, 0))


def _differ(a: Dim, b: Dim) -> bool:
    """Whether two dims differ, somewhere for arrays."""
    different = a != b
    return bool(different.any()) if hasattr(different, "any") else bool(different)
