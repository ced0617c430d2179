"""Operators of onnxruntime that move and look up data."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import dim, has, integer, tensor, text
from costlint.costmodel.formulas.microsoft.shared import reads, shape, share, standard
from costlint.costmodel.formulas.pointwise import moved
from costlint.costmodel.formulas.quantized import DEQUANTIZE
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op

moved("Pad Trilu UnfoldTensor SampleOp",
      "Y (...) = elements of X (...) at other places, some left out, repeated or filled in",
      "X is read and Y written once", domain=MS)  # fmt: skip
moved("RemovePadding RestorePadding",
      "Y (T, n) = the T tokens of X (B, S, n) that are not padding, or the other way round",
      "T is taken as B * S, the most it can be", domain=MS)  # fmt: skip


@formula("GatherBlockQuantized", op_class="shuffle", traffic="selection", domain=MS)
def gather_block_quantized(op: Op) -> Work:
    """Y (i, n) = rows of a packed table (V, n * bits / 8) at indices (i), with scales (V, blocks).

    other_flop = 2 for each element (subtract, multiply); of table, scales and zero points only the
    rows that are picked are read.
    """
    axis, picked = integer(op, "gather_axis", 0), tensor(op, 1).elements
    rows = {}
    for place in (0, 2, 3):
        if has(op, place):
            table = tensor(op, place)
            rows[place] = picked * share(op, table.elements, dim(op, table, axis))
    return Work(other_flop=DEQUANTIZE * op.y.elements, read=reads(op, rows))


@formula("GatherPacked", op_class="shuffle", traffic="selection", domain=MS)
def gather_packed(op: Op) -> Work:
    """Y (i, n) = rows of a packed table (V, bytes) at indices (i).

    other_flop = 1 for each element (multiply); of the table only the rows that are picked are read.
    """
    rows = tensor(op, 1).elements * shape(op, 0, 2)[1]
    return Work(other_flop=op.y.elements, read=reads(op, {0: rows}))


@formula("CropAndResize", op_class="other", traffic="movement", domain=MS)
def crop_and_resize(op: Op) -> Work:
    """Y (R, C, h, w) = R regions (R, 4) of X (N, C, H, W), each at the size h by w.

    other_flop = 7 for each output: four multiplies and three adds of a bilinear sample; 0 with the
    nearest.
    """
    linear = text(op, "mode", "bilinear") == "bilinear"
    return Work(other_flop=7 * op.y.elements if linear else 0)


@formula("MaxpoolWithMask", op_class="other", traffic="pooling", domain=MS)
def maxpool_with_mask(op: Op) -> Work:
    """Y (N, C, out) = largest of each window of X (N, C, in) where the mask holds.

    other_flop = as MaxPool, N * C * out * (filter - 1) compares.
    """
    return Work(other_flop=standard(op, "MaxPool", op.x, y=op.y).other_flop)
