"""Tensors made from nothing: constants, ranges, random numbers, windows."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import FIRST_ONLY, dim
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op

_NOTHING = (0, *FIRST_ONLY[1:])
"""`Work.read` of an op that only asks what shape its input has, or whose inputs only steer it."""


@formula("ConstantOfShape", op_class="data")
def constant_of_shape(_op: Op) -> Work:
    """Y (...) = one value everywhere, of the shape that the input names.

    other_flop = 0; Y is written once.
    """
    return Work(read=_NOTHING)


@formula("EyeLike", op_class="data")
def eye_like(_op: Op) -> Work:
    """Y (M, N) = 1 on a diagonal, 0 elsewhere, of the shape of X (M, N), which is not read.

    other_flop = 0; Y is written once.
    """
    return Work(read=_NOTHING)


@formula("OneHot", op_class="data")
def one_hot(_op: Op) -> Work:
    """Y (..., depth) = the on-value at indices (...), the off-value elsewhere.

    other_flop = 0; indices are read and Y written once.
    """
    return Work(read=(None, 0, None))


@formula("Range", op_class="data")
def range_(op: Op) -> Work:
    """Y (n) = start, start + step, ...

    other_flop = 2 for each element: multiply, add.
    """
    return Work(other_flop=2 * op.y.elements, read=_NOTHING)


@formula("RandomUniform", "RandomUniformLike", op_class="data")
def random_uniform(op: Op) -> Work:
    """Y (...) = random numbers between low and high.

    other_flop = 2 for each element (multiply, add); the generator's integer steps are not counted.
    """
    return Work(other_flop=2 * op.y.elements, read=_NOTHING)


@formula("RandomNormal", "RandomNormalLike", op_class="data")
def random_normal(op: Op) -> Work:
    """Y (...) = normal random numbers, two of them from two uniform ones (Box and Muller).

    other_flop = 8 for each element: logarithm, multiply, root, multiply, cosine, multiply; then
    multiply by the deviation and add the mean; special = 3. The generator's integer steps are not
    counted.
    """
    return Work(other_flop=8 * op.y.elements, special=3 * op.y.elements, read=_NOTHING)


@formula("Bernoulli", op_class="data")
def bernoulli(op: Op) -> Work:
    """Y (...) = 1 with probability X (...), else 0.

    other_flop = one compare for each element; the generator's integer steps are not counted.
    """
    return Work(other_flop=op.y.elements)


@formula("Multinomial", op_class="data")
def multinomial(op: Op) -> Work:
    """Y (B, n) = n draws of C classes with log-probabilities X (B, C).

    other_flop = 4 for each class (compare, subtract, exponential, add to a running sum; special =
    1) and C compares for each draw.
    """
    classes = op.x.elements
    return Work(other_flop=4 * classes + op.y.elements * dim(op, op.x, -1), special=classes)


@formula("HannWindow", "HammingWindow", op_class="data")
def cosine_window(op: Op) -> Work:
    """Y (n) = a - b * cos(c * i).

    other_flop = 4 for each element: multiply, cosine, multiply, subtract; special = 1.
    """
    return Work(other_flop=4 * op.y.elements, special=op.y.elements, read=_NOTHING)


@formula("BlackmanWindow", op_class="data")
def blackman_window(op: Op) -> Work:
    """Y (n) = a - b * cos(c * i) + d * cos(2 * c * i).

    other_flop = 8 for each element: twice multiply, cosine, multiply, add; special = 2.
    """
    return Work(other_flop=8 * op.y.elements, special=2 * op.y.elements, read=_NOTHING)


@formula("MelWeightMatrix", op_class="data")
def mel_weight_matrix(op: Op) -> Work:
    """Y (n / 2 + 1, m) = weights from a spectrum of n to m mel bins, a triangle each.

    other_flop = 4 for each element: subtract and divide up the triangle's side, two compares.
    """
    return Work(other_flop=4 * op.y.elements, read=_NOTHING)
