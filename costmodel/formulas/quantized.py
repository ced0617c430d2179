"""Between element types: casts, and floats to few bits and back."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import FIRST_ONLY, has
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op

QUANTIZE = 5
"""For each element: divide by the scale, round, add the zero point, two compares to saturate."""


@formula("Cast", op_class="data")
def cast(_op: Op) -> Work:
    """Y (...) = X (...) in another element type.

    other_flop = 0; X is read in its own type and Y written in the new one.
    """
    return Work()


@formula("CastLike", op_class="data")
def cast_like(_op: Op) -> Work:
    """Y (...) = X (...) in the element type of the second input, which is not read.

    other_flop = 0; X is read in its own type and Y written in the new one.
    """
    return Work(read=FIRST_ONLY)


@formula("QuantizeLinear", op_class="data")
def quantize(op: Op) -> Work:
    """Y (...) = X (...) / scale + zero point, rounded and saturated.

    other_flop = 5 for each element: divide, round, add the zero point, two compares.
    """
    return Work(other_flop=QUANTIZE * op.x.elements)


@formula("DequantizeLinear", op_class="data")
def dequantize(op: Op) -> Work:
    """Y (...) = (X (...) - zero point) * scale.

    other_flop = 1 for each element (multiply), 2 with a zero point (subtract).
    """
    return Work(other_flop=(1 + has(op, 2)) * op.x.elements)


@formula("DynamicQuantizeLinear", op_class="data")
def dynamic_quantize(op: Op) -> Work:
    """Y (...) uint8, scale (), zero point () = X (...) quantised by its own range.

    other_flop = 7 for each element: two compares for the range; divide, round, add the zero
    point, two compares. X is read twice: for its range, then to be quantised.
    """
    return Work(other_flop=(2 + QUANTIZE) * op.x.elements, read=(2 * op.x.elements,))
