"""Bodies of If, Loop and Scan: their shapes, how often they run, and what is refused."""

from __future__ import annotations

import time
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

from costlint.costmodel.ir.errors import ModelError, ShapeError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.load import load

HEADER = '<ir_version: 8, opset_import: ["": 17]>'


def scan(count: int = 1, axis: int = 0, dims: tuple[int, ...] = (5, 2, 3)) -> OpGraph:
    """A Scan over x (5, 2, 3): each trip adds a slice to a sum and gives it out."""
    body = helper.make_graph(
        [helper.make_node("Add", ["s", "x_t"], ["s_out"]), helper.make_node("Relu", ["s"], ["z"])],
        "body",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("s", "x_t")],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("s_out", "z")],
    )
    attributes: dict[str, Any] = {"body": body, "num_scan_inputs": count, "scan_input_axes": [axis]}
    node = helper.make_node("Scan", ["s0", "x"], ["last", "all"], "scan", **attributes)
    inputs = {"s0": (2, 3), "x": dims}
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, d) for n, d in inputs.items()],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("last", "all")],
    )
    return load(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]))


def test_a_scan_runs_once_per_slice():
    graph = scan()
    assert [t.shape for t in graph.outputs] == [(2, 3), (5, 2, 3)]
    assert graph.ops[0].trips == 5


@pytest.mark.parametrize("count", [-1, 3, 1 << 31])
def test_a_scan_of_more_inputs_than_there_are_is_refused(count):
    with pytest.raises(ShapeError, match=f"Scan .*num_scan_inputs is {count}"):
        scan(count=count)


def test_a_scan_along_an_axis_that_is_not_there_is_refused():
    with pytest.raises(ShapeError, match=r"Scan .*axis 7 is outside the 3 dimensions"):
        scan(axis=7)
    with pytest.raises(ShapeError, match=r"Scan .*axis 0 is outside the 0 dimensions"):
        scan(dims=())


def loops(depth: int) -> str:
    """Loops within loops, each of which makes its state longer."""
    text = "out0 = Concat<axis=0>(s0, one)"
    for level in range(1, depth):
        inner = f"(int64 i, bool c, float[n] s{level - 1}) => (bool c2, float[m] out{level - 1})"
        body = f"body = b {inner} {{ c2 = Identity(c) {text} }}"
        text = f"out{level} = Loop(trips, yes, s{level}) <{body}>"
    return text


def test_deeply_nested_loops_end_soon():
    body = loops(16).replace("s15", "x").replace("out15", "y")
    text = (
        f"{HEADER} g (float[2] x, float[1] one, int64 trips, bool yes) => (float[k] y) {{ {body} }}"
    )
    start = time.process_time()
    graph = load(onnx.parser.parse_model(text))
    assert time.process_time() - start < 20
    assert len(graph.ops) == 1


def test_a_body_that_carries_less_than_its_loop_is_refused():
    body = "(int64 i, bool c, float s) => (bool c2) { c2 = Identity(c) }"
    text = (
        f"{HEADER} g (float[2] x, int64 t, bool yes) => (float[k] y)"
        f" {{ y = Loop(t, yes, x) <body = b {body}> }}"
    )
    with pytest.raises(ModelError, match="carries 1, its body fewer"):
        load(onnx.parser.parse_model(text))
