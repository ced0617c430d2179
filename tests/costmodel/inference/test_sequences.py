"""Sequences carry the shapes of their tensors: what is computed behind them counts exactly."""

from __future__ import annotations

from typing import Any

import onnx
import pytest

from costlint.costmodel.count import count
from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.ir.errors import ShapeError

HEADER = '<ir_version: 8, opset_import: ["": 17]>'


def counted(body: str, **said: Any) -> Counts:
    """What gives y, from x (6, 4), z (3, 4), the position k and the condition `flag`."""
    inputs = "float[6, 4] x, float[3, 4] z, int64 k, bool flag"
    text = f"{HEADER} g ({inputs}) => (float[p, q] y) {{ {body} }}"
    return count(onnx.parser.parse_model(text), **said)


def test_two_tensors_put_together_are_convolved():
    inputs = "float[1, 8, 8, 8] x, float[1, 8, 8, 8] y, float[4, 16, 1, 1] w"
    text = f"""{HEADER} g ({inputs}) => (float[a, b, c, d] o) {{
            e = SequenceEmpty()
            s1 = SequenceInsert(e, x)
            s2 = SequenceInsert(s1, y)
            c = ConcatFromSequence<axis = 1>(s2)
            o = Conv(c, w)
        }}"""
    counts = count(onnx.parser.parse_model(text))
    assert (counts.macs, counts.coverage) == (4 * 16 * 8 * 8, 1)
    assert counts.graph.outputs[0].shape == (1, 4, 8, 8)


# A piece of (n, m), from a sequence, times its transpose: n * n * m products.
PIECES = {
    "parts of 4, the last is shorter": (
        ("four = Constant<value_int = 4>() s = SplitToSequence<axis = 0>(x, four)"
        " last = Constant<value_int = -1>() p = SequenceAt(s, last)"), 2 * 2 * 4),
    "parts of stated sizes": (
        ("sizes = Constant<value_ints = [1, 5]>() s = SplitToSequence<axis = 0>(x, sizes)"
        " at = Constant<value_int = 1>() p = SequenceAt(s, at)"), 5 * 5 * 4),
    "one row each": (
        "s = SplitToSequence<axis = 0>(x) p = SequenceAt(s, k)", 1 * 1 * 4),
    "rows without their axis, stacked": (
        ("s = SplitToSequence<axis = 0, keepdims = 0>(x)"
        " p = ConcatFromSequence<axis = 1, new_axis = 1>(s)"), 4 * 4 * 6),
    "inserted in front": (
        ("s1 = SequenceConstruct(x) at = Constant<value_int = 0>() s = SequenceInsert(s1, z, at)"
        " p = SequenceAt(s, at)"), 3 * 3 * 4),
    "inserted at the end": (
        ("s1 = SequenceConstruct(x) s = SequenceInsert(s1, z) at = Constant<value_int = -1>()"
        " p = SequenceAt(s, at)"), 3 * 3 * 4),
    "inserted somewhere": (
        ("s1 = SequenceConstruct(z, z) s = SequenceInsert(s1, z, k)"
        " p = ConcatFromSequence<axis = 0>(s)"), 9 * 9 * 4),
    "any of several alike": (
        "s = SequenceConstruct(x, x) p = SequenceAt(s, k)", 6 * 6 * 4),
    "the last one taken out": (
        "s1 = SequenceConstruct(x, z) s = SequenceErase(s1) p = ConcatFromSequence<axis = 0>(s)",
        6 * 6 * 4),
    "the first one taken out": (
        ("s1 = SequenceConstruct(x, z) at = Constant<value_int = 0>() s = SequenceErase(s1, at)"
        " p = ConcatFromSequence<axis = 0>(s)"), 3 * 3 * 4),
    "as many rows as there are tensors": (
        ("s = SequenceConstruct(x, z, z) n = SequenceLength(s) one = Constant<value_ints = [1]>()"
        " n1 = Reshape(n, one) zero = Constant<value_ints = [0]>()"
        " p = Slice(x, zero, n1)"), 3 * 3 * 4),
    "either of two, by the data": (
        ("s = If(flag) <"
        " then_branch = a () => (seq(float[?, ?]) s1) { s1 = SequenceConstruct(x, z) },"
        " else_branch = b () => (seq(float[?, ?]) s2) { s2 = SequenceConstruct(x, z) }>"
        " p = ConcatFromSequence<axis = 0>(s)"), 9 * 9 * 4),
    "grown by a loop": (
        ("n = Constant<value_int = 5>() e = SequenceEmpty()"
        " s = Loop(n, , e) <body = b (int64 i, bool c, seq(float[?, ?]) s0)"
        " => (bool c1, seq(float[?, ?]) s1) { c1 = Identity(c) s1 = SequenceInsert(s0, z) }>"
        " p = ConcatFromSequence<axis = 0>(s)"), 15 * 15 * 4),
    "mapped one by one": (
        ("s0 = SequenceConstruct(x, z)"
        " s = SequenceMap(s0) <body = b (float[?, ?] e) => (float[?, ?] e1)"
        " { e1 = Concat<axis = 1>(e, e) }>"
        " p = ConcatFromSequence<axis = 0>(s)"), 9 * 9 * 8),
}  # fmt: skip


@pytest.mark.parametrize(("make", "macs"), PIECES.values(), ids=PIECES)
def test_what_comes_out_of_a_sequence_has_its_shape(make, macs):
    counts = counted(f"{make} t = Transpose<perm = [1, 0]>(p) y = MatMul(p, t)")
    assert (counts.macs, counts.coverage) == (macs, 1)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        ("s = SequenceEmpty() p = SequenceAt(s, k)", "the sequence is empty"),
        ("s = SequenceEmpty() p = ConcatFromSequence<axis = 0>(s)", "the sequence is empty"),
        ("s0 = SequenceEmpty() s = SequenceErase(s0) p = Identity(x)", "the sequence is empty"),
        ("s = SequenceConstruct(x) a = Constant<value_int = 1>() p = SequenceAt(s, a)",
         "position 1 is outside the sequence of 1"),
        ("s = SequenceConstruct(x, z) p = ConcatFromSequence<axis = 0, new_axis = 1>(s)",
         "tensors of different shapes cannot be stacked"),
        (("n = Constant<value_ints = [2, 5]>() s = SplitToSequence<axis = 0>(x, n)"
         " p = Identity(x)"), "the parts add up to 7, the axis is 6"),
    ],
)  # fmt: skip
def test_what_a_sequence_does_not_have_is_refused(make, error):
    with pytest.raises(ShapeError, match=error):
        counted(f"{make} y = Relu(p)")


def test_a_sequence_that_is_an_output_keeps_what_was_found():
    text = (
        f"""{HEADER} g (float[2, 3] x) => (seq(float[a, b]) s) {{ s = SequenceConstruct(x, x) }}"""
    )
    (s,) = count(onnx.parser.parse_model(text)).graph.outputs
    assert s.holds is not None
    assert [t.shape for t in s.holds.each or ()] == [(2, 3), (2, 3)]
    assert s.size_bytes == 2 * 2 * 3 * 4


def test_the_length_of_a_loop_may_be_given_by_its_content():
    body = (
        "e = SequenceEmpty() s = Loop(k, , e) <body = b (int64 i, bool c, seq(float[?, ?]) s0)"
        " => (bool c1, seq(float[?, ?]) s1) { c1 = Identity(c) s1 = SequenceInsert(s0, z) }>"
        " p = ConcatFromSequence<axis = 0>(s) t = Transpose<perm = [1, 0]>(p) y = MatMul(p, t)"
    )
    assert counted(body, values={"k": 3}).macs == 9 * 9 * 4
    assert any("trip count of Loop is not known" in note for note in counted(body).graph.notes)
