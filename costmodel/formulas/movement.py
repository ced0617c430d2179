"""Elements moved to other places: what the paper calls shuffle. Nothing is computed."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import FIRST_ONLY
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import minimum, product
from costlint.costmodel.ir.graph import Op


@formula("Transpose", op_class="shuffle")
def transpose(_op: Op) -> Work:
    """Y (x_p0, x_p1, ...) = X (x_0, x_1, ...), its axes in another order.

    other_flop = 0; X is read and Y written once.
    """
    return Work()


@formula("Concat", op_class="shuffle")
def concat(_op: Op) -> Work:
    """Y (..., a + b, ...) = X_1 (..., a, ...) then X_2 (..., b, ...) along an axis.

    other_flop = 0; every input is read and Y written once.
    """
    return Work()


@formula("Split", op_class="shuffle", traffic="selection")
def split(_op: Op) -> Work:
    """Y_1 (..., a, ...), Y_2 (..., b, ...) = X (..., a + b, ...) in parts along an axis.

    other_flop = 0; X is read and every output written once.
    """
    return Work(read=FIRST_ONLY)


@formula("Slice", op_class="shuffle", traffic="selection")
def slice_(op: Op) -> Work:
    """Y (...) = X[start:end:step] on some axes.

    other_flop = 0; of X only the y elements that are kept are read.
    """
    return Work(read=(op.y.elements, *FIRST_ONLY[1:]))


@formula("Pad", "Expand", "Tile", op_class="shuffle")
def enlarge(_op: Op) -> Work:
    """Y (...) = X (...) with a border, or repeated.

    other_flop = 0; X is read once, Y, the larger one, is written.
    """
    return Work(read=FIRST_ONLY)


@formula("DepthToSpace", op_class="shuffle")
def depth_to_space(_op: Op) -> Work:
    """Y (N, C / b^2, H * b, W * b) = X (N, C, H, W).

    other_flop = 0; X is read and Y written once.
    """
    return Work()


@formula("SpaceToDepth", op_class="shuffle")
def space_to_depth(_op: Op) -> Work:
    """Y (N, C * b^2, H / b, W / b) = X (N, C, H, W).

    other_flop = 0; X is read and Y written once.
    """
    return Work()


@formula("ReverseSequence", op_class="shuffle")
def reverse_sequence(_op: Op) -> Work:
    """Y (...) = X (...) with the first entries of each sequence in reverse.

    other_flop = 0; X is read and Y written once.
    """
    return Work()


@formula("Trilu", op_class="shuffle")
def trilu(_op: Op) -> Work:
    """Y (..., M, N) = a triangle of X (..., M, N), 0 elsewhere.

    other_flop = 0; X is read (in whole rows, as memory gives them) and Y written once.
    """
    return Work(read=FIRST_ONLY)


@formula("Compress", op_class="shuffle", traffic="selection")
def compress(op: Op) -> Work:
    """Y (n, ...) = the n slices of X (...) along an axis where the condition holds.

    other_flop = 0; of X only the y elements that are kept are read.
    """
    return Work(read=(op.y.elements, None))


@formula("CenterCropPad", op_class="shuffle")
def center_crop_pad(op: Op) -> Work:
    """Y (...) = X (...) cut or padded at both ends of some axes.

    other_flop = 0; of X the part within Y is read: the product of the smaller dims.
    """
    pairs = zip(op.x.known_shape, op.y.known_shape, strict=False)
    return Work(read=(product(minimum(a, b) for a, b in pairs), 0))
