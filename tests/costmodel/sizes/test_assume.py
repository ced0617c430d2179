from __future__ import annotations

from collections.abc import Mapping

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import ShapeError, UnboundDimensionError
from costlint.costmodel.load import load, load_bound
from costlint.costmodel.space.parametrize import parametrize
from tests.models import model

Weights = Mapping[str, tuple[int, ...]]

# Kind of input, graph, weights -> the sizes and a word of where they come from.
KINDS: list[tuple[str, str, Weights, dict[str, int], str]] = [
    (
        "classifier: 147 = 3 * (224/32)^2",
        """g (float[N, 3, H, W] x) => (float[N, 10] y)
        { a = MaxPool<kernel_shape=[32, 32], strides=[32, 32]>(x)
          b = Flatten(a)  y = Gemm(b, w) }""",
        {"w": (147, 10)},
        {"H": 224, "W": 224},
        "usual for an image",
    ),
    (
        "LeNet: 256 = 16 * 4^2, and 28 is the roundest of 28 to 31",
        """g (float[N, 1, H, W] x) => (float[N, 10] y) {
            a = Conv(x, c)  b = MaxPool<kernel_shape=[2, 2], strides=[2, 2]>(a)
            d = Conv(b, e)  f = MaxPool<kernel_shape=[2, 2], strides=[2, 2]>(d)
            h = Flatten(f)  y = Gemm(h, w) }""",
        {"c": (6, 1, 5, 5), "e": (16, 6, 5, 5), "w": (256, 10)},
        {"H": 28, "W": 28},
        "with which y fits",
    ),
    (
        "embedded places of a map that is not square",
        """g (float[N, 3, H, W] x) => (float[N, 3, 24, 80] y)
        { a = Conv<strides=[8, 8], pads=[1, 1, 1, 1]>(x, c)  y = Add(a, p) }""",
        {"c": (3, 3, 3, 3), "p": (1, 3, 24, 80)},
        {"H": 192, "W": 640},
        "with which y fits",
    ),
    (
        "vision transformer: 576 = (384/16)^2",
        """g (float[N, 3, H, W] x) => (float[N, S, 8] y) <int64[3] s = {0, 8, -1}> {
            a = Conv<strides=[16, 16]>(x, c)  b = Reshape(a, s)
            e = Transpose<perm=[0, 2, 1]>(b)  y = Add(e, p) }""",
        {"c": (8, 3, 16, 16), "p": (1, 576, 8)},
        {"H": 384, "W": 384},
        "with which y fits",
    ),
    (
        "image in NHWC",
        """g (uint8[N, H, W, 3] x) => (float[N, 8] y) {
            a = Cast<to=1>(x)  b = Transpose<perm=[0, 3, 1, 2]>(a)  c = Conv<strides=[2, 2]>(b, w)
            d = GlobalAveragePool(c)  y = Flatten(d) }""",
        {"w": (8, 3, 3, 3)},
        {"H": 224, "W": 224},
        "usual for an image",
    ),
    (
        "detector",
        """g (float[N, 3, H, W] x) => (float[N, 5, A] y) <int64[3] s = {0, 5, -1}>
        { a = Conv<strides=[4, 4]>(x, w)  y = Reshape(a, s) }""",
        {"w": (5, 3, 4, 4)},
        {"H": 640, "W": 640},
        "usual for detection",
    ),
    (
        "detector of which the file knows the size of the output: 400 = (640/32)^2",
        """g (float[N, 3, H, W] x) => (float[N, 5, 400] y) <int64[3] s = {0, 5, -1}>
        { a = Conv<strides=[32, 32]>(x, w)  y = Reshape(a, s) }""",
        {"w": (5, 3, 32, 32)},
        {"H": 640, "W": 640},
        "the file's shape of 'y'",
    ),
    (
        "line of text",
        """g (float[N, 3, 48, W] x) => (float[N, 8, A, B] y)
        { y = Conv<strides=[2, 2]>(x, w) }""",
        {"w": (8, 3, 3, 3)},
        {"W": 320},
        "usual for a line of text",
    ),
    (
        "line of text, by strides that step down more than across",
        """g (float[N, 3, H, W] x) => (float[N, 8, A, B] y)
        { y = Conv<strides=[2, 1]>(x, w) }""",
        {"w": (8, 3, 3, 3)},
        {"H": 48, "W": 320},
        "usual for a line of text",
    ),
    (
        "tokens",
        """g (int64[N, S] i, int64[N, S] mask) => (float[N, S, 8] y, float[N, S] z)
        { y = Gather(w, i)  z = Cast<to=1>(mask) }""",
        {"w": (1000, 8)},
        {"S": 128},
        "usual for tokens",
    ),
    (
        "tokens with 77 places",
        """g (int64[N, S] i) => (float[N, S, 8] y) { a = Gather(w, i)  y = Add(a, p) }""",
        {"w": (1000, 8), "p": (77, 8)},
        {"S": 77},
        "with which y fits",
    ),
    (
        "attention with a cache: the mask spans both",
        """g (int64[B, S] i, float[B, 1, 1, T] m, float[B, 4, past, 16] k) => (float[B, 4, S, T] y)
        <int64[4] s = {0, 0, 4, 16}> {
            a = Gather(w, i)  r = Reshape(a, s)  b = Transpose<perm=[0, 2, 1, 3]>(r)
            c = Concat<axis=2>(k, b)  d = Transpose<perm=[0, 1, 3, 2]>(c)
            e = MatMul(b, d)  y = Add(e, m) }""",
        {"w": (100, 64)},
        {"S": 128, "T": 128 + 128, "past": 128},
        "",
    ),
    (
        "samples of audio",
        """g (float[N, L] x) => (float[N, 8, S] y) <int64[1] one = {1}>
        { a = Unsqueeze(x, one)  y = Conv<strides=[160]>(a, c) }""",
        {"c": (8, 1, 400)},
        {"L": 16_000},
        "usual for audio",
    ),
    (
        "mel frames: half of 3000 are 1500 places",
        """g (float[N, 80, T] x) => (float[N, S, 8] y) {
            a = Conv<strides=[2], pads=[1, 1]>(x, c)
            b = Transpose<perm=[0, 2, 1]>(a)  y = Add(b, p) }""",
        {"c": (8, 80, 3), "p": (1500, 8)},
        {"T": 3_000},
        "with which y fits",
    ),
    (
        "points",
        "g (float[N, P, 3] x) => (float[N, P, 16] y) { y = MatMul(x, w) }",
        {"w": (3, 16)},
        {"P": 1_024},
        "usual for points",
    ),
    (
        "boxes",
        "g (float[N, num_boxes, 4] x) => (float[N, num_boxes, 16] y) { y = MatMul(x, w) }",
        {"w": (4, 16)},
        {"num_boxes": 100},
        "usual for rows",
    ),
    (
        "features of a row",
        "g (float[N, F] x) => (float[N, 3] y) { y = MatMul(x, w) }",
        {"w": (37, 3)},
        {"F": 37},
        "with which y fits",
    ),
    (
        "features of a step",
        """g (float[T, N, F] x) => (float[T, 1, N, 8] y)
        { y, h, c = LSTM<hidden_size=8>(x, w, r) }""",
        {"w": (1, 32, 37), "r": (1, 32, 8)},
        {"F": 37},
        "with which",
    ),
    (
        "channels of an image",
        """g (float[N, C, 8, 8] x) => (float[N, 3, 6, 6] y) { y = Conv(x, w) }""",
        {"w": (3, 12, 3, 3)},
        {"C": 12},
        "with which y fits",
    ),
    (
        "a target that is written out",
        """g (float[N, S, 64] x) => (float[N, 12, 64] y) <int64[3] s = {-1, 12, 64}>
        { y = Reshape(x, s) }""",
        {},
        {"S": 12},
        "with which y fits",
    ),
    (
        "what only the data decides",
        "g (int64 n) => (int64[L] y) <int64 a = {0}, int64 b = {1}> { y = Range(a, n, b) }",
        {},
        {"y.length": 128},
        "usual for a sequence",
    ),
]


@pytest.mark.parametrize(
    ("text", "weights", "sizes", "source"), [k[1:] for k in KINDS], ids=[k[0] for k in KINDS]
)
def test_sizes_by_kind(text, weights, sizes, source) -> None:
    graph = load_bound(model(text, weights=weights))
    found = {a.name: a for a in graph.assumed}
    assert {name: a.size for name, a in found.items() if name in sizes} == sizes
    assert all(source in found[name].source for name in sizes)
    assert not graph.symbols


@pytest.mark.parametrize(
    ("key", "value", "sides"),
    [
        ("imgsz", "[416, 416]", (416, 416)),
        ("imgsz", "320", (320, 320)),
        ("input_size", "1,3,96,160", (96, 160)),
        ("config", '{"backbone": {"image_size": {"height": 256, "width": 128}}}', (256, 128)),
        ("pretrained", "{'input_size': (3, 299, 299)}", (299, 299)),
        ("imgsz", "none of it", (224, 224)),
        ("imgsz", "[" * 3000, (224, 224)),
        ("imgsz", "[0, -5]", (224, 224)),
    ],
)
def test_sizes_from_the_metadata(key, value, sides) -> None:
    made = model(
        "g (float[N, 3, H, W] x) => (float[N, 8, 1, 1] y) { a = Conv(x, w) y = GlobalMaxPool(a) }",
        weights={"w": (8, 3, 3, 3)},
    )
    entry = made.metadata_props.add()
    entry.key, entry.value = key, value
    assert tuple(a.size for a in load_bound(made).assumed) == sides


RELUS = """
g (float[N, 3, H, W] x, float[N, 1, H, W] m) => (float[N, 3, H, W] y) { y = Mul(x, m) }
"""


def test_a_symbol_has_one_size_and_its_own_option() -> None:
    graph = load_bound(model(RELUS))
    assert [(a.name, a.option) for a in graph.assumed] == [
        ("H", "--shape H=224"),
        ("W", "--shape W=224"),
    ]
    assert [t.shape for t in graph.inputs] == [(1, 3, 224, 224), (1, 1, 224, 224)]


def test_the_shape_of_one_input_holds_for_the_other() -> None:
    graph = load_bound(model(RELUS), shapes={"x": (2, 3, 10, 20)})
    assert graph.inputs[1].shape == (2, 1, 10, 20)
    assert not graph.assumed


def test_what_was_assumed_stays_where_only_the_batch_is_bound_anew() -> None:
    graph = load(load_bound(model(RELUS)), batch=8)
    assert graph.inputs[0].shape == (8, 3, 224, 224)
    assert [a.name for a in graph.assumed] == ["H", "W"]
    assert [a.name for a in load(graph, shapes={"H": 10}).assumed] == ["W"]
    assert not load(graph, shapes={"x": (8, 3, 10, 10)}).assumed


def test_a_batch_that_is_given_is_no_open_size() -> None:
    graph = load_bound(model(RELUS), batch=3)
    assert [t.shape for t in graph.inputs] == [(3, 3, 224, 224), (3, 1, 224, 224)]
    assert [a.name for a in graph.assumed] == ["H", "W"]
    assert not graph.notes


def test_a_graph_of_numbers_assumes_nothing() -> None:
    assert not load_bound(model("g (float[N, 4] x) => (float[N, 4] y) { y = Relu(x) }")).assumed


def test_load_keeps_symbols() -> None:
    assert load(model(RELUS)).symbols == ("H", "N", "W")


def test_a_space_of_a_model_with_open_sizes() -> None:
    made = model(
        "g (float[N, 3, H, W] x) => (float[N, 8, A, B] y) { a = Conv(x, w)  y = Conv(a, v) }",
        weights={"w": (16, 3, 1, 1), "v": (8, 16, 1, 1)},
    )
    space = parametrize(made)
    macs = count(made).macs
    assert macs == 640 * 640 * (3 * 16 + 16 * 8)
    assert count(space.model({})).macs == macs


def test_all_open_inputs_in_one_refusal() -> None:
    text = """
    g (float[N, 3, H, W] x, int64[N, "my words"] i) => (float[N, 3, H, W] y, float[N, S] z)
    { y = Relu(x)  z = Cast<to=1>(i) }
    """
    with pytest.raises(UnboundDimensionError) as caught:
        count(model(text), assume=False)
    says = str(caught.value)
    assert '2 inputs have unknown dimensions: "x" N x 3 x H x W, "i" N x my words' in says
    assert "costlint MODEL --shape x=1x3x224x224 --shape 'my words=128'" in says
    assert '"my words" = 128' in says


def test_a_refusal_where_no_size_fits() -> None:
    text = """
    g (float[1, S, 8] x) => (float[3, 3] y) <int64[2] s = {3, 3}> { y = Reshape(x, s) }
    """
    with pytest.raises(UnboundDimensionError) as caught:
        load_bound(model(text))
    says = str(caught.value)
    assert "Reshape (node 'y')" in says
    assert "tried S = " in says
    assert "--symbolic" in says


def test_a_model_that_fits_with_no_size_says_what_is_wrong() -> None:
    with pytest.raises(ShapeError, match="inner dims 8 and 9"):
        load_bound(
            model(
                "g (float[N, S, 8] x) => (float[N, S, 3] y) { y = MatMul(x, w) }",
                weights={"w": (9, 3)},
            )
        )
