"""The batch is what ops treat as samples; a word on several axes is no symbol; contents bind."""

from __future__ import annotations

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.inference.batch import batch_axes
from costlint.costmodel.ir.errors import OptionError, ShapeError, UnboundDimensionError
from costlint.costmodel.load import load
from tests.models import model

WEIGHTS = {"w": (1, 16, 8), "r": (1, 16, 4)}
CASES = {
    "Conv": ("g (float[A, 3, B, C] x) => (float[A, 8, B, C] y) { y = Conv(x, w) }", {"x": 0}),
    "Gemm": ("g (float[A, 8] x) => (float[A, 4] y) { y = Gemm(x, m) }", {"x": 0}),
    "LSTM, time first": (
        "g (float[A, B, 8] x) => (float[A, 1, B, 4] y) { y = LSTM <hidden_size = 4> (x, u, r) }",
        {"x": 1},
    ),
    "LSTM, batch first": (
        (
            "g (float[A, B, 8] x) => (float[A, B, 1, 4] y)"
            "{ y = LSTM <hidden_size = 4, layout = 1> (x, u, r) }"
        ),
        {"x": 0},
    ),
    "through a transpose": (
        """g (float[A, B, 8] x) => (float[B, 1, A, 4] y)
        { t = Transpose <perm = [1, 0, 2]> (x)
          s = Tanh(t) y = LSTM <hidden_size = 4> (s, u, r) }""",
        {"x": 0},
    ),
    "through a reshape": (
        """g (float[A, B, 24] x) => (float[A, 8, B, 1] y) <int64[4] to = {0, 0, 3, 8}>
        { t = Reshape(x, to) s = Transpose <perm = [0, 2, 1, 3]> (t) y = Conv(s, v) }""",
        {"x": 0},
    ),
    "time x features": (
        """g (float[A, 3] x) => (float[1, 8, A] y) <int64[1] front = {0}>
        { t = Transpose(x) s = Unsqueeze(t, front) y = Conv(s, k) }""",
        {},
    ),
    "class embeddings": (
        (
            "g (float[A, 8] x, float[B, 8] e) => (float[A, B] y)"
            "{ f = Gemm(x, n) t = Transpose(e) y = MatMul(f, t) }"
        ),
        {"x": 0},
    ),
    "a lookup table": (
        "g (int64[A, 5] ids, float[B, 8] e) => (float[A, 5, 8] y) { y = Gather(e, ids) }",
        {"ids": 0},
    ),
    "boxes": (
        (
            "g (float[A, 3, 8, 8] x, float[B, 4] rois, int64[B] at) => (float[B, 3, 2, 2] y)"
            "{ y = RoiAlign <output_height = 2, output_width = 2> (x, rois, at) }"
        ),
        {"x": 0},
    ),
    "a scan walks along time": (
        """g (float[2] s, float[A, 2] xs) => (float[2] t, float[A, 2] ys)
        { t, ys = Scan (s, xs) <num_scan_inputs = 1,
            body = b (float[2] a, float[2] x) => (float[2] o, float[2] y)
            { o = Add(a, x)  y = Identity(o) }> }""",
        {},
    ),
    "element-wise": ("g (float[A, B] x) => (float[A, B] y) { y = Relu(x) }", {"x": 0}),
}
PARAMETERS = {
    "w": (8, 3, 1, 1), "m": (8, 4), "n": (8, 8), "u": (1, 16, 8), "r": (1, 16, 4),
    "v": (8, 3, 1, 8), "k": (8, 3, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_batch_is_what_ops_treat_as_samples(name):
    text, axes = CASES[name]
    used = {k: v for k, v in PARAMETERS.items() if f"{k})" in text or f"{k}," in text}
    used = {k: v for k, v in used.items() if f" {k})" in text or f" {k}," in text}
    graph = load(model(text, weights=used))
    assert batch_axes(graph) == axes
    sizes = dict(zip("ABC", (1, 6, 7), strict=True))
    bound = load(graph, shapes={s: n for s, n in sizes.items() if s in graph.symbols})
    assert batch_axes(bound) == axes  # the same by numbers as by symbols


def test_time_is_no_batch():
    proto = _lstm()
    with pytest.raises(UnboundDimensionError, match="seq_len"):
        count(proto, assume=False)
    graph = load(proto, batch=4, shapes={"seq_len": 9})
    assert graph.inputs[0].shape == (9, 4, 8)
    assert count(graph).macs == 4 * count(proto, shapes={"seq_len": 9}).macs


def _lstm():
    text = "g (float[seq_len, 1, 8] x) => (float[seq_len, 1, 1, 4] y)"
    return model(f"{text} {{ y = LSTM <hidden_size = 4> (x, w, r) }}", weights=WEIGHTS)


def test_a_word_on_several_axes_is_no_symbol():
    text = "g (float[None, 3, None, None] x) => (float[None, 8, None, None] y) { y = Conv(x, w) }"
    proto = model(text, weights={"w": (8, 3, 1, 1)})
    assert load(proto).batch_symbols == ("x_0",)
    assert load(proto, batch=8, shapes={"x_2": 4, "x_3": 5}).outputs[0].shape == (8, 8, 4, 5)
    with pytest.raises(UnboundDimensionError, match="x_0 x 3 x x_2 x x_3"):
        count(proto, assume=False)
    assert load(proto, shapes={"None": 2}).outputs[0].shape == (2, 8, 2, 2)


def test_a_symbol_of_another_input_may_stand_twice_in_a_mask():
    text = "g (float[N, S, 8] x, float[N, S, S] mask) => (float[N, S, 8] y) { y = MatMul(mask, x) }"
    assert load(model(text)).symbols == ("N", "S")


def test_an_empty_cache_is_a_size():
    text = "g (float[1,0,8] past, float[1,5,8] x) => (float[1,5,4] o)"
    proto = model(
        f"{text} {{ c = Concat <axis = 1> (past, x)  o = MatMul(c, w) }}", weights={"w": (8, 4)}
    )
    found = count(proto)
    assert found.macs == 5 * 8 * 4
    assert any("size of 0" in note for note in found.graph.notes)
    assert count(proto, shapes={"past": (1, 3, 8)}).macs == 8 * 8 * 4


@pytest.mark.parametrize("dims", ["0, 3, 8, 8", "1, 3, 0, 0"])
def test_a_zero_for_what_is_not_known_is_none(dims):
    text = f"g (float[{dims}] x) => (float[1] y) {{ y = Relu(x) }}"
    assert load(model(text)).symbols


BAKED = """
g (float[1, 7, 32] x) => (float[7, 10] y) <int64[2] to = {7, 32}, int64[1] st = {0},
int64[1] en = {16}, int64[1] ax = {1}>
{ t = Transpose <perm = [1, 0, 2]> (x)  r = Reshape(t, to)  ROWS }
"""


def test_the_reading_with_which_the_rest_infers():
    proto = model(
        BAKED.replace("ROWS", "s = Slice(r, st, en, ax)  y = MatMul(s, w)"),
        weights={"w": (16, 10)},
    )
    assert [count(proto, batch=b).macs for b in (1, 4)] == [7 * 16 * 10, 4 * 7 * 16 * 10]


def test_two_readings_are_refused_by_the_name_of_the_op():
    with pytest.raises(ShapeError, match="node 'r'"):
        load(model(BAKED.replace("ROWS", "y = Relu(r)")), batch=4)


@pytest.mark.parametrize(
    "body",
    [
        "y = Slice(t, z, o, z)",  # x[:1]: the whole batch, or the first sample
        "y = Gather(t, z)",
        "y = Concat <axis = 0> (t, c)",
        "y = Squeeze(t, z)",
    ],
)
def test_a_batch_baked_elsewhere_is_refused(body):
    text = "g (float[1, 3, 4, 4] x) => (float[1, 8, 4, 4] y) <int64[1] z = {0}, int64[1] o = {1}>"
    weights = {"w": (8, 3, 1, 1), "c": (1, 8, 4, 4)}
    with pytest.raises(ShapeError, match="batch size is baked"):
        load(model(f"{text} {{ t = Conv(x, w)  {body} }}", weights=weights), batch=4)


def test_a_model_without_a_batch_has_none_to_set():
    text = "g (float[7] x) => (float[7] y) { y = Relu(x) }"
    with pytest.raises(OptionError, match="no input of the model has a batch"):
        load(model(text), batch=4)


IF = """
g (float[1, 64] x, int64 sr) => (float[1, 64] y) <int64 r = {16000}>
{ c = Equal(sr, r)
  y = If (c) < then_branch = a () => (float[1, 64] p) { p = Relu(x) },
               else_branch = b () => (float[1, 64] q) { q = Exp(x) } > }
"""


def test_a_content_decides():
    for value, taken in ((16000, "Relu"), (8000, "Exp")):
        graph = load(model(IF), values={"sr": value})
        assert [op.op_type for op in graph.ops] == [taken]
        assert [op.op_type for op in load(graph, shapes={"x": (1, 64)}).ops] == [taken]


def test_a_short_list_is_a_content_and_a_length():
    text = "g (float[1, 3, 8, 8] x, int64[n] s) => (float[a, b, c, d] y) { y = Resize(x, , , s) }"
    assert load(model(text), values={"s": (1, 3, 64, 48)}).outputs[0].shape == (1, 3, 64, 48)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"srr": 1}, "did you mean 'sr'"),
        ({"sr": 1.5}, "not a whole number"),
        ({"sr": (1, 2)}, "2 values were given"),
    ],
)
def test_contents_that_do_not_fit(values, says):
    with pytest.raises(OptionError, match=says):
        load(model(IF), values=values)
