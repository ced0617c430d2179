"""Between element types: casts, and floats to few bits and back."""

from __future__ import annotations

from typing import Final

from costlint.costmodel.formulas.arguments import FIRST_ONLY, has
from costlint.costmodel.formulas.pointwise import moved, pointwise, steps_of
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import BREVITAS, FINN, MS, QONNX
from costlint.costmodel.ir.graph import Op

QUANTIZE_STEPS: Final = "divide round add compare compare"
"""Divide by the scale, round, add the zero point, two compares to saturate."""
DEQUANTIZE_STEPS: Final = "subtract multiply"
"""Subtract the zero point, multiply by the scale."""
QUANTIZE: Final = steps_of(QUANTIZE_STEPS).flop
DEQUANTIZE: Final = steps_of(DEQUANTIZE_STEPS).flop

moved("Cast", "Y (...) = X (...) in another element type",
      "X is read in its own type and Y written in the new one", op_class="data")  # fmt: skip
moved("CastLike",
      "Y (...) = X (...) in the element type of the second input, which is not read",
      "X is read in its own type and Y written in the new one", op_class="data",
      read=lambda _: FIRST_ONLY)  # fmt: skip
pointwise("QuantizeLinear", "X (...) / scale + zero point, rounded and saturated", QUANTIZE_STEPS,
          op_class="data", domain=("", MS))  # fmt: skip


@formula("DequantizeLinear", op_class="data", domain=("", MS))
def dequantize(op: Op) -> Work:
    """Y (...) = (X (...) - zero point) * scale.

    other_flop = 1 for each element (multiply), 2 with a zero point (subtract).
    """
    return Work(other_flop=(1 + has(op, 2)) * op.x.elements)


pointwise("DynamicQuantizeLinear", "X (...) quantised by its own range",
          f"compare compare {QUANTIZE_STEPS}", y="(...) uint8, scale (), zero point ()",
          note="X is read twice: for its range, then to be quantised.", op_class="data",
          read=lambda op: (2 * op.x.elements,))  # fmt: skip

# Of QONNX, Brevitas and FINN: any number of bits.
pointwise("Quant", "X (...) in so many bits and back to floats, by scale and zero point",
          "divide add compare compare round subtract multiply", op_class="data",
          domain=(QONNX, BREVITAS, FINN))  # fmt: skip
pointwise("IntQuant", "X (...) in so many bits and back to floats, by scale and zero point",
          "divide add compare compare round subtract multiply", op_class="data",
          domain=(QONNX, BREVITAS))  # fmt: skip
pointwise("FloatQuant", "X (...) in a float of few bits and back, by its scale",
          "divide abs logarithm round compare power divide round compare multiply",
          note="Logarithm, round and compare find the exponent.", op_class="data",
          domain=(QONNX, BREVITAS))  # fmt: skip
pointwise("BipolarQuant", "scale where X (...) is positive, else -scale", "compare multiply",
          op_class="data", domain=(QONNX, BREVITAS, FINN))  # fmt: skip
pointwise("Trunc", "X (...) without its lowest bits",
          "divide add round divide round subtract multiply", op_class="data",
          domain=(QONNX, BREVITAS, FINN))  # fmt: skip
