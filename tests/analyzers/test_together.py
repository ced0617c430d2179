"""Edits that meet: what is replaced takes what was to fold into it or fuse with it along."""

from __future__ import annotations

from dataclasses import replace

import pytest

from costlint.analyzers.together import compatible
from costlint.costmodel.edit import Edit, Replacement, apply
from tests.analyzers.examples import graph
from tests.analyzers.pricing import Device, facts_on

DEVICE = Device()
# Two convolutions in a row with a normalisation between them; an activation behind.
TEXT = """
g (float[1, 4, 8, 8] x, float[4, 4, 1, 1] w, float[4, 4, 3, 3] k, float[4] s, float[4] b,
   float[4] m, float[4] v) => (float[1, 4, 6, 6] y)
{ a = Conv(x, w)  n = BatchNormalization(a, s, b, m, v)  c = Conv(n, k)  y = Relu(c) }
"""
FOLD = Edit(bypassed={"n": "a"}, biased=frozenset({"a"}))
FUSE = Edit(fused={"y": "c"})


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_replacement_takes_folds_and_fusions_along_in_any_order(order):
    whole = graph(TEXT)
    a, _, c, _ = whole.ops
    one = replace(c, inputs=(a.x, c.w), name="one")
    merge = Edit(replaced=(Replacement(ops=frozenset("anc"), by=(one,)),))
    facts = facts_on(DEVICE, whole)
    edits = (FOLD, FUSE, merge)
    joined = compatible(facts.structure, [edits[i] for i in order])
    (only,) = apply(whole, joined, facts.structure.channels).ops
    assert (only.name, only.y.name, only.x.name) == ("one", "y", "x")


def test_an_op_is_replaced_once():
    whole = graph(TEXT)
    a, _, c, _ = whole.ops
    one, other = (
        Edit(replaced=(Replacement(ops=frozenset(keys), by=(replace(c, inputs=(a.x, c.w)),)),))
        for keys in ("anc", "nc")
    )
    facts = facts_on(DEVICE, whole)
    assert compatible(facts.structure, [one, other]).replaced == one.replaced
