"""Sizes are guessed by what can run: a branch of an If that cannot hold is no reason for others."""

from __future__ import annotations

import onnx
import pytest

from costlint.costmodel.count import count

MODEL = """<ir_version: 8, opset_import: ["": 17]>
g (float[1, n] audio, int64 sr, float[2, 1, 4] state) => (float[a, b] y) {
    rate = Constant<value_int = 16000>()
    is_16k = Equal(sr, rate)
    y = If(is_16k) <
        then_branch = at16k () => (float[a, b] y16) {
            shape16 = Constant<value_ints = [8, 64]>() parts16 = Reshape(audio, shape16)
            turned16 = Transpose<perm = [1, 0]>(parts16) y16 = MatMul(parts16, turned16)
        },
        else_branch = at8k () => (float[a, b] y8) {
            shape8 = Constant<value_ints = [8, 32]>() parts8 = Reshape(audio, shape8)
            turned8 = Transpose<perm = [1, 0]>(parts8) y8 = MatMul(parts8, turned8)
        }>
}"""


def test_the_first_guess_stays_where_one_branch_holds():
    counts = count(onnx.parser.parse_model(MODEL))
    assert [(a.name, a.size) for a in counts.graph.assumed] == [("n", 512)]
    assert counts.macs == 8 * 8 * 64
    assert any("else branch of If cannot hold" in note for note in counts.graph.notes)


@pytest.mark.parametrize(("rate", "size"), [(16000, 512), (8000, 256)])
def test_the_rate_says_which_branch_runs(rate, size):
    counts = count(onnx.parser.parse_model(MODEL), values={"sr": rate})
    assert [(a.name, a.size) for a in counts.graph.assumed] == [("n", size)]
    assert counts.macs == 8 * size
    assert counts.graph.notes == ()
