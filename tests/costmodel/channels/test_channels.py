"""Which widths change together, which are sums, which cannot change and why."""

from __future__ import annotations

import pytest

from costlint.costmodel.channels import channels_of
from costlint.costmodel.count import count
from costlint.costmodel.edit import Edit, apply
from costlint.costmodel.load import load
from tests.analyzers.examples import weighted


def loaded(text):
    return load(weighted(text))


def widths(graph):
    """Group name -> (width, multiple)."""
    return {g.name: (g.width, g.multiple_of) for g in channels_of(graph).groups if not g.frozen}


RESIDUAL = """
g (float[1, 3, 8, 8] x, float[16, 3, 1, 1] w0, float[32, 16, 1, 1] w1, float[16, 32, 1, 1] w2,
   float[10, 16] f) => (float[1, 10] y)
<int64[2] shape = {1, 16}>
{ [stem] a = Conv(x, w0)  [up] b = Conv(a, w1)  r = Relu(b)  [down] c = Conv(r, w2)  s = Add(a, c)
  p = GlobalAveragePool(s)  q = Reshape(p, shape)  [head] y = Gemm<transB = 1>(q, f) }
"""


def test_a_sum_ties_what_it_adds():
    graph = loaded(RESIDUAL)
    assert widths(graph) == {"stem.width": (16, 1), "up.width": (32, 1)}
    stem = channels_of(graph).named("stem.width")
    assert stem.ops == ("stem", "down")


def test_the_output_is_given():
    head = channels_of(loaded(RESIDUAL)).named("head.width")
    assert head.frozen == "it is the model's output 'y'"


def test_new_widths_reach_every_tensor():
    graph = loaded(RESIDUAL)
    edited = apply(graph, Edit(widths={"stem.width": 8, "up.width": 20}), channels_of(graph))
    macs = 64 * (3 * 8 + 8 * 20 + 20 * 8) + 8 * 10
    assert count(edited).macs == macs
    assert count(edited).parameters == 3 * 8 + 8 * 20 + 20 * 8 + 8 * 10
    assert count(graph).macs == 64 * (3 * 16 + 16 * 32 + 32 * 16) + 16 * 10


def test_depthwise_keeps_the_width():
    graph = loaded("""
    g (float[1, 3, 8, 8] x, float[16, 3, 1, 1] w0, float[16, 1, 3, 3] w1, float[4, 16, 1, 1] w2)
      => (float[1, 4, 6, 6] y)
    { [a] a = Conv(x, w0)  [b] b = Conv<group = 16>(a, w1)  [c] y = Conv(b, w2) }
    """)
    assert widths(graph) == {"a.width": (16, 1)}
    edited = apply(graph, Edit(widths={"a.width": 24}), channels_of(graph))
    depthwise = edited.ops[1]
    assert depthwise.attributes["group"] == 24
    assert depthwise.w.shape == (24, 1, 3, 3)


def test_groups_make_multiples():
    graph = loaded("""
    g (float[1, 3, 8, 8] x, float[12, 3, 1, 1] w0, float[24, 4, 1, 1] w1, float[4, 24, 1, 1] w2)
      => (float[1, 4, 8, 8] y)
    { [a] a = Conv(x, w0)  [b] b = Conv<group = 3>(a, w1)  [c] y = Conv(b, w2) }
    """)
    assert widths(graph) == {"a.width": (12, 3), "b.width": (24, 3)}


def test_a_concat_is_a_sum():
    graph = loaded("""
    g (float[1, 3, 8, 8] x, float[8, 3, 1, 1] w0, float[24, 3, 1, 1] w1, float[4, 32, 1, 1] w2)
      => (float[1, 4, 8, 8] y)
    { [a] a = Conv(x, w0)  [b] b = Conv(x, w1)  c = Concat<axis = 1>(a, b)  [d] y = Conv(c, w2) }
    """)
    edited = apply(graph, Edit(widths={"a.width": 10}), channels_of(graph))
    assert edited.tensors["c"].shape == (1, 34, 8, 8)
    assert edited.tensors["w2"].shape == (4, 34, 1, 1)


SHUFFLE = """
g (float[1, 3, 8, 8] x, float[24, 3, 1, 1] w0, float[12, 12, 1, 1] w1, float[4, 12, 1, 1] w2)
  => (float[1, 4, 8, 8] y)
<int64[2] halves = {12, 12}, int64[5] s1 = {1, 2, 12, 8, 8}, int64[4] s2 = {1, 24, 8, 8}>
{ [a] a = Conv(x, w0)  p, q = Split<axis = 1>(a, halves)  [b] b = Conv(q, w1)
  c = Concat<axis = 1>(p, b)  d = Reshape(c, s1)  e = Transpose<perm = [0, 2, 1, 3, 4]>(d)
  f = Reshape(e, s2)  r, s = Split<axis = 1>(f, halves)  [t] y = Conv(s, w2) }
"""


def test_a_shuffle_ties_what_it_mixes():
    """The split leaves p and b of equal width, because the shuffle interleaves two rows."""
    graph = loaded(SHUFFLE)
    found = channels_of(graph)
    tied = found.axes["p"][1]
    assert found.axes["b"][1] == tied == found.axes["s"][1]
    assert tied is not None
    assert found.axes["f"][1] == ((tied[0][0], 2),)


@pytest.mark.parametrize("op", ["Relu", "HardSwish", "Sigmoid"])
def test_activations_hand_widths_on(op):
    graph = loaded(f"""
    g (float[1, 3, 8, 8] x, float[8, 3, 1, 1] w0, float[4, 8, 1, 1] w1) => (float[1, 4, 8, 8] y)
    {{ [a] a = Conv(x, w0)  b = {op}(a)  [c] y = Conv(b, w1) }}
    """)
    assert widths(graph) == {"a.width": (8, 1)}


def test_heads_of_attention_free_the_size_of_a_head():
    graph = loaded("""
    g (float[1, 10, 24] x, float[24, 24] w0, float[24, 24] w1, float[24, 7] w2)
      => (float[1, 10, 7] y)
    <int64[4] heads = {1, 10, 3, 8}, int64[3] flat = {1, 10, 24}>
    { [q] a = MatMul(x, w0)  b = Reshape(a, heads)  c = Transpose<perm = [0, 2, 1, 3]>(b)
      [k] d = MatMul(x, w1)  e = Reshape(d, heads)  f = Transpose<perm = [0, 2, 3, 1]>(e)
      g = MatMul(c, f)  h = Softmax(g)  i = MatMul(h, c)  j = Transpose<perm = [0, 2, 1, 3]>(i)
      k = Reshape(j, flat)  [o] y = MatMul(k, w2) }
    """)
    assert widths(graph) == {"q.width": (24, 3)}


def test_an_unknown_operator_keeps_the_width():
    graph = loaded("""
    g (float[1, 3, 8, 8] x, float[8, 3, 1, 1] w0, float[8] v, float[4, 8, 1, 1] w1)
      => (float[1, 4, 8, 8] y)
    { [a] a = Conv(x, w0)  n = NonZero(a)  [c] y = Conv(a, w1) }
    """)
    assert "needs this width" in channels_of(graph).named("a.width").frozen


def test_equal_vectors_that_an_exporter_merged_tie_nothing():
    graph = loaded("""
    g (float[1, 3, 8, 8] x, float[8, 3, 1, 1] w0, float[8] zero, float[8, 8, 1, 1] w1,
       float[4, 8, 1, 1] w2) => (float[1, 4, 8, 8] y)
    { [a] a = Conv(x, w0, zero)  [b] b = Conv(a, w1, zero)  [c] y = Conv(b, w2) }
    """)
    assert widths(graph) == {"a.width": (8, 1), "b.width": (8, 1)}
    edited = apply(graph, Edit(widths={"a.width": 5}), channels_of(graph))
    biases = [op.inputs[2] for op in edited.ops[:2]]
    assert [bias.shape for bias in biases if bias is not None] == [(5,), (8,)]


HEADS = """
g (float[3, 2, 6] x, float[6, 4] w, float[4, 5] v) => (float[3, 2, 5] y)
<int64[3] heads = {3, 4, 2}, int64[3] whole = {3, 2, 4}>
{ [up] a = MatMul(x, w)  b = Reshape(a, heads)  c = Relu(b)  d = Reshape(c, whole)
  [down] y = MatMul(d, v) }
"""


def test_a_cut_width_keeps_its_side_of_the_batch():
    """(2, 4) as (4, 2): two samples of two heads, whose depth is two as well."""
    graph = loaded(HEADS)
    found = channels_of(graph)
    assert widths(graph) == {"up.width": (4, 2)}
    assert found.axes["b"] == (None, None, ((0, 1),))
    assert found.axes["d"] == (None, None, ((0, 2),))


FOLDED = """
g (float[1, 2048, 6] x, float[6, 64] w, float[256, 5] v) => (float[1, 512, 5] y)
<int64[3] steps = {1, 512, 256}>
{ [up] a = MatMul(x, w)  b = Reshape(a, steps)  [down] y = MatMul(b, v) }
"""


def test_steps_that_join_a_width_are_cut_from_its_outer_side():
    found = channels_of(loaded(FOLDED))
    assert found.axes["b"] == (None, None, ((0, 4),))
