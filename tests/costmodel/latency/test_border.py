"""What crosses between host and device: images, not the maps of a block that was cut out."""

from __future__ import annotations

import pytest

from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.latency.border import crossing_bytes


@pytest.mark.parametrize(
    ("op_type", "shape", "elements"),
    [
        ("Conv", (8, 3, 224, 224), 8 * 3 * 224 * 224),
        ("Transpose", (8, 224, 224, 3), 8 * 224 * 224 * 3),
        ("Conv", (1, 64, 56, 56), 4 * 56 * 56),
        ("Gemm", (8, 1000), 8 * 1000),
        ("MatMul", (8, 197, 768), 8 * 197 * 768),
    ],
)
def test_of_a_map_no_more_than_an_images_channels_are_copied(op_type, shape, elements):
    tensor = Tensor(name="x", shape=shape, dtype="float32")
    op = Op(name="n", domain="", op_type=op_type, version=17, inputs=(tensor,),
            outputs=(), attributes={})  # fmt: skip
    assert crossing_bytes(tensor, op) == 4 * elements
