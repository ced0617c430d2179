"""Small models that were once analysed wrongly, by the values worked out for them by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import costlint
from tests.lacking import lacking
from tests.models import model

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "cases"

CACHE = """
g (float[batch_size, 4, sequence_length, 16] q, float[batch_size, 4, sequence_length, 16] k,
   float[batch_size, 4, sequence_length, 16] v, float[batch_size, 4, past_sequence_length, 16] pk,
   float[batch_size, 4, past_sequence_length, 16] pv,
   float[batch_size, 1, 1, "past_sequence_length + sequence_length"] mask)
=> (float[batch_size, 4, sequence_length, 16] y) {
    kk = Concat <axis = 2> (pk, k)  kt = Transpose <perm = [0, 1, 3, 2]> (kk)
    s = MatMul(q, kt)  sm = Add(s, mask)  p = Softmax <axis = -1> (sm)
    vv = Concat <axis = 2> (pv, v)  y = MatMul(p, vv) }
"""
WORD = """
g (float[None, 3, None, None] x) => (float[None, 8, A, B] y)
{ y = Conv <pads = [1, 1, 1, 1]> (x, w) }
"""
STEPS = """
g (float[seq_len, 1, 80] x) => (float[seq_len, 1, 1, 32] y)
{ y = LSTM <hidden_size = 32> (x, w, r) }
"""
EMPTY = """
g (float[1, 0, 8] past, float[1, 5, 8] x) => (float[1, 5, 4] o)
{ c = Concat <axis = 1> (past, x)  o = MatMul(c, w) }
"""
MERGED = """
g (float[1, 7, 32] x) => (float[7, 10] y)
<int64[2] sh = {7, 32}, int64[1] st = {0}, int64[1] en = {16}, int64[1] ax = {1}>
{ t = Transpose <perm = [1, 0, 2]> (x)  r = Reshape(t, sh)
  s = Slice(r, st, en, ax)  y = MatMul(s, w) }
"""
TEXTS = {
    "kvcache": model(CACHE),
    "none_dims": model(WORD, weights={"w": (8, 3, 3, 3)}),
    "lstm_seqfirst": model(STEPS, weights={"w": (1, 128, 80), "r": (1, 128, 32)}),
    "zero_input": model(EMPTY, weights={"w": (8, 4)}),
    "batch_guess": model(MERGED, weights={"w": (16, 10)}),
}


def case(name: str, where: str):
    """The model in the text above, or the file, skipped where it is not."""
    if where == "text":
        return TEXTS[name]
    path = FOLDER / f"{name}.onnx"
    return path if path.is_file() else lacking("corpus", f"{path.name} is not at ../shared/cases")


BOTH = pytest.mark.parametrize("where", ["text", "file"])


@BOTH
@pytest.mark.parametrize("past", [0, 224])
def test_a_sum_of_names_follows(where, past) -> None:
    sizes = {"past_sequence_length": past, "sequence_length": 224}
    counts = costlint.count(case("kvcache", where), shapes=sizes, assume=False)
    assert counts.macs == 2 * 4 * 224 * (past + 224) * 16
    assert counts.graph.inputs[-1].shape == (1, 1, 1, past + 224)


@BOTH
def test_a_sum_of_names_follows_what_is_assumed(where) -> None:
    graph = costlint.count(case("kvcache", where), shapes={"past_sequence_length": 224}).graph
    assert [(a.name, a.size) for a in graph.assumed] == [("sequence_length", 128)]
    assert graph.inputs[-1].shape == (1, 1, 1, 224 + 128)


@BOTH
def test_the_word_for_unknown_is_no_symbol(where) -> None:
    one = costlint.count(case("none_dims", where)).graph
    assert [a.name for a in one.assumed] == ["x_2", "x_3"]
    assert min(one.inputs[0].known_shape[2:]) > 1
    eight = costlint.count(case("none_dims", where), batch=8).graph
    assert eight.inputs[0].shape == (8, *one.inputs[0].known_shape[1:])


@BOTH
def test_time_is_no_batch(where) -> None:
    graph = costlint.count(case("lstm_seqfirst", where)).graph
    assert [(a.name, a.size, a.source) for a in graph.assumed] == [
        ("seq_len", 128, "usual for a sequence")
    ]
    assert graph.inputs[0].shape == (128, 1, 80)
    four = costlint.count(case("lstm_seqfirst", where), batch=4).graph
    assert four.inputs[0].shape == (128, 4, 80)
    assert costlint.count(four).macs == 4 * costlint.count(graph).macs


@BOTH
def test_a_cache_may_be_empty(where) -> None:
    assert costlint.count(case("zero_input", where), assume=False).macs == 5 * 8 * 4


@BOTH
def test_samples_merged_into_rows_stay_independent(where) -> None:
    found = [costlint.count(case("batch_guess", where), batch=b).macs for b in (1, 4)]
    assert found == [7 * 16 * 10, 4 * 7 * 16 * 10]


@pytest.mark.parametrize("device", ["epyc-avx512-onnxruntime-1t", "pixel4-tflite-gpu"])
def test_a_quantised_convolution_is_predicted(device) -> None:
    estimate = costlint.estimate(case("qlinearconv", "file"), device)
    assert estimate.counts.macs == 32 * 32 * 32 * 16 * 9
    assert estimate.latency_s > 0


@pytest.mark.parametrize("name", ["cls_token", "slice_int32", "encoder_dynamic"])
def test_a_design_space_writes_what_it_counts(name) -> None:
    space = costlint.parametrize(case(name, "file"))
    assert costlint.count(space.model({})).macs == costlint.count(case(name, "file")).macs


def test_an_if_that_data_decides_has_a_design_space() -> None:
    space = costlint.parametrize(case("if_data", "file"))
    assert space.compile("pixel4-tflite-gpu")({}).latency_s > 0


def test_a_sequence_has_shapes_within() -> None:
    counts = costlint.count(case("seq_insert", "file"))
    assert counts.macs > 0
    assert counts.coverage == 1.0
