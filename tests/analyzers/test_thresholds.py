"""Each rule near its limits: silent just inside, and where it does not apply."""

from __future__ import annotations

import pytest

from costlint.analyzers import analyze, rules_for
from costlint.costmodel.channels import channels_of
from costlint.costmodel.edit import apply
from tests.analyzers.examples import graph
from tests.analyzers.pricing import Device, facts_on

DEVICE = Device(mac_per_s=1e11, byte_per_s=1e10, lanes_out=8)


def violations(rule, text, device=DEVICE):
    of = graph(text)
    facts = facts_on(device, of)
    return list(rules_for([rule])[0].check(facts))


WIDE = """
g (float[1, 3, 8, 8] x, float[{c}, 3, 1, 1] w, float[8, {c}, 1, 1] v) => (float[1, 8, 8, 8] y)
{{ a = Conv(x, w)  y = Conv(a, v) }}
"""


@pytest.mark.parametrize(("width", "fires"), [(64, False), (77, False), (76, False), (75, True)])
def test_g102_from_five_per_cent_of_idle_lanes(width, fires):
    """On 8 lanes 76 leaves 4 of 80 idle: 5 %, the limit itself; 75 leaves 6.25 %."""
    assert bool(violations("G102", WIDE.format(c=width))) is fires


def test_g102_does_not_apply_without_lanes():
    one_lane = Device(mac_per_s=1e11, byte_per_s=1e10, lanes_out=1)
    assert not violations("G102", WIDE.format(c=75), one_lane)


def test_g102_leaves_a_width_below_the_lanes():
    assert not violations("G102", WIDE.format(c=6))


GROUPED = """
g (float[1, 3, 8, 8] x, float[12, 3, 1, 1] w, float[12, {inner}, 1, 1] v, float[4, 12, 1, 1] u)
  => (float[1, 4, 8, 8] y)
{{ a = Conv(x, w)  b = Conv<group = {groups}>(a, v)  y = Conv(b, u) }}
"""


@pytest.mark.parametrize(("groups", "fires"), [(1, False), (2, True), (6, True), (12, False)])
def test_g201_between_one_group_and_depthwise(groups, fires):
    found = violations("G201", GROUPED.format(groups=groups, inner=12 // groups))
    assert bool(found) is fires


def test_g201_says_what_one_group_would_move():
    """64 positions: 64 * (12 + 12) + 12 * 3; dense with half the widths 64 * (6 + 6) + 6 * 6."""
    (found,) = violations("G201", GROUPED.format(groups=4, inner=3))
    macs = 64 * 12 * 3
    before, after = (64 * 24 + 36) / macs, (64 * 12 + 36) / macs
    assert found.evidence["elements_per_mac"] == pytest.approx(before, abs=1e-5)
    assert found.evidence["elements_per_mac_of_one_group"] == pytest.approx(after, abs=1e-5)
    assert found.message == (
        f"convolutions in 4 groups move {before:.2g} elements a mac, "
        f"one group of equal macs {after:.2g}"
    )


def test_g201_without_a_free_width_has_no_saving():
    text = """
    g (float[1, 12, 8, 8] x, float[12, 6, 1, 1] w) => (float[1, 12, 8, 8] y)
    { y = Conv<group = 2>(x, w) }
    """
    (found,) = violations("G201", text)
    assert found.edit is None


SPLIT = """
g (float[1, 8, 8, 8] x, float[8, 8, 1, 1] s, float[4, 4, {k}, {k}] a, float[4, 4, 1, 1] b)
  => (float[1, 8, {side}, {side}] y)
<int64[2] halves = {{4, 4}}>
{{ t = Conv(x, s)  p, q = Split<axis = 1>(t, halves)  r = Conv{window}(p, a)  u = Conv(q, b)
  y = Concat<axis = 1>(r, u) }}
"""


def test_g202_finds_groups_written_as_split_and_concat():
    (found,) = violations("G202", SPLIT.format(k=1, side=8, window=""))
    assert found.remedy == "rewrite"
    (whole,) = found.edit.replaced[0].by
    assert whole.attributes["group"] == 2
    assert whole.w.shape == (8, 4, 1, 1)


def test_g202_leaves_branches_that_differ():
    assert not violations("G202", SPLIT.format(k=3, side=8, window="<pads = [1, 1, 1, 1]>"))


def fork(branches, depth):
    """`branches` chains of `depth` convolutions with activations, concatenated."""
    names = [f"b{i}_{j}" for i in range(branches) for j in range(depth)]
    weights = ", ".join(f"float[8, 8, 1, 1] w_{name}" for name in names)
    lines = []
    for i in range(branches):
        previous = "s"
        for j in range(depth):
            lines.append(f"c{i}_{j} = Conv({previous}, w_b{i}_{j})  r{i}_{j} = Relu(c{i}_{j})")
            previous = f"r{i}_{j}"
    ends = ", ".join(f"r{i}_{depth - 1}" for i in range(branches))
    return f"""
    g (float[1, 8, 8, 8] x, float[8, 8, 1, 1] w, {weights}) => (float[1, {8 * branches}, 8, 8] y)
    {{ t = Conv(x, w)  s = Relu(t) {" ".join(lines)} y = Concat<axis = 1>({ends}) }}
    """


@pytest.mark.parametrize(
    ("branches", "depth", "fires"), [(3, 2, False), (7, 1, True), (4, 2, True)]
)
def test_g301_beyond_six_fragments(branches, depth, fires):
    assert bool(violations("G301", fork(branches, depth))) is fires


ROW = """
g (float[1, 8, 8, 8] x, float[{c}, 8, 1, 1] a, float[8, {c}, 3, 3] b) => (float[1, 8, 8, 8] y)
{{ p = Conv(x, a)  y = Conv<pads = [1, 1, 1, 1]>(p, b) }}
"""


def test_g301_multiplies_what_no_activation_separates():
    """1x1 to 32 and 3x3 back: the whole 3x3 has 8*8*9 of 8*32 + 32*8*9 macs a position."""
    (found,) = violations("G301", ROW.format(c=32))
    (whole,) = found.edit.replaced[0].by
    assert found.remedy == "rewrite"
    assert whole.w.shape == (8, 8, 3, 3)
    assert found.evidence["macs_after"] == 64 * 8 * 8 * 9


def test_g301_leaves_a_neck_that_saves_macs():
    assert not violations("G301", ROW.format(c=2))


def test_g301_needs_branches():
    """Eight in a row are a chain: their parallelism is 1."""
    assert not violations("G301", fork(1, 8))


def test_g302_leaves_a_pair_that_saves_no_macs():
    """3x3 to 4 channels and 1x1 to 32: the whole 3x3 to 32 has fewer macs than the pair."""
    text = """
    g (float[1, 4, 8, 8] x, float[64, 4, 3, 3] a, float[4, 64, 1, 1] b) => (float[1, 4, 6, 6] y)
    { p = Conv(x, a)  y = Conv(p, b) }
    """
    assert not violations("G302", text)


def test_g401_needs_something_to_fuse_into():
    text = "g (float[1, 8, 8, 8] x) => (float[1, 8, 8, 8] y) { y = Relu(x) }"
    assert not violations("G401", text)


def test_g404_leaves_what_others_read():
    text = """
    g (float[1, 3, 8, 8] x, float[4, 3, 1, 1] w, float[4] s, float[4] b, float[4] m, float[4] v)
      => (float[1, 4, 8, 8] y)
    { a = Conv(x, w)  n = BatchNormalization(a, s, b, m, v)  y = Add(a, n) }
    """
    assert not violations("G404", text)


@pytest.mark.parametrize(
    ("op", "guideline", "why"),
    [
        ("[m] y = MatMul(x, x)", "G1", "a product of two activations"),
        ("[m] y = Relu(x)", "G1", "no weights of two widths"),
        ("[m] y = Relu(x)", "G2", "no convolution"),
        ("[m] y = Relu(x)", "G3", "in no block"),
        ("[m] y = MatMul(x, x)", "G4", "not element-wise"),
    ],
)
def test_not_applicable_says_why(op, guideline, why):
    of = graph(f"g (float[8, 8] x) => (float[8, 8] y) {{ {op} }}")
    (row,) = analyze(DEVICE(of), reprice=DEVICE).ops
    verdict = next(v for v in row.verdicts if v.guideline == guideline)
    assert (verdict.state, verdict.meaning) == ("not applicable", why)


VALID = """
g (float[1, 4, 34, 34] x, float[4, 1, 3, 3] a, float[4, 4, 1, 1] b, float[4, 4, 3, 3] c)
  => (float[1, 4, 14, 14] y)
{ p = Conv<group = 4, strides = [2, 2]>(x, a)  q = Conv(p, b)  y = Conv(q, c) }
"""


def test_g302_reads_the_same_positions_without_pads():
    """34 positions with a step of 2 and no pads: (34 - 3) // 2 + 1 = 16."""
    (found,) = violations("G302", VALID, Device(mac_per_s=1e13, byte_per_s=1e10, launch_s=1e-6))
    (whole,) = found.edit.replaced[0].by
    assert whole.attributes["strides"] == (2, 2)
    assert whole.attributes["pads"] == (0, 0, 0, 0)


def test_g201_says_no_saving_where_no_whole_widths_have_the_macs():
    """3 groups of 5 want 15 / sqrt(3) = 8.7 channels, which a shuffle into 15 parts forbids."""
    text = """
    g (float[1, 3, 8, 8] x, float[15, 3, 1, 1] w, float[15, 5, 1, 1] v, float[4, 15, 1, 1] u)
      => (float[1, 4, 8, 8] y)
    <int64[5] s1 = {1, 15, 1, 8, 8}, int64[4] s2 = {1, 15, 8, 8}>
    { a = Conv(x, w)  r = Reshape(a, s1)  t = Transpose<perm = [0, 2, 1, 3, 4]>(r)
      s = Reshape(t, s2)  b = Conv<group = 3>(s, v)  y = Conv(b, u) }
    """
    (found,) = violations("G201", text)
    assert (
        found.edit is None
        or abs(found.evidence["macs_after"] / found.evidence["macs_before"] - 1) <= 0.05
    )


def test_g401_calls_a_kernel_by_the_op_that_does_its_work():
    """The Relu is in the kernel of the Conv: the sum would go there, too."""
    text = """
    g (float[1, 8, 8, 8] x, float[8, 8, 3, 3] w) => (float[1, 8, 8, 8] y)
    { a = Conv<pads = [1, 1, 1, 1]>(x, w)  b = Relu(a)  y = Add(b, x) }
    """
    fusing = Device(mac_per_s=1e11, byte_per_s=1e10, fusion="ncnn")
    (found,) = violations("G401", text, fusing)
    assert (found.message.partition(":")[0], found.fix) == (
        "Add after Conv",
        "fuse it into the Conv",
    )
    assert dict(found.edit.fused) == {"y": "b"}


def branches(depth):
    """Two rows of `depth` convolutions with activations between them, joined by a sum."""
    rows = "".join(
        f"{side}{i}c = Conv({f'{side}{i - 1}' if i else 'x'}, w)  {side}{i} = Relu({side}{i}c)  "
        for side in "ab"
        for i in range(depth)
    )
    return f"""
    g (float[1, 8, 8, 8] x0, float[8, 8, 1, 1] w) => (float[1, 8, 8, 8] y)
    {{ x = Conv(x0, w)  {rows} s = Add(a{depth - 1}, b{depth - 1})  y = Relu(s) }}
    """


@pytest.mark.parametrize(("depth", "fires"), [(3, False), (4, True), (9, True), (10, False)])
def test_g301_takes_neither_a_small_block_nor_a_stage(depth, fires):
    assert bool(violations("G301", branches(depth))) is fires


def test_g401_hands_a_whole_activation_to_the_op_before():
    """x * sigmoid(x): both read the convolution, and its kernel then writes only their result."""
    text = """
    g (float[1, 8, 8, 8] x, float[8, 8, 3, 3] w) => (float[1, 8, 8, 8] y)
    { a = Conv<pads = [1, 1, 1, 1]>(x, w)  b = Sigmoid(a)  y = Mul(a, b) }
    """
    (found,) = violations("G401", text)
    assert found.fix == "fuse it into the Conv"
    of = graph(text)
    (conv,) = apply(of, found.edit, channels_of(of)).ops
    assert conv.inputs == (of.ops[0].x, of.ops[0].w)
    assert conv.outputs == of.ops[2].outputs


def test_g302_says_what_all_pairs_cost_in_macs():
    """Two depthwise pairs of 4 and 8 channels: 4 * 9 + 4 * 4 and 8 * 9 + 8 * 8 become 9 * c * c."""
    text = """
    g (float[1, 4, 8, 8] x, float[4, 1, 3, 3] a, float[4, 4, 1, 1] b, float[8, 4, 1, 1] n,
       float[8, 1, 3, 3] c, float[8, 8, 1, 1] d, float[8, 8, 3, 3] e) => (float[1, 8, 6, 6] y)
    { p = Conv<group = 4, pads = [1, 1, 1, 1]>(x, a)  q = Conv(p, b)  h = Softmax<axis = 1>(q)
      m = Conv(h, n)  t = Softmax<axis = 1>(m)  r = Conv<group = 8, pads = [1, 1, 1, 1]>(t, c)
      u = Conv(r, d)  v = Softmax<axis = 1>(u)  y = Conv(v, e) }
    """
    found = violations("G302", text, Device(mac_per_s=1e13, byte_per_s=1e10, launch_s=1e-6))
    before, after = 64 * (4 * 9 + 4 * 4 + 8 * 9 + 8 * 8), 64 * 9 * (4 * 4 + 8 * 8)
    assert len(found) == 2
    for one in found:
        assert one.evidence == {"macs_before": before, "macs_after": after}
        assert one.fix.endswith(f"of {after / before:.1f} times the macs")
