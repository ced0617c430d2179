"""A design as a network: it runs, and costs what the design says."""

from __future__ import annotations

import numpy as np
import pytest

from costlint.costmodel.count import count
from costlint.costmodel.space import parametrize
from costlint.examples import example
from tests.analyzers.examples import weighted

ort = pytest.importorskip("onnxruntime")

NETWORKS = ("shufflenet_v1_0.5x_g3", "shufflenet_v2_0.5x", "mobilenet_v2_0.5", "densenet_0.5x")
CORPUS = {
    "arm-graphs.zip": ("shufflenet_v2.onnx", "googlenet.onnx", "FastestDet.onnx"),
    "phone-graphs.zip": ("mobilenetv3_large_w1.onnx",),
    "gpu-graphs.zip": ("regnety_008__224.onnx", "resnest14d__224.onnx"),
}


def run(model, batch=2):
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else batch for size in given.shape]
    x = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
    return session.run(None, {given.name: x})


def drawn(space, seed):
    """A random design at today's input."""
    widths = [name for name, v in space.details.items() if v.kind == "width"]
    return {name: int(array[0]) for name, array in space.sample(1, seed, widths).items()}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_design_runs_and_counts_as_it_says(name):
    space = parametrize(example(name, weights=False))
    values = drawn(space, seed=5)
    model = space.model(values, seed=1)
    outputs = run(model)
    assert outputs[0].shape == (2, 1000)
    assert np.isfinite(outputs[0]).all()
    assert outputs[0].std() > 0
    found, expected = count(model, batch=1), count(space.bind(values))
    assert found.macs == expected.macs
    assert found.parameters == expected.parameters
    assert found.bytes_accessed == expected.bytes_accessed


@pytest.mark.parametrize(("archive", "name"), [(a, n) for a, ns in CORPUS.items() for n in ns])
def test_real_networks_run_at_other_widths(archive, name, corpus_graph):
    space = parametrize(corpus_graph(archive, name))
    values = drawn(space, seed=7)
    model = space.model(values)
    assert np.isfinite(run(model, batch=1)[0]).all()
    assert count(model, batch=1).macs == count(space.bind(values)).macs


def test_a_named_batch_is_bound_and_the_image_can_grow():
    space = parametrize(example("mobilenet_v2_0.5", weights=False))
    model = space.model({"batch": 3, "input.height": 64, "input.width": 96})
    sizes = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    assert sizes == [3, 3, 64, 96]
    assert run(model)[0].shape == (3, 1000)


def test_cuts_move_with_the_widths_before_them():
    text = """
    g (float[1, 3, 4, 4] x, float[4, 3, 1, 1] w1, float[6, 3, 1, 1] w2, float[2, 6, 1, 1] w3)
       => (float[1, 2, 4, 4] y)
    <int64[1] from = {4}, int64[1] to = {10}, int64[1] axis = {1}, int64[5] pairs = {1, 2, 3, 4, 4},
     int64[4] joined = {1, 6, 4, 4}>
    { [one] a = Conv(x, w1)  [two] b = Conv(x, w2)  c = Concat<axis = 1>(a, b)
      d = Slice(c, from, to, axis)  e = Reshape(d, pairs)
      f = Transpose<perm = [0, 2, 1, 3, 4]>(e)  h = Reshape(f, joined)  [three] y = Conv(h, w3) }
    """
    space = parametrize(weighted(text))
    model = space.model({"one.width": 7, "two.width": 10})
    values = {t.name: list(t.int64_data) or list(np.frombuffer(t.raw_data, "int64")) for t in
              model.graph.initializer if t.data_type == 7}  # fmt: skip
    cut = next(node for node in model.graph.node if node.op_type == "Slice")
    assert values[cut.input[1]] == [7]
    assert values[cut.input[2]] == [17]
    first = next(node for node in model.graph.node if node.op_type == "Reshape")
    assert values[first.input[1]][1:] == [2, 5, 4, 4]
    assert run(model)[0].shape == (1, 2, 4, 4)
