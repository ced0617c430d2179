"""Sizes of 0: what ops make of inputs without elements, as onnxruntime does."""

from __future__ import annotations

import pytest

from costlint.costmodel.count import count
from tests.models import model

# Op on x of 0 x 3 x 4 (or as written), the shape of its output, its macs.
CASES = {
    "Relu(x)": ("0, 3, 4", (0, 3, 4), 0),
    "Transpose <perm = [2, 0, 1]> (x)": ("0, 3, 4", (4, 0, 3), 0),
    "Concat <axis = 0> (x, c)": ("0, 3, 4", (2, 3, 4), 0),
    "ReduceSum <keepdims = 0> (x, zero)": ("0, 3, 4", (3, 4), 0),
    "ReduceMax <keepdims = 1> (x, one)": ("0, 3, 4", (0, 1, 4), 0),
    "MatMul(x, w)": ("0, 3, 4", (0, 3, 5), 0),
    "MatMul(v, x)": ("0, 7", (5, 7), 0),
    "Gemm(x, w)": ("0, 4", (0, 5), 0),
    "Reshape <allowzero = 1> (x, empty)": ("0, 3, 4", (0, 12), 0),
    "Squeeze(u, zero)": ("0, 3", (0, 3), 0),
    "Expand(u, wide)": ("0, 3", (2, 0, 3), 0),
    "Gather(w, i)": ("0, 3", (0, 5), 0),
    "Slice(c, zero, zero)": ("0, 3", (0, 3, 4), 0),
    "Conv(x, k)": ("0, 3, 8", (0, 6, 6), 0),
    "Softmax(x)": ("0, 3, 4", (0, 3, 4), 0),
    "NonZero(x)": ("0, 3", (2, 0), 0),
}
CONSTANTS = """<int64[1] zero = {0}, int64[1] one = {1}, int64[2] empty = {0, 12},
int64[3] wide = {2, 0, 3}, int64[0] i = {}>"""
WEIGHTS = {"w": (4, 5), "c": (2, 3, 4), "k": (6, 3, 3), "v": (5, 0)}


@pytest.mark.parametrize("op", CASES)
def test_an_empty_input(op) -> None:
    shape, found, macs = CASES[op]
    first = "u = Unsqueeze(x, zero)" if "u," in op else ""
    used = {name: dims for name, dims in WEIGHTS.items() if f"{name}," in op or f"{name})" in op}
    text = f"g (float[{', '.join(f'd{a}' for a in range(shape.count(',') + 1))}] x) => (float[] y)"
    proto = model(f"{text} {CONSTANTS} {{ {first} y = {op} }}", weights=used)
    given = tuple(map(int, shape.split(", ")))
    counts = count(proto, shapes={"x": given}, assume=False)
    assert counts.graph.outputs[0].shape == found
    assert counts.macs == macs
