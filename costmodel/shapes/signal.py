"""Fourier transforms and what prepares for them."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes.arguments import (
    axis_attribute,
    check_rank,
    dtype_attribute,
    integer,
    one_axis,
    scalar,
    scalar_dim,
)
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import floor_div, larger


@shape_rule("DFT")
def dft(call: Call) -> Sequence[Out]:
    """Y (..., n or n/2 + 1, ..., 2) = spectrum of X (..., n, ..., 1 or 2) along one axis."""
    check_rank(call, 0, 2)
    x = list(call.shape(0))
    if call.version < 20:
        axis = axis_attribute(call, 1, len(x))
    else:
        axis = one_axis(call, -2 if call.tensor(2) is None else _axis(call), len(x))
    length = x[axis] if call.tensor(1) is None else _known(call, 1)
    onesided, inverse = integer(call, "onesided", 0), integer(call, "inverse", 0)
    if onesided and inverse:  # back from half a spectrum to real numbers
        x[axis] = larger(0, 2 * (x[axis] - 1)) if call.tensor(1) is None else length
        x[-1] = 1
    else:
        x[axis] = floor_div(length, 2) + 1 if onesided else length
        x[-1] = 2
    return (Out(shape=tuple(x)),)


@shape_rule("STFT")
def stft(call: Call) -> Sequence[Out]:
    """Y (B, frames, bins, 2) = spectra of overlapping frames of X (B, L, 1 or 2)."""
    check_rank(call, 0, 2)
    x = call.shape(0)
    step = _known(call, 1)
    if call.tensor(3) is None:
        check_rank(call, 2, 1)
    frame = _known(call, 3) if call.tensor(3) is not None else call.shape(2)[0]
    if (type(step) is int and step < 1) or (type(frame) is int and frame < 1):
        raise call.refuse(f"frames of {frame} every {step} samples")
    frames = floor_div(x[1] - frame, step) + 1
    if type(frames) is int and frames < 0:
        raise call.refuse(f"a frame of {frame} is longer than the signal of {x[1]}")
    bins = floor_div(frame, 2) + 1 if integer(call, "onesided", 1) else frame
    return (Out(shape=(x[0], frames, bins, 2)),)


@shape_rule("MelWeightMatrix")
def mel_weight_matrix(call: Call) -> Sequence[Out]:
    """Y (n/2 + 1, bins) = weights from a spectrum of length n to mel bins."""
    shape = (floor_div(_known(call, 1), 2) + 1, _known(call, 0))
    return (Out(shape=shape, dtype=dtype_attribute(call, "output_datatype", "float32")),)


def _axis(call: Call) -> int | None:
    found = scalar(call, 2)
    if found is None:
        raise UnknownShapeError(call.error("the axis is not known"))
    return found if type(found) is int else None


def _known(call: Call, index: int) -> Dim:
    found = scalar_dim(call, index)
    if found is None:
        raise UnknownShapeError(call.error(f"the value of input {index} is not known"))
    return found
