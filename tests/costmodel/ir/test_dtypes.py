"""Every element type that onnx has, under its number and with its width."""

from __future__ import annotations

import onnx
import pytest

from costlint.costmodel.ir.dtypes import BITS, ONNX_DTYPES, size_bytes

TYPES = {name: number for name, number in onnx.TensorProto.DataType.items() if number}


@pytest.mark.parametrize("name", sorted(TYPES))
def test_the_number_is_known_and_has_a_width(name):
    words = {"float": "float32", "double": "float64"}
    ours = ONNX_DTYPES[TYPES[name]]
    assert ours == words.get(name.lower(), name.lower())
    assert ours in BITS


def test_types_of_six_bits_share_bytes():
    assert size_bytes(4, "float6e2m3") == 3
