"""Fourier transforms, as fast ones: 5 * n * ceil(log2(n)) for n complex points, no macs.

A fast transform has ceil(log2(n)) passes of n / 2 butterflies, each 4 multiplies and 6 adds of
real numbers; https://en.wikipedia.org/wiki/Cooley-Tukey_FFT_algorithm.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import dim, integer, log2_ceil
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import UnknownShapeError


def transform_flop(n: Dim) -> Dim:
    """Operations of one fast transform of n complex points."""
    return 5 * n * log2_ceil(n)


@formula("DFT", op_class="other", traffic="movement")
def dft(op: Op) -> Work:
    """Y (..., n, ..., 2) = spectra of X (..., n, ..., 1 or 2) along one axis.

    other_flop = 5 * n * ceil(log2(n)) for each spectrum, with n the transform's length; a real
    signal and half a spectrum are counted as complex and whole ones.
    """
    n, spectra = _length(op)
    return Work(other_flop=spectra * transform_flop(n), read=(None, 0, 0))


def _length(op: Op) -> tuple[Dim, Dim]:
    """The transform's length, and how many there are."""
    axis = _axis(op)
    x = op.x.known_shape
    half = integer(op, "onesided", 0) and not integer(op, "inverse", 0)
    n = _known(op, 1)
    if n is None:
        n = x[axis] if half else dim(op, op.y, axis)
    return n, product(x[:axis]) * product(x[axis + 1 : -1])


def _known(op: Op, index: int) -> Dim | None:
    """The one number that input `index` holds; None where it is absent or not known."""
    given = op.input(index)
    if given is None or given.value is None or given.value.size != 1:
        return None
    return given.value.reshape(-1)[0]


def _axis(op: Op) -> int:
    given = _known(op, 2)
    axis = integer(op, "axis", 1) if op.version < 20 else -2 if given is None else int(given)
    rank = op.x.rank
    if not -rank <= axis < rank:
        msg = f"{op.identifier} (node {op.name!r}): the input has no axis {axis}"
        raise UnknownShapeError(msg)
    return axis % rank


@formula("STFT", op_class="other", traffic="movement")
def stft(op: Op) -> Work:
    """Y (B, f, bins, 2) = spectra of f overlapping frames of n samples of X (B, L, 1 or 2).

    other_flop, for each of B * f frames = 5 * n * ceil(log2(n)), and n multiplies with a window.
    """
    window, bins = op.input(2), dim(op, op.y, 2)
    n = _known(op, 3) if window is None else dim(op, window, 0)
    if n is None:
        n = 2 * (bins - 1) if integer(op, "onesided", 1) else bins
    frames = dim(op, op.y, 0) * dim(op, op.y, 1)
    each = transform_flop(n) + (0 if window is None else n)
    return Work(other_flop=frames * each, read=(None, 0, None, 0))
