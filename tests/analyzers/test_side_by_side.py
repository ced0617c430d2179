"""G101 where one product makes several widths: each is held against the input."""

from __future__ import annotations

import pytest

from costlint.analyzers import analyze, rules_for
from costlint.analyzers.side_by_side import widths_in
from tests.analyzers.examples import graph
from tests.analyzers.pricing import Device, facts_on

DEVICE = Device(mac_per_s=1e11, byte_per_s=1e10, lanes_out=8)

HEAD = """
g (float[1, 196, 48] x, float[48, 192] e, float[192, {wide}] w, float[{wide}] b)
  => (float[N, P, C] y)
<int64 zero = {{0}}, int64 one = {{1}}, int64 two = {{2}}, int64[2] halves = {{256, 256}},
 int64[2] odd = {{192, 384}}, int64[5] heads = {{1, 196, 3, 3, 64}},
 int64[3] rows = {{1, 196, 192}}, int64[1] a0 = {{0}}, int64[1] a1 = {{192}}, int64[1] a2 = {{384}},
 int64[1] a3 = {{576}}, int64[1] last = {{2}}>
{{ i = MatMul(x, e)  p = MatMul(i, w)  m = Add(p, b)  {cut} }}
"""
STACK = """
r = Reshape(m, heads)  t = Transpose<perm = [2, 0, 3, 1, 4]>(r)  q = Gather<axis = 0>(t, zero)
k = Gather<axis = 0>(t, one)  v = Gather<axis = 0>(t, two)  u = Transpose<perm = [0, 1, 3, 2]>(k)
s = MatMul(q, u)  z = MatMul(s, v)  y = Transpose<perm = [0, 2, 1, 3]>(z)
"""
SLICES = """
q = Slice(m, a0, a1, last)  k = Slice(m, a1, a2, last)  v = Slice(m, a2, a3, last)
n = Mul(q, k)  y = Add(n, v)
"""
GATED = "q, k = Split<axis = 2>(m, halves)  g = Sigmoid(k)  y = Mul(q, g)"
UNEVEN = "q, k = Split<axis = 2>(m, odd)  g = ReduceMean<axes = [2]>(k)  y = Mul(q, g)"


def product_of(cut, wide):
    of = graph(HEAD.format(cut=cut, wide=wide))
    facts = facts_on(DEVICE, of)
    return facts, widths_in(facts.structure, of.ops[1])


@pytest.mark.parametrize(
    ("cut", "wide", "parts"),
    [(STACK, 576, 3), (SLICES, 576, 3), (GATED, 512, 2), (UNEVEN, 576, 1), ("y = Relu(m)", 576, 1)],
    ids=["stack", "slices", "gated", "uneven", "whole"],
)
def test_equal_parts_are_found_where_they_are_cut(cut, wide, parts):
    _, widths = product_of(cut, wide)
    assert widths is not None
    assert (widths.parts, widths.c_part) == (parts, wide // parts)


def test_queries_keys_and_values_are_three_equal_widths():
    facts, widths = product_of(STACK, 576)
    assert widths is not None
    assert widths.excess == 0  # 192 : 192
    assert not list(rules_for(["G101"])[0].check(facts))
    row = analyze(facts.estimate, reprice=DEVICE).ops[1]
    verdict = row.verdicts[0]
    assert verdict.state == "fine"
    assert verdict.meaning == ("3 widths of 192 side by side: memory access 0% above its bound")


def test_a_gate_is_a_width_of_its_own():
    """192 to 2 * 256: each half moves 196 * (192 + 256) + 192 * 256."""
    _, widths = product_of(GATED, 512)
    assert widths is not None
    bound = 2 * 196 * (192 * 256) ** 0.5 + 192 * 256
    assert widths.excess == pytest.approx((196 * (192 + 256) + 192 * 256) / bound - 1)


def test_a_width_that_is_narrow_already_is_not_made_narrower():
    """128 to 4 * 16, as in Res2Net, is 2 : 1; a part would be 8 : 1."""
    text = """
    g (float[1, 3, 9, 9] x, float[128, 3, 1, 1] e, float[64, 128, 1, 1] w) => (float[N, C, H, W] y)
    <int64[4] parts = {16, 16, 16, 16}>
    { i = Conv(x, e)  p = Conv(i, w)  a, b, c, d = Split<axis = 1>(p, parts)  m = Add(a, b)
      n = Add(m, c)  y = Add(n, d) }
    """
    of = graph(text)
    widths = widths_in(facts_on(DEVICE, of).structure, of.ops[1])
    assert widths is not None
    assert widths.parts == 1
