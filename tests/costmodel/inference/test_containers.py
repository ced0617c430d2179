"""What sequences hold: tensor by tensor, through loops, branches and the ends of a model."""

from __future__ import annotations

from typing import Any

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.load import load
from tests.models import model


def outputs(text: str, **kw: Any) -> list[Any]:
    """Shapes of the outputs, lists of them for sequences."""
    return [held(t) for t in load(model(text), **kw).outputs]


def held(tensor: Tensor) -> Any:
    if tensor.dtype != "sequence":
        return tensor.shape
    if tensor.holds is None or tensor.holds.each is None:
        return None
    return [t.shape for t in tensor.holds.each]


def test_tensors_that_are_appended_are_known_one_by_one():
    text = """
    g (float[1, 8, 4] x, float[1, 3, 4] y, float[11, 6] w) => (float[n, m, 4] z) {
      e = SequenceEmpty ()
      s = SequenceInsert (e, x)
      t = SequenceInsert (s, y)
      c = ConcatFromSequence <axis = 1> (t)
      p = Transpose <perm = [0, 2, 1]> (c)
      z = MatMul (p, w)
    }
    """
    found = count(model(text))
    assert found.macs == 4 * 11 * 6
    rows = {row.op.op_type: row.cost for row in found.ops}
    assert rows["SequenceInsert"].bytes_written == 4 * 3 * 4
    assert rows["ConcatFromSequence"].bytes_read == rows["ConcatFromSequence"].bytes_written == 176


def test_a_loop_that_appends_makes_the_sequence_longer_by_its_trips():
    body = """(int64 i, bool c, seq(float[2, 3]) s) => (bool c2, seq(float[2, 3]) s2)
    { c2 = Identity (c)  s2 = SequenceInsert (s, x) }"""
    text = f"""g (float[2, 3] x) => (float[n, 3] y, seq(float[2, 3]) last) {{
      e = SequenceConstruct (x)
      trips = Constant <value = int64 {{5}}> ()
      last = Loop (trips, , e) <body = b {body}>
      y = ConcatFromSequence <axis = 0> (last)
    }}"""
    assert outputs(text) == [(12, 3), [(2, 3)] * 6]


def test_a_state_that_grows_is_counted_at_the_size_of_each_trip():
    body = """(int64 i, bool c, float[n, 3] s) => (bool c2, float[m, 3] s2)
    { c2 = Identity (c)  t = Transpose (x)  p = MatMul (s, t)  s2 = Concat <axis = 0> (s, x) }"""
    text = f"""g (float[2, 3] x) => (float[n, 3] y) {{
      trips = Constant <value = int64 {{3}}> ()
      y = Loop (trips, , x) <body = b {
        body.replace(
            "=> (bool c2, float[m, 3] s2)", "=> (bool c2, float[m, 3] s2, float[k, 2] p)"
        ).replace("p = MatMul (s, t)", "q = MatMul (s, t)  z = MatMul (x, t)  p = Add (z, z)")
    }>
    }}"""
    found = count(model(text.replace("y = Loop", "y, u = Loop")))
    assert found.macs == sum(rows * 3 * 2 + 2 * 3 * 2 for rows in (2, 4, 6))
    assert found.graph.outputs[0].shape == (8, 3)


def branches(then: str, otherwise: str) -> str:
    return f"""g (bool b, float[2, 3] x) => (float[n, m] y) {{
      y = If (b) <then_branch = t () => (float[n, m] u) {{ {then} }},
                  else_branch = e () => (float[n, m] u) {{ {otherwise} }}>
    }}"""


def test_a_branch_that_cannot_hold_is_not_taken():
    graph = load(model(branches("u = MatMul (x, x)", "u = Relu (x)")))
    assert [op.op_type for op in graph.ops] == ["Relu"]
    assert "then branch of If cannot hold" in " ".join(graph.notes)
    with pytest.raises(ShapeError, match="and in the else branch"):
        load(model(branches("u = MatMul (x, x)", "u = Concat <axis = 5> (x, x)")))


def test_branches_may_use_the_same_names():
    graph = load(model(branches("v = Relu (x) u = Neg (v)", "v = Exp (x) u = Relu (v)")))
    made = [t.name for body in graph.ops[0].bodies for op in body.ops for t in op.outputs if t]
    assert len(set(made)) == 4


def test_sequences_go_in_and_out_of_a_model():
    text = """g (seq(float[N, 3]) s) => (float[n, 3] y, int64 k) {
      zero = Constant <value = int64 {0}> ()
      y = SequenceAt (s, zero)
      k = SequenceLength (s)
    }"""
    graph = load(model(text), shapes={"N": 7})
    assert [t.shape for t in graph.outputs] == [(7, 3), ()]
    assert count(graph).coverage == 1
