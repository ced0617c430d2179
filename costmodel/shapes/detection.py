"""Boxes, regions and sampled grids."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.domains import EXTENSIONS, MS
from costlint.costmodel.shapes.arguments import (
    all_axes,
    check_rank,
    integer,
    integers,
    scalar,
    text,
)
from costlint.costmodel.shapes.generate import known_dims
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import smaller, total


@shape_rule("NonMaxSuppression")
def non_max_suppression(call: Call) -> Sequence[Out]:
    """Y (n, 3) int64: boxes kept, n at most batches * classes * kept per class.

    Boxes (B, S, 4), scores (B, C, S).
    """
    check_rank(call, 0, 3)
    check_rank(call, 1, 3)
    boxes, scores = call.shape(0), call.shape(1)
    most = scalar(call, 2)
    per_class = boxes[1] if type(most) is not int or most < 0 else smaller(most, boxes[1])
    kept = call.unknown("boxes", total((*scores[:2], per_class)))
    return (Out(shape=(kept, 3), dtype="int64"),)


@shape_rule("RoiAlign")
def roi_align(call: Call) -> Sequence[Out]:
    """Y (R, C, h, w) = X (N, C, H, W) sampled in R regions (R, 4)."""
    check_rank(call, 0, 4)
    check_rank(call, 1, 2)
    size = [integer(call, name, 1) for name in ("output_height", "output_width")]
    if min(size) < 1:
        raise call.refuse(f"the output of {size[0]} x {size[1]} is empty")
    return (Out(shape=(call.shape(1)[0], call.shape(0)[1], *size)),)


@shape_rule("GridSample", domain=("", MS))
def grid_sample(call: Call) -> Sequence[Out]:
    """Y (N, C, h, w) = X (N, C, H, W) at the places of the grid (N, h, w, 2)."""
    check_rank(call, 0, 3)
    check_rank(call, 1, 3)
    return (Out(shape=(*call.shape(0)[:2], *call.shape(1)[1:-1])),)


@shape_rule("AffineGrid")
def affine_grid(call: Call) -> Sequence[Out]:
    """Y (N, H, W, 2) = places under the matrix theta (N, 2, 3), for a size (N, C, H, W)."""
    size = known_dims(call, 1)
    if len(size) < 3:
        raise call.refuse(f"a size of {len(size)} entries is no image")
    return (Out(shape=(size[0], *size[2:], len(size) - 2)),)


@shape_rule("CenterCropPad")
def center_crop_pad(call: Call) -> Sequence[Out]:
    """Y = X cut or padded at both ends to the sizes given."""
    x, sizes = list(call.shape(0)), known_dims(call, 1)
    axes = integers(call, "axes")
    where = all_axes(call, range(len(x)) if axes is None else axes, len(x))
    if len(where) != len(sizes):
        raise call.refuse(f"{len(sizes)} sizes are given for {len(where)} axes")
    for axis, size in zip(where, sizes, strict=True):
        x[axis] = size
    return (Out(shape=tuple(x)),)


@shape_rule("DecodeImage", domain=EXTENSIONS)
@shape_rule("ImageDecoder")
def image_decoder(call: Call) -> Sequence[Out]:
    """Y (H, W, C) uint8 = the image in a stream of bytes."""
    channels = 1 if text(call, "pixel_format", "RGB") == "Grayscale" else 3
    size = (call.unknown("height", None), call.unknown("width", None))
    return (Out(shape=(*size, channels), dtype="uint8"),)


@shape_rule("EncodeImage", domain=EXTENSIONS)
def encode_image(call: Call) -> Sequence[Out]:
    """Y (n) uint8 = the image (H, W, C) as a stream of bytes."""
    return (Out(shape=(call.unknown("bytes", None),), dtype="uint8"),)
