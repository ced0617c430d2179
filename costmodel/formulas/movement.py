"""Elements moved to other places: what the paper calls shuffle. Nothing is computed."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import FIRST_ONLY
from costlint.costmodel.formulas.pointwise import moved
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import minimum, product
from costlint.costmodel.ir.domains import NHWC
from costlint.costmodel.ir.graph import Op

_ONCE = "X is read and Y written once"

moved("Transpose", "Y (x_p0, x_p1, ...) = X (x_0, x_1, ...), its axes in another order", _ONCE)
moved("Concat", "Y (..., a + b, ...) = X_1 (..., a, ...) then X_2 (..., b, ...) along an axis",
      "every input is read and Y written once")  # fmt: skip
moved("Split", "Y_1 (..., a, ...), Y_2 (..., b, ...) = X (..., a + b, ...) in parts along an axis",
      "X is read and every output written once", traffic="selection",
      read=lambda _: FIRST_ONLY)  # fmt: skip
moved("Slice", "Y (...) = X[start:end:step] on some axes",
      "of X only the y elements that are kept are read", traffic="selection",
      read=lambda op: (op.y.elements, *FIRST_ONLY[1:]))  # fmt: skip
moved("Pad Expand Tile", "Y (...) = X (...) with a border, or repeated",
      "X is read once, Y, the larger one, is written", read=lambda _: FIRST_ONLY)  # fmt: skip
moved("DepthToSpace", "Y (N, C / b^2, H * b, W * b) = X (N, C, H, W)", _ONCE)
moved("SpaceToDepth", "Y (N, C * b^2, H / b, W / b) = X (N, C, H, W)", _ONCE)
moved("DepthToSpace SpaceToDepth",
      "Y (N, out, C') = X (N, in, C) with channels and positions exchanged",
      "every element is read and written once", domain=NHWC)  # fmt: skip
moved("ReverseSequence", "Y (...) = X (...) with the first entries of each sequence in reverse",
      _ONCE)  # fmt: skip
moved("Trilu", "Y (..., M, N) = a triangle of X (..., M, N), 0 elsewhere",
      "X is read (in whole rows, as memory gives them) and Y written once",
      read=lambda _: FIRST_ONLY)  # fmt: skip
moved("Compress", "Y (n, ...) = the n slices of X (...) along an axis where the condition holds",
      "of X only the y elements that are kept are read", traffic="selection",
      read=lambda op: (op.y.elements, None))  # fmt: skip


@formula("CenterCropPad", op_class="shuffle")
def center_crop_pad(op: Op) -> Work:
    """Y (...) = X (...) cut or padded at both ends of some axes.

    other_flop = 0; of X the part within Y is read: the product of the smaller dims.
    """
    pairs = zip(op.x.known_shape, op.y.known_shape, strict=False)
    return Work(read=(product(minimum(a, b) for a, b in pairs), 0))
