"""A graph that was bound is bound anew by the same rules as its file."""

from __future__ import annotations

import pytest

from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.load import load
from costlint.rounding import FLOAT32, tolerances
from tests.models import model


def test_a_shape_of_another_rank_is_refused():
    graph = load(model("g (float[N, 3] x) => (float[N, 3] y) { y = Relu(x) }"), batch=2)
    with pytest.raises(OptionError, match="2 dimensions, 1 were given"):
        load(graph, shapes={"x": (5,)})


def test_an_image_of_bytes_widens_no_proof():
    text = "g (uint8[1, 3] x) => (float[1, 3] y) { c = Cast <to = 1> (x)  y = Relu(c) }"
    assert tolerances(load(model(text))) == (FLOAT32,)
