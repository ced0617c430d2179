"""The guidelines as numbers of one op: widths, memory access and its bound."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from costlint.analyzers.facts import convolution_of, is_depthwise, is_product
from costlint.costmodel.formulas import weight_of
from costlint.costmodel.ir.dims import product
from costlint.costmodel.ir.graph import Op


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """Channel widths of an op, and the positions N * h * w of each side.

    `parts` are equal widths that lie side by side in the output, each a product of its own.
    """

    c_in: int
    c_out: int
    p_in: int
    p_out: int
    weights: int
    parts: int = 1

    @property
    def c_part(self) -> int:
        """Width of one part of the output."""
        return self.c_out // self.parts

    @property
    def memory_access_elements(self) -> int:
        """B = p_in * c_in + p_out * c_out + k * k * c_in * c_out / g (section 2, G1)."""
        return self.p_in * self.c_in + self.p_out * self.c_out + self.weights

    @property
    def bound_elements(self) -> float:
        """The least B at these macs, parts, groups and filter."""
        return self.memory_access_elements / (1 + self.excess)

    @property
    def excess(self) -> float:
        """Share of a part's memory access above its bound; 0 is the optimum.

        The bound is the paper's equation 2 for any filter: by the inequality of the means
        p_in * c_in + p_out * c_part is least where both are equal.
        """
        sides = self.p_in * self.c_in, self.p_out * self.c_part
        weights = self.weights / self.parts
        return (sum(sides) + weights) / (2 * sqrt(sides[0] * sides[1]) + weights) - 1

    @property
    def ratio(self) -> float:
        """The larger side over the smaller, each times its positions; 1 is the optimum."""
        one, other = self.p_in * self.c_in, self.p_out * self.c_part
        return max(one, other) / min(one, other)


def widths_of(op: Op) -> Widths | None:
    """Widths of a convolution or a product with stored weights; None for anything else.

    A depthwise convolution has one width, so that nothing can be unequal.
    """
    conv = convolution_of(op)
    if conv is not None and not is_depthwise(op):
        x, y = op.x.known_shape, op.y.known_shape
        sizes = (x[1], y[1], x[0] * product(x[2:]), y[0] * product(y[2:]))
    elif is_product(op):
        inner = -2 if op.attributes.get("transA") else -1
        c_in, c_out = op.x.known_shape[inner], op.y.known_shape[-1]
        rows = op.y.elements // c_out
        sizes = (c_in, c_out, rows, rows)
    else:
        return None
    w = weight_of(op)
    if w is None or not all(type(size) is int and size > 0 for size in sizes):
        return None
    return Widths(c_in=sizes[0], c_out=sizes[1], p_in=sizes[2], p_out=sizes[3], weights=w.elements)
