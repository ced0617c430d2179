"""A closed form is true at every size, or it is refused."""

from __future__ import annotations

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.dims import substitute
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.load import load
from tests.models import model

NEVER = (
    "g (float[N, 16] x) => (float[3, 5] y) <int64[2] s = {3, 5}> { y = Reshape(x, s) }",
    "g (float[N, 4] x) => (float[M, 4] y) { z = Concat<axis = 0>(x, x)  y = Add(x, z) }",
)
ONCE = (
    ("g (float[N, 16] x) => (float[4, 4] y) <int64[2] s = {4, 4}> { y = Reshape(x, s) }", 1),
    ("g (float[N, 3] x, float[2, 3] z) => (float[M, 3] y) { y = Add(x, z) }", 2),
)
ALWAYS = (
    "g (float[N, 16] x) => (float[M, 4, 4] y) <int64[3] s = {0, 4, 4}> { y = Reshape(x, s) }",
    "g (float[N, 16] x) => (float[M, 4] y) <int64[2] s = {-1, 4}> { y = Reshape(x, s) }",
    """g (float[N, 3, H, 8] x, float[4, 3, 3, 3] w) => (float[N, 4, P, Q] y)
       { y = Conv<strides = [2, 2], pads = [1, 1, 1, 1]>(x, w) }""",
    """g (float[N, T, 8] x, float[8, 24] w) => (float[N, T, T] y) <int64[3] parts = {8, 8, 8}>
       { p = MatMul(x, w)  q, k, v = Split<axis = -1>(p, parts)
         t = Transpose<perm = [0, 2, 1]>(k)  y = MatMul(q, t) }""",
)

NETWORKS = (
    ("gpu-graphs.zip", "convnext_pico_ols__224.onnx"),
    ("gpu-graphs.zip", "coat_tiny__224.onnx"),
    ("real-graphs.zip", "ocr/captcha_crnn.onnx"),
)


@pytest.mark.parametrize("text", NEVER)
def test_what_no_size_satisfies_is_refused(text):
    with pytest.raises(ShapeError, match="and no N makes it so"):
        count(model(text), symbolic=True)


@pytest.mark.parametrize(("text", "size"), ONCE)
def test_what_one_size_satisfies_is_refused_and_the_size_is_named(text, size):
    with pytest.raises(ShapeError) as refused:
        count(model(text), symbolic=True)
    assert refused.value.fix == f"--shape 'N={size}'"
    count(model(text), shapes={"N": size})


@pytest.mark.parametrize("text", ALWAYS)
def test_a_closed_form_is_the_count_at_every_size(text):
    graph = load(model(text))
    symbolic = count(graph, symbolic=True)
    for size in (1, 2, 3, 5, 8):
        values = {name: size if name == "N" else 7 * size for name in graph.symbols}
        concrete = count(graph, shapes=values)
        for name in ("macs", "flop", "parameters", "bytes_accessed"):
            assert substitute(getattr(symbolic, name), values) == getattr(concrete, name)


def test_closed_forms_of_real_networks_are_their_counts(corpus_graph):
    checked = 0
    for archive, name in NETWORKS:
        graph = load(corpus_graph(archive, name))
        symbolic = count(graph, symbolic=True)
        for size in (2, 3, 8):
            concrete = count(graph, batch=size)
            values = dict.fromkeys(graph.symbols, size)
            assert substitute(symbolic.macs, values) == concrete.macs
            assert substitute(symbolic.bytes_accessed, values) == concrete.bytes_accessed
            checked += 1
    assert checked == 3 * len(NETWORKS)
