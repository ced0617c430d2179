"""What the kind of an input says of its sizes, where names and places alone mislead."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from costlint.costmodel.formulas.axis_use import axis_uses
from costlint.costmodel.load import load, load_bound
from tests.models import model

LSTM = {"w": (1, 32, 40), "r": (1, 32, 8)}
KINDS: dict[str, tuple[str, Mapping[str, tuple[int, ...]], dict[str, tuple[int, str]]]] = {
    "features over time, and no sign of audio": (
        "g (float[T, N, 40] x) => (float[T, 1, N, 8] y) { y = LSTM<hidden_size=8>(x, w, r) }",
        LSTM,
        {"T": (128, "a sequence")},
    ),
    "channels over time": (
        "g (float[N, 15, T] x) => (float[N, 8, S] y) { y = Conv(x, w) }",
        {"w": (8, 15, 3)},
        {"T": (128, "a sequence")},
    ),
    "a recording of many channels, as an image of one": (
        """g (float[N, 100, time] x) => (float[N, 8, A, B] y) <int64[1] one = {1}>
        { a = Unsqueeze(x, one)  y = Conv(a, w) }""",
        {"w": (8, 1, 3, 3)},
        {"time": (128, "a sequence")},
    ),
    "bins of a spectrum under a window": (
        "g (float[N, 257, T] x) => (float[N, 8, S] y) { y = Conv(x, w) }",
        {"w": (8, 257, 3)},
        {"T": (1_000, "frames of a spectrum")},
    ),
    "features of speech": (
        "g (float[1, feats_length, 400] speech) => (float[1, S, 8] y) { y = MatMul(speech, w) }",
        {"w": (400, 8)},
        {"feats_length": (1_000, "frames of audio")},
    ),
    "a row of numbers beside the states of a network": (
        """g (float[N, L] input, float[2, N, 64] h, float[2, N, 64] c) => (float[N, L] y)
        { y = Tanh(input) }""",
        {},
        {"L": (512, "a chunk of audio")},
    ),
    "a row of numbers beside a rate": (
        "g (float[N, L] input, int64 sr) => (float[N, L] y) { y = Tanh(input) }",
        {},
        {"L": (16_000, "audio")},
    ),
    "a graph": (
        """g (int64[num_nodes] x, int64[2, num_edges] e, float[num_graphs] s)
        => (int64[num_nodes] y, int64[2, num_edges] f, float[num_graphs] t)
        { y = Abs(x)  f = Abs(e)  t = Abs(s) }""",
        {},
        {
            "num_nodes": (128, "nodes of a graph"),
            "num_edges": (512, "edges of a graph"),
            "num_graphs": (1, "a single graph"),
        },
    ),
    "the length of each text": (
        """g (int64[N, S] ids, int64[K] length) => (float[N, S, 8] y, int64[K] z)
        { y = Gather(w, ids)  z = Abs(length) }""",
        {"w": (100, 8)},
        {"S": (128, "tokens"), "K": (1, "the length of one sample")},
    ),
    "a line of text, quantised as it comes": (
        """g (float[1, 1, 64, W] x) => (int32[1, 8, A, B] y)
        <uint8[8, 1, 1, 1] w = {1, 1, 1, 1, 1, 1, 1, 1}>
        { q, s, z = DynamicQuantizeLinear(x)  y = ConvInteger(q, w, z) }""",
        {},
        {"W": (320, "a line of text")},
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_an_input_holds(name) -> None:
    text, weights, sizes = KINDS[name]
    found = {a.name: (a.size, a.source) for a in load_bound(model(text, weights=weights)).assumed}
    assert found == {name: (size, f"usual for {what}") for name, (size, what) in sizes.items()}


SPACE_TO_BATCH = """
g (float[n_1, n_2, n_3, 1] x) => (float[n_1, 8, A, B] y)
<int64[4] to = {-1, 1, 32, 32}, int64[1] front = {0}, int64[4] back = {-1, 1, 32, 32}>
{ t = Transpose<perm = [3, 0, 1, 2]>(x)  s = SpaceToDepth<blocksize = 2>(t)
  d = DepthToSpace<blocksize = 2>(s)  b = Transpose<perm = [1, 0, 2, 3]>(d)
  i = Unsqueeze(x, front)  r = Squeeze(i, front)  m = Transpose<perm = [0, 3, 1, 2]>(r)
  o = Add(b, m)  y = Conv(o, w) }
"""
"""Dilation as TensorFlow exports it: parts of a picture become samples, and go back."""


def test_samples_that_are_taken_for_channels_on_the_way() -> None:
    graph = load_bound(model(SPACE_TO_BATCH, weights={"w": (8, 1, 3, 3)}))
    assert graph.batch_assumed == ("n_1",)
    assert [a.name for a in graph.assumed] == ["n_2", "n_3"]


def test_samples_that_ops_go_over_one_by_one() -> None:
    """A Slice along both axes says nothing for certain: the first open one is the batch."""
    graph = load_bound(
        model(
            """g (float[unk__1, unk__2] samples) => (float[A, 8, B] y)
            <int64[2] z = {0, 0}, int64[2] e = {1, 9999999}, int64[1] one = {1}>
            { s = Slice(samples, z, e)  a = Unsqueeze(s, one)  y = Conv(a, w) }""",
            weights={"w": (8, 1, 400)},
        )
    )
    assert graph.batch_assumed == ("unk__1",)
    assert {a.name: a.size for a in graph.assumed} == {"unk__2": 16_000}


@pytest.mark.parametrize("word", ["batch", "batch_size", "num_batch", "Batch"])
def test_the_word_weighs_more_than_any_op(word) -> None:
    """A Gemm of the transpose sums over it: with another name it would be features."""
    text = f"g (float[{word}, 8] x) => (float[8, 4] y) {{ t = Transpose(x)  y = MatMul(t, w) }}"
    graph = load_bound(model(text, weights={"w": (1, 4)}))
    assert graph.batch_assumed == (word,)


@pytest.mark.parametrize(
    ("index", "uses"), [("int64 i = {0}", []), ("int64[2] i = {0, 1}", ["part"])]
)
def test_the_first_element_says_nothing_of_an_axis(index, uses) -> None:
    """Gather of one constant place may be the first sample; of two it takes what it knows."""
    text = f"g (float[5, 3] x) => (float[A, 3] y) <{index}> {{ y = Gather(x, i) }}"
    assert [use for *_, use in axis_uses(load(model(text)).ops[0])] == uses
