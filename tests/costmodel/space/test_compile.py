"""Arrays of designs give what `estimate` gives for each one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costlint.costmodel.devices import device as shipped
from costlint.costmodel.estimate import estimate
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.load import load
from costlint.costmodel.space import parametrize
from costlint.examples import example
from tests.analyzers.examples import weighted
from tests.costmodel.space.test_parametrize import SKIP

DEVICES = (
    "gtx1080ti-cudnn7",
    "pixel4-tflite-1large",
    "rtx3090-torch2.4-amp-nhwc",
    "epyc-avx512-onnxruntime-1t",
)
NETWORKS = ("mobilenet_v2_0.5", "shufflenet_v1_0.5x_g3", "shufflenet_v2_0.5x", "resnet_50")
SAMPLED = {
    "arm-graphs.zip": ("googlenet.onnx", "nanodet_m.onnx", "squeezenet_ssd.onnx", "vgg16.onnx"),
    "phone-graphs.zip": ("densenet121.onnx", "resnext26_32x4d.onnx", "mobilenetv3_large_w1.onnx"),
    "gpu-graphs.zip": (
        "convit_small__224.onnx",
        "efficientformerv2_s2__224.onnx",
        "regnety_008__224.onnx",
        "resnest14d__224.onnx",
        "tf_efficientnet_b0__224.onnx",
    ),
}


def held(space, device, seed, n=2):
    """Compare `n` random designs one by one."""
    evaluate = space.compile(device)
    values = space.sample(n, seed=seed)
    found = evaluate(values)
    for place in range(n):
        design = {name: int(array[place]) for name, array in values.items()}
        if not found.valid[place]:
            continue
        one = estimate(space.bind(design), device)
        assert found.latency_s[place] == pytest.approx(one.latency_s, rel=1e-9)
        assert found.macs[place] == one.macs
        assert found.parameters[place] == one.parameters
        assert found.bytes_accessed[place] == one.bytes_accessed


@pytest.fixture(scope="module")
def spaces():
    return {name: parametrize(example(name, weights=False)) for name in NETWORKS}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", NETWORKS)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_arrays_give_what_estimate_gives(name, device, seed, spaces):
    held(spaces[name], device, seed)


@pytest.mark.parametrize("name", NETWORKS)
def test_arrays_choose_the_algorithm_that_estimate_chooses(name, spaces):
    tiled = replace(shipped("gtx1080ti-cudnn7"), fusion="cudnn", cores=28)
    held(spaces[name], tiled, seed=1, n=8)


@pytest.mark.parametrize("rules", ["tflite_adreno", "tflite_apple", "tflite_powervr"])
@pytest.mark.parametrize("name", ["mobilenet_v2_0.5", "resnet_50"])
def test_arrays_follow_which_kernel_a_phones_gpu_runs(name, rules, spaces):
    held(spaces[name], replace(shipped("pixel4-tflite-gpu"), fusion=rules), seed=1, n=3)


@pytest.mark.parametrize(("archive", "name"), [(a, n) for a, ns in SAMPLED.items() for n in ns])
def test_arrays_give_what_estimate_gives_for_real_networks(archive, name, corpus_graph):
    space = parametrize(corpus_graph(archive, name))
    for number, device in enumerate(DEVICES):
        held(space, device, seed=number)


@pytest.mark.parametrize("name", NETWORKS)
def test_today_is_the_estimate_of_the_graph(name, spaces):
    space = spaces[name]
    one = estimate(space.graph, DEVICES[0])
    assert space.compile(DEVICES[0])().latency_s[0] == pytest.approx(one.latency_s, rel=1e-9)


def test_a_graph_without_free_sizes_is_one_design():
    text = "g (float[3] x) => (float[3] y) { y = Relu(x) }"
    space = parametrize(load(weighted(text)), free=())
    found = space.compile(DEVICES[0])()
    assert space.variables == ()
    assert found.latency_s[0] == pytest.approx(estimate(space.graph, DEVICES[0]).latency_s)
    assert space.sensitivity(DEVICES[0]) == {}


def test_chunks_do_not_show(spaces):
    space = spaces["mobilenet_v2_0.5"]
    evaluate = space.compile(DEVICES[0])
    n = 3 * evaluate.latency_program.chunk + 5
    values = space.sample(n)
    whole = evaluate(values).latency_s
    part = evaluate({name: array[-7:] for name, array in values.items()}).latency_s
    assert whole.shape == (n,)
    assert whole[-7:] == pytest.approx(part, rel=1e-12)


def test_numbers_and_arrays_mix(spaces):
    space = spaces["mobilenet_v2_0.5"]
    evaluate = space.compile(DEVICES[0])
    found = evaluate({"batch": np.array([1, 2, 4])}, **{"input.height": 160})
    assert (np.diff(found.latency_s) > 0).all()
    assert (found.macs == found.macs[0] * np.array([1, 2, 4])).all()


def test_what_the_graph_cannot_have_is_masked():
    evaluate = parametrize(load(weighted(SKIP))).compile(DEVICES[0])
    found = evaluate({"input.height": np.array([62, 63, 64])})
    assert found.valid.tolist() == [True, False, True]
    assert np.isnan(found.latency_s[1])
    assert np.isnan(found.macs[1])


def test_values_that_break_a_constraint_are_masked(spaces):
    space = spaces["shufflenet_v1_0.5x_g3"]
    name = next(n for n, v in space.details.items() if v.multiple_of == 3)
    found = space.compile(DEVICES[0])({name: np.array([0, 1, 3, 4.5])})
    assert found.valid.tolist() == [False, False, True, False]


def test_wrong_arguments_are_named(spaces):
    evaluate = spaces["resnet_50"].compile(DEVICES[0])
    with pytest.raises(OptionError, match="'depth' is no variable"):
        evaluate(depth=3)
    with pytest.raises(OptionError, match="others have 2"):
        evaluate({"batch": [1, 2], "input.height": [64, 96, 128]})
    with pytest.raises(OptionError, match="one dimension of numbers"):
        evaluate({"batch": [[1, 2]]})


def test_sensitivity_is_nan_where_the_graph_breaks_on_both_sides():
    space = parametrize(load(weighted(SKIP)), bounds={"input.height": (2, 64, 1)})
    evaluate = space.compile(DEVICES[0])
    assert not evaluate({"input.height": np.array([63, 65])}).valid.any()
    assert np.isnan(space.sensitivity(DEVICES[0])["input.height"])
    wide = parametrize(load(weighted(SKIP)), bounds={"input.height": (2, 64, 2)})
    assert wide.sensitivity(DEVICES[0])["input.height"] > 0
