"""Small models to run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models import model

BLOCK = """
g (float[N, 16, 8, 8] x) => (float[N, 4] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w)
  b = BatchNormalization(a, s, s, s, s)
  c = Relu(b)
  d = GlobalAveragePool(c)
  e = Flatten(d)
  y = Gemm<transB = 1>(e, v) }
"""
WEIGHTS = {"w": (16, 16, 3, 3), "s": (16,), "v": (4, 16)}


@pytest.fixture
def block(tmp_path: Path) -> Path:
    """A model without weights: conv, normalisation, activation, classifier."""
    path = tmp_path / "block.onnx"
    path.write_bytes(model(BLOCK, weights=WEIGHTS, opset=17).SerializeToString())
    return path
