"""Which sizes of a graph are free, what they are called, and what a bound graph is."""

from __future__ import annotations

import pytest
import sympy

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import OptionError, ShapeError
from costlint.costmodel.load import load
from costlint.costmodel.space import parametrize
from costlint.examples import example
from tests.analyzers.examples import weighted

RESIDUAL = """
g (float[N, 3, 64, 64] x, float[16, 3, 1, 1] w0, float[32, 16, 1, 1] w1, float[16, 32, 1, 1] w2,
   float[10, 16] f) => (float[N, 10] y)
{ [stem] a = Conv(x, w0)  [up] b = Conv(a, w1)  r = Relu(b)  [down] c = Conv(r, w2)  s = Add(a, c)
  p = GlobalAveragePool(s)  q = Flatten(p)  [head] y = Gemm<transB = 1>(q, f) }
"""

BAKED = """
g (float[1, 3, 4, 4] x, float[16, 3, 1, 1] w, float[10, 256] f) => (float[1, 10] y)
<int64[2] shape = {1, 256}>
{ [stem] a = Conv(x, w)  q = Reshape(a, shape)  [head] y = Gemm<transB = 1>(q, f) }
"""

POOLED = """
g (float[1, 3, 64, 64] x, float[16, 3, 1, 1] w, float[10, 16] f) => (float[1, 10] y)
{ [stem] a = Conv<strides = [8, 8]>(x, w)  p = AveragePool<kernel_shape = [8, 8]>(a)
  q = Flatten(p)  [head] y = Gemm<transB = 1>(q, f) }
"""

SKIP = """
g (float[1, 4, 64, 64] x, float[8, 4, 1, 1] w, float[2] zero, float[4] twice)
   => (float[1, 12, 64, 64] y)
<int64[4] one = {0, 0, 0, 0}, float[4] up = {1, 1, 2, 2}>
{ [down] a = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(x)  [body] b = Conv(a, w)
  c = Resize(b, , up)  y = Concat<axis = 1>(x, c) }
"""


def space_of(text, **given):
    return parametrize(load(weighted(text)), **given)


def test_widths_batch_and_resolution_are_variables():
    space = space_of(RESIDUAL)
    assert set(space.variables) == {
        "stem.width", "up.width", "batch", "input.height", "input.width"
    }  # fmt: skip
    assert space.current["up.width"] == 32
    assert space.bounds["up.width"] == (8, 64, 1)
    assert space.bounds["input.height"] == (32, 128, 32)
    assert space.frozen == {"head.width": "it is the model's output 'y'"}
    assert space.details["stem.width"].ops == ("stem", "down")


def test_counts_are_expressions():
    space = space_of(RESIDUAL)
    n, h, w, stem, up = (
        space.symbols[name]
        for name in ("batch", "input.height", "input.width", "stem.width", "up.width")
    )
    expected = n * (h * w * (3 * stem + 2 * stem * up) + 10 * stem)
    assert sympy.expand(space.macs - expected) == 0
    assert sympy.expand(space.parameters - (13 * stem + 2 * stem * up)) == 0
    assert sympy.diff(space.macs, up).equals(2 * n * h * w * stem)


def test_binding_is_the_graph_at_other_sizes():
    space = space_of(RESIDUAL)
    bound = space.bind({"stem.width": 8, "up.width": 20, "batch": 2, "input.height": 32})
    assert count(bound).macs == 2 * (32 * 64 * (3 * 8 + 2 * 8 * 20) + 10 * 8)
    assert count(bound).parameters == 3 * 8 + 2 * 8 * 20 + 8 * 10
    assert space.bind() is space.graph


def test_a_value_must_fit():
    space = space_of(RESIDUAL)
    with pytest.raises(OptionError, match="positive multiple of 1"):
        space.bind({"up.width": 0})
    with pytest.raises(OptionError, match="did you mean"):
        space.bind({"upp.width": 8})
    with pytest.raises(OptionError, match="the model's output"):
        space.bind({"head.width": 8})


def test_grouped_widths_are_multiples():
    space = parametrize(example("shufflenet_v1_1.0x_g3"))
    assert {v.multiple_of for v in space.details.values() if v.kind == "width"} == {3}
    name = next(n for n, v in space.details.items() if v.multiple_of == 3)
    with pytest.raises(OptionError, match="multiple of 3"):
        space.bind({name: space.current[name] + 1})


def test_what_the_file_bakes_in_is_not_free():
    space = space_of(BAKED)
    assert set(space.variables) == {"stem.width", "batch"}
    assert "needs sizes that fit" in space.frozen["input.height"]
    assert count(space.bind(batch=3)).macs == 3 * count(space.graph).macs
    assert count(space.bind({"stem.width": 8})).parameters == 3 * 8 + 8 * 16 * 10


def test_a_window_over_the_whole_map_grows_with_it():
    space = space_of(POOLED)
    assert "input.height" in space.variables
    bound = space.bind({"input.height": 128, "input.width": 96})
    pool = next(op for op in bound.ops if op.op_type == "AveragePool")
    assert pool.attributes["kernel_shape"] == (16, 12)
    assert space.bind({"input.height": 32}).ops[1].attributes["kernel_shape"] == (4, 8)


def test_a_resolution_that_breaks_the_graph_is_refused():
    space = space_of(SKIP, bounds={"input.height": (2, 128, 1)})
    assert space.bind({"input.height": 62}).outputs[0].shape == (1, 12, 62, 64)
    with pytest.raises(ShapeError, match=r"breaks at .*input\.height=63"):
        space.bind({"input.height": 63})


def test_a_batch_bound_at_load_stays():
    space = parametrize(load(weighted(RESIDUAL), batch=4))
    assert space.frozen["batch"] == "the batch was bound at load"
    assert count(space.bind({"input.height": 32})).macs % 4 == 0


def test_only_what_is_asked_for_is_free():
    assert set(space_of(RESIDUAL, free=("batch",)).variables) == {"batch"}
    with pytest.raises(OptionError, match="free='width'"):
        space_of(RESIDUAL, free=("width",))


def test_tied_widths_are_one_variable():
    text = """
    g (float[1, 3, 8, 8] x, float[16, 3, 1, 1] w0, float[16, 16, 1, 1] w1, float[4, 16, 1, 1] w2)
       => (float[1, 4, 8, 8] y)
    { [one] a = Conv(x, w0)  [two] b = Conv(a, w1)  [three] y = Conv(b, w2) }
    """
    space = space_of(text, ties={"inner": ("one.width", "two.width")}, bounds={"inner": (2, 100)})
    assert "inner" in space.variables
    assert space.bounds["inner"] == (2, 100, 1)
    assert count(space.bind(inner=5)).macs == 64 * (3 * 5 + 5 * 5 + 5 * 4)
    with pytest.raises(OptionError, match="no free width"):
        space_of(text, ties={"inner": ("three.width",)})


def test_the_ends_of_a_block_can_be_free():
    space = space_of(RESIDUAL, free=("widths", "ends"))
    assert "x.width" in space.variables
    assert count(space.bind({"x.width": 7})).macs == 64 * 64 * (7 * 16 + 2 * 16 * 32) + 160


def test_an_edited_graph_has_widths_only():
    edited = space_of(RESIDUAL).bind({"up.width": 24})
    space = parametrize(edited)
    assert set(space.variables) == {"stem.width", "up.width"}
    assert "edited" in space.frozen["batch"]
