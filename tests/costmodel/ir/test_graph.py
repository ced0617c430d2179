"""The op graph as a networkx graph, and what lives in memory while it runs."""

from __future__ import annotations

import json

import networkx as nx
import pytest

from costlint.costmodel.counts.liveness import liveness
from costlint.costmodel.load import load
from tests.models import model

DIAMOND = """
g (float[N, 4] x) => (float[N, 4] y)
{
    a = Relu(x)
    b = Exp(a)
    c = Neg(a)
    y = Add(b, c)
}
"""


def test_nodes_are_ops_and_edges_are_tensors() -> None:
    proto = model(DIAMOND)
    proto.graph.node[1].name = "/left/exp"
    network = load(proto).nx
    assert list(network.nodes) == ["a", "/left/exp", "c", "y"]
    assert network.nodes["/left/exp"]["scope"] == "/left"
    edge = network.edges["a", "/left/exp", "a"]
    assert edge == {"shape": ["N", 4], "dtype": "float32", "bytes": "16*N"}


def test_networkx_algorithms_work_on_it() -> None:
    network = load(model(DIAMOND), batch=2).nx
    assert nx.dag_longest_path_length(network) == 2
    assert nx.immediate_dominators(network, "a")["y"] == "a"


def test_it_is_frozen_and_json() -> None:
    network = load(model(DIAMOND), batch=2).nx
    with pytest.raises(nx.NetworkXError):
        network.add_node("more")
    assert '"id": "y"' in json.dumps(nx.node_link_data(network, edges="edges"))


def test_ops_of_one_name_stay_apart() -> None:
    proto = model("g (float[2] x) => (float[2] y) { a = Relu(x)  y = Neg(a) }")
    for node in proto.graph.node:
        node.name = "same"
    assert len(load(proto).nx) == 2


def peak(text: str, **weights: tuple[int, ...]) -> int:
    result = liveness(load(model(text, weights=weights))).peak_bytes
    assert isinstance(result, int)
    return result


def test_peak_of_a_chain_is_in_plus_out() -> None:
    text = "g (float[8, 4] x) => (float[8, 9] y) { y = MatMul(x, w) }"
    assert peak(text, w=(4, 9)) == 4 * (8 * 4 + 8 * 9)


def test_elementwise_ops_write_in_place_but_not_over_inputs() -> None:
    text = "g (float[100] x) => (float[100] y) { a = Relu(x)  b = Exp(a)  y = Neg(b) }"
    assert peak(text) == 4 * (100 + 100)


def test_a_skip_connection_lives_on() -> None:
    text = """
    g (float[100] x) => (float[100] y) {
        a = Relu(x)  b = Exp(a)  c = Neg(b)  y = Add(a, c)
    }
    """
    assert peak(text) == 4 * (
        100 + 100
    )  # an input is never written over; then a and b, written over


def test_views_share_memory() -> None:
    text = """
    g (float[10, 10] x) => (float[10, 10] y) <int64[1] flat = {100}, int64[2] square = {10, 10}> {
        a = Relu(x)  b = Reshape(a, flat)  y = Reshape(b, square)
    }
    """
    assert peak(text) == 4 * (100 + 100)


def test_peak_of_a_symbolic_graph_is_an_expression() -> None:
    assert str(liveness(load(model(DIAMOND))).peak_bytes) == "32*N"
