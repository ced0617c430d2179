"""Shapes through the whole graph: symbols, bindings, shape arithmetic, bodies."""

from __future__ import annotations

import pytest

from costlint.costmodel.ir.errors import OptionError, ShapeError, UnboundDimensionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.load import bind_batch, load
from tests.models import CONV, model


def shape(graph: OpGraph, name: str) -> tuple[str, ...]:
    return tuple(map(str, graph.tensors[name].known_shape))


def test_batch_stays_symbolic_until_bound() -> None:
    graph = load(model(CONV))
    assert shape(graph, "y") == ("N", "16", "6", "6")
    assert graph.batch_symbols == ("N",)
    assert load(graph, batch=8).outputs[0].shape == (8, 16, 6, 6)
    assert load(graph, shapes={"N": 4}).outputs[0].shape == (4, 16, 6, 6)
    assert load(graph, shapes={"x": (2, 3, 10, 10)}).outputs[0].shape == (2, 16, 8, 8)


def test_what_was_bound_stays_bound() -> None:
    text = "g (float[N, C, 8] x) => (float[N, C, 8] y) { y = Relu(x) }"
    once = load(model(text), shapes={"C": 5})
    assert load(once, batch=2).outputs[0].shape == (2, 5, 8)


def test_shape_arithmetic_folds_away() -> None:
    text = """
    g (float[N, 4, 6] x) => (float[N, M] y)
    <int64[1] zero = {0}, int64[1] one = {1}, int64[1] minus = {-1}>
    {
        s = Shape(x)
        n = Gather(s, zero)
        to = Concat <axis = 0> (n, minus)
        y = Reshape(x, to)
    }
    """
    graph = load(model(text))
    assert [op.op_type for op in graph.ops] == ["Reshape"]
    assert shape(graph, "y") == ("N", "24")


def test_channel_split_by_computed_slice_ends() -> None:
    """As TorchScript exports ShuffleNetV2; onnx's own inference loses it."""
    text = """
    g (float[N, 116, 28, 28] x) => (float[N, 58, 28, 28] y)
    <int64 axis = {1}, int64[1] start = {0}, int64 two = {2}, int64[1] axes = {1}>
    {
        s = Shape(x)
        c = Gather <axis = 0> (s, axis)
        half = Div(c, two)
        end = Unsqueeze(half, start)
        y = Slice(x, start, end, axes)
    }
    """
    graph = load(model(text))
    assert shape(graph, "y") == ("N", "58", "28", "28")
    assert [op.op_type for op in graph.ops] == ["Slice"]


def test_wrong_value_info_is_not_believed() -> None:
    proto = model("g (float[2, 3] x) => (float[9, 9] y) { t = Relu(x)  y = Neg(t) }")
    assert load(proto).outputs[0].shape == (2, 3)


def test_a_baked_batch_is_replaced() -> None:
    text = """
    g (float[1, 8, 4, 4] x) => (float[1, 128] y) <int64[2] to = {1, 128}>
    { y = Reshape(x, to) }
    """
    assert load(model(text), batch=8).outputs[0].shape == (8, 128)


def test_a_batch_that_cannot_be_replaced_is_refused() -> None:
    text = """
    g (float[1, 8] x) => (float[1, 8] y) <float[1, 8] c = {1,2,3,4,5,6,7,8}, int64[2] to = {8, 1}>
    { t = Reshape(x, to)  u = MatMul(c, t)  y = Add(u, x) }
    """
    with pytest.raises(ShapeError, match="batch"):
        load(model(text), batch=8)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"shapes": {"z": (1, 3)}}, "no input 'z'"),
        ({"shapes": {"x": (1, 3)}}, "has 4 dimensions, 2 were given"),
        ({"shapes": {"N": -1}}, "positive"),
        ({"batch": -1}, "positive"),
    ],
)
def test_bindings_that_do_not_fit(options, says) -> None:
    with pytest.raises(OptionError, match=says):
        load(model(CONV), **options)


def test_a_number_binds_an_input_of_rank_one() -> None:
    graph = load(model("g (float[L] x) => (float[L] y) { y = Relu(x) }"), shapes={"x": 5})
    assert graph.outputs[0].shape == (5,)


def test_an_unbound_dimension_names_the_option() -> None:
    graph = load(model("g (float[N, 3, H, W] x) => (float[N, 3, H, W] y) { y = Relu(x) }"))
    with pytest.raises(UnboundDimensionError) as caught:
        bind_batch(graph, assume=False)
    text = str(caught.value)
    assert 'input "x" has unknown dimensions: N x 3 x H x W' in text
    assert "--shape x=1x3x224x224" in text
    assert "H = 224" in text


def test_if_with_a_known_condition_is_its_branch() -> None:
    text = """
    g (float[2, 3] x) => (float[2, 3] y) <bool c = {1}>
    {
        y = If (c) <
            then_branch = a () => (float[2, 3] p) { p = Relu(x) },
            else_branch = b () => (float[2, 3] q) { q = Exp(x) }
        >
    }
    """
    assert [op.op_type for op in load(model(text)).ops] == ["Relu"]


def test_if_with_an_unknown_condition_keeps_both() -> None:
    text = """
    g (bool c, float[2, 3] x) => (float[2, 3] y)
    {
        y = If (c) <
            then_branch = a () => (float[2, 3] p) { p = Relu(x) },
            else_branch = b () => (float[2, 3] q) { q = Exp(x) }
        >
    }
    """
    (op,) = load(model(text)).ops
    assert op.op_type == "If"
    assert len(op.bodies) == 2
    assert op.y.shape == (2, 3)


LOOP = """
g (float[2, 3] x, int64 trips) => (float[2, 3] y)
<int64 five = {5}, bool go = {1}>
{
    y = Loop (TRIPS, go, x) <
        body = b (int64 i, bool c, float[2, 3] s) => (bool d, float[2, 3] t)
        { d = Identity(c)  t = Relu(s) }
    >
}
"""


def test_loop_has_its_trip_count_where_it_is_known() -> None:
    (op,) = load(model(LOOP.replace("TRIPS", "five"))).ops
    assert op.trips == 5
    assert op.y.shape == (2, 3)


def test_loop_without_a_known_trip_count_says_so() -> None:
    graph = load(model(LOOP.replace("TRIPS", "trips")))
    assert graph.ops[0].trips is None
    assert any("counts once" in note for note in graph.notes)


def test_scan_runs_along_its_axis() -> None:
    text = """
    g (float[2] s, float[7, 2] xs) => (float[2] t, float[7, 2] ys)
    {
        t, ys = Scan (s, xs) <
            num_scan_inputs = 1,
            body = b (float[2] a, float[2] x) => (float[2] o, float[2] y)
            { o = Add(a, x)  y = Identity(o) }
        >
    }
    """
    (op,) = load(model(text)).ops
    assert op.trips == 7
    assert [t.shape for t in op.outputs if t is not None] == [(2,), (7, 2)]


def test_contradicting_shapes_name_the_node() -> None:
    proto = model("g (float[2, 3] x, float[4, 5] z) => (float[2, 5] y) { y = MatMul(x, z) }")
    proto.graph.node[0].name = "head"
    with pytest.raises(ShapeError, match=r"head.*3 and 4 differ"):
        load(proto)
