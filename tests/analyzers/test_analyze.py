"""The analysis as a whole: verdicts of every op, blocks, all fixes at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from costlint.analyzers import analyze
from costlint.analyzers.blocks import find_blocks
from costlint.analyzers.finding import Saving
from costlint.analyzers.price import (
    ERROR_OF_KERNEL,
    ERROR_OF_SAVING,
    changed,
    difference,
    severity,
)
from tests.analyzers.examples import graph
from tests.analyzers.pricing import Device, Fit

DEVICE = Device(mac_per_s=1e11, byte_per_s=1e10)
FORKED = """
g (float[1, 8, 8, 8] x, float[8, 8, 1, 1] a, float[8, 8, 1, 1] b, float[8, 8, 1, 1] c,
   float[8, 1, 3, 3] d) => (float[1, 16, 6, 6] y)
{ [block__stem] p = Conv(x, a)  [block__left__one] q = Conv(p, b)  [block__left__two] r = Relu(q)
  [block__right__one] s = Conv(p, c)  [block__join] t = Concat<axis = 1>(r, s)
  [out] y = Conv<group = 16>(t, e) }
"""
WITH_E = FORKED.replace("float[8, 1, 3, 3] d", "float[16, 1, 3, 3] e")


def test_every_op_has_a_verdict_for_each_guideline():
    analysis = analyze(DEVICE(graph(WITH_E)), reprice=DEVICE)
    assert [one.op for one in analysis.ops][:2] == ["/block/stem", "/block/left/one"]
    for one in analysis.ops:
        assert [verdict.guideline for verdict in one.verdicts] == ["G1", "G2", "G3", "G4"]
        for verdict in one.verdicts:
            assert verdict.state in {"violated", "fine", "not applicable"}
            assert verdict.meaning
            assert verdict.state == "not applicable" or verdict.number is not None


def test_a_depthwise_convolution_is_g4s():
    analysis = analyze(DEVICE(graph(WITH_E)), reprice=DEVICE)
    by_guideline = {v.guideline: v for v in analysis.ops[-1].verdicts}
    assert by_guideline["G1"].state == by_guideline["G2"].state == "not applicable"
    assert by_guideline["G4"].state == "violated"
    assert by_guideline["G4"].number == pytest.approx(analysis.ops[-1].elementwise_share)


def test_a_block_is_between_fork_and_join():
    (block,) = find_blocks(graph(WITH_E))
    assert block.name == "block"
    assert block.entry == "p"
    assert block.exit.name == "/block/join"
    assert (block.fragments, block.critical, block.branches) == (2, 1, 2)
    assert block.parallelism == 2


def test_blocks_nest():
    found = find_blocks(
        graph("""
        g (float[1, 8, 8, 8] x, float[8, 8, 1, 1] a) => (float[1, 8, 8, 8] y)
        { [stem] p = Conv(x, a)  [o__i__l] q = Conv(p, a)  [o__i__r] r = Conv(p, a)
          [o__i__j] s = Add(q, r)  [o__k] t = Conv(s, a)  [o__j] u = Add(t, p)  [z] y = Relu(u) }
        """)
    )
    assert [(block.name, block.parent) for block in found] == [("i", "o"), ("o", "")]


def test_a_region_with_a_second_way_out_is_no_block():
    found = find_blocks(
        graph("""
        g (float[1, 8, 8, 8] x, float[8, 8, 1, 1] a) => (float[1, 8, 8, 8] y, float[1, 8, 8, 8] q)
        { p = Conv(x, a)  q = Conv(p, a)  r = Conv(p, a)  y = Add(q, r) }
        """)
    )
    assert not found


def test_all_fixes_are_one_estimate_not_a_sum():
    text = """
    g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w, float[64] s, float[64] b, float[64] m,
       float[64] v) => (float[1, 64, 28, 28] y)
    { a = Conv<pads = [1, 1, 1, 1]>(x, w)  n = BatchNormalization(a, s, b, m, v)  y = Relu(n) }
    """
    analysis = analyze(DEVICE(graph(text)), reprice=DEVICE)
    alone = DEVICE(
        graph("""
    g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w, float[64] b) => (float[1, 64, 28, 28] y)
    { y = Conv<pads = [1, 1, 1, 1]>(x, w, b) }
    """)
    )
    assert analysis.latency_after_fixes_s == pytest.approx(alone.latency_s)
    assert analysis.recoverable_share == pytest.approx(1 - alone.latency_s / analysis.latency_s)
    assert sum(analysis.class_latency_after_fixes_s.values()) == pytest.approx(alone.latency_s)


def saving(saved_s, low_s):
    return Saving(
        saved_s=saved_s, low_s=low_s, high_s=1, share=saved_s, before_s=1, after_s=1 - saved_s
    )


@pytest.mark.parametrize(
    ("low_s", "expected"),
    [
        (0.05, "error"),
        (0.049, "warning"),
        (0.01, "warning"),
        (0.009, "note"),
        (0.0, "note"),
        (-1, "note"),
    ],
)
def test_the_lower_end_of_the_saving_makes_the_severity(low_s, expected):
    assert severity(saving(0.5, low_s)) == expected


def test_a_finding_without_a_saving_is_a_note():
    assert severity(None) == "note"


def test_kernels_that_stay_cancel_in_the_interval():
    before, after = DEVICE(graph(WITH_E)), DEVICE(graph(WITH_E.replace("Relu(q)", "Conv(q, b)")))
    gone, new = changed(before.kernels, after.kernels)
    assert sum(gone) < before.latency_s / 2
    assert sum(new) < after.latency_s / 2
    assert changed(before.kernels, before.kernels) == ([], [])
    assert 0 < ERROR_OF_KERNEL < 1
    assert 0 < ERROR_OF_SAVING < 1


@pytest.mark.parametrize(("median", "factor"), [(0.065, 1), (0.13, 2), (0.5, 2), (0.01, 0.5)])
def test_the_interval_follows_the_error_of_the_device(median, factor):
    """It grows with the root of the held-out error, within that of half and double."""
    before, after = DEVICE(graph(WITH_E)), DEVICE(graph(WITH_E.replace("Relu(q)", "Conv(q, b)")))
    other = replace(before, device=replace(DEVICE, fit=Fit(median=median)))
    usual, found = difference(before, after), difference(other, after)
    assert found.high_s - found.saved_s == pytest.approx(
        factor**0.5 * (usual.high_s - usual.saved_s)
    )
    assert found.saved_s == usual.saved_s
