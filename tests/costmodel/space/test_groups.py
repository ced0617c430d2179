"""Numbers of groups as variables of a design space."""

from __future__ import annotations

import numpy as np
import pytest

from costlint.costmodel.estimate import estimate
from costlint.costmodel.ir.errors import OptionError, ShapeError
from costlint.costmodel.load import load
from costlint.costmodel.space import parametrize
from costlint.examples import example
from tests.analyzers.examples import weighted
from tests.costmodel.space.test_compile import DEVICES, held

FREE = ("widths", "resolution", "batch", "depth", "groups")
TWO = """
g (float[1, 12, 8, 8] x, float[24, 12, 1, 1] u, float[24, 1, 3, 3] d, float[12, 24, 1, 1] v)
  => (float[1, 12, 8, 8] y)
{ [up__conv] a = Conv(x, u)  [deep__conv] b = Conv<group = 24, pads = [1, 1, 1, 1]>(a, d)
  [down__conv] y = Conv(b, v) }
"""


@pytest.fixture(scope="module")
def two():
    return parametrize(load(weighted(TWO)), free=("widths", "groups"))


def test_a_convolution_has_the_divisors_of_its_channels(two):
    assert two.details["up.groups"].choices == (1, 2, 3, 4, 6, 12)
    assert two.current["up.groups"] == 1
    assert set(two.variables) == {"up.width", "up.groups", "down.groups"}  # depthwise stays


def test_groups_divide_macs_and_parameters(two):
    found = two.compile(DEVICES[0])({"up.groups": np.array([1, 3, 5]), "down.groups": 4})
    fixed = 24 * 9 + 12 * 24 // 4
    assert found.valid.tolist() == [True, True, False]
    assert found.parameters[:2].tolist() == [fixed + 12 * 24, fixed + 12 * 24 // 3]
    assert found.macs[1] == 64 * found.parameters[1]


def test_a_bound_convolution_is_grouped(two):
    first, _, last = two.bind({"up.groups": 3, "up.width": 48}).ops
    assert (first.attributes["group"], first.w.shape) == (3, (48, 4, 1, 1))
    assert last.w.shape == (12, 48, 1, 1)


def test_groups_that_do_not_divide_the_channels_are_refused(two):
    with pytest.raises(ShapeError, match="cannot have 5 groups"):
        two.bind({"up.groups": 5})


def test_samples_have_groups_that_fit(two):
    values = two.sample(500, seed=1)
    assert two.compile(DEVICES[0])(values).valid.all()
    assert len(set(values["up.groups"].tolist())) > 3


def test_a_further_group_is_measured_between_divisors(two):
    evaluate = two.compile(DEVICES[0])
    one, three = evaluate({"up.groups": np.array([1, 3])}).latency_s
    at_two = two.sensitivity(DEVICES[0], {"up.groups": 2})
    assert at_two["up.groups"] == pytest.approx((three - one) / 2)
    assert np.isfinite(two.sensitivity(DEVICES[0])["up.groups"])


def test_a_grid_takes_the_divisors(two):
    assert two.grid({"up.groups": None})["up.groups"].tolist() == [1, 2, 3, 4, 6, 12]


@pytest.mark.parametrize("name", ["mobilenet_v2_0.5", "shufflenet_v1_0.5x_g3", "resnet_50"])
def test_arrays_give_what_estimate_gives(name):
    space = parametrize(example(name, weights=False), free=FREE)
    for seed, device in enumerate(DEVICES):
        held(space, device, seed)


def test_arrays_give_what_estimate_gives_for_real_networks(corpus_graph):
    for number, name in enumerate(("regnety_008__224.onnx", "resnest14d__224.onnx")):
        space = parametrize(corpus_graph("gpu-graphs.zip", name), free=FREE)
        held(space, DEVICES[number], number)


def test_equal_blocks_share_their_groups():
    space = parametrize(example("resnet_50", weights=False), free=FREE)
    keys = space.details["stage3.block2.groups"].ops
    assert len(keys) == space.current["stage3.depth"] == 3


def test_fewer_groups_are_faster_at_equal_macs_on_the_gpu():
    """G2: many groups cost more than the arithmetic that they save."""
    space = parametrize(example("shufflenet_v1_1.0x_g3", weights=False), free=("widths", "groups"))
    best = space.optimize(DEVICES[0], free=("widths", "groups"), time_limit_s=60.0)
    alone = space.optimize(DEVICES[0], time_limit_s=60.0)
    assert best.after.latency_s < 0.8 * alone.after.latency_s
    assert best.before.macs <= best.after.macs <= 1.01 * best.before.macs
    assert estimate(best.graph, DEVICES[0]).latency_s == pytest.approx(best.after.latency_s)


def test_a_grouped_model_runs(two):
    ort = pytest.importorskip("onnxruntime")
    model = two.model({"up.groups": 4, "down.groups": 6, "up.width": 36})
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": np.ones((1, 12, 8, 8), np.float32)})
    assert found.shape == (1, 12, 8, 8)


def test_a_graph_without_convolutions_says_so():
    space = parametrize(
        load(weighted("g (float[1, 8] x, float[8, 8] w) => (float[1, 8] y) { y = MatMul(x, w) }")),
        free=("widths", "groups"),
    )
    assert space.frozen["groups"] == "no convolution of this graph can be split further"
    with pytest.raises(OptionError, match="no group of this graph is free"):
        space.optimize(DEVICES[0], free="groups")
