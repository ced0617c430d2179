"""Every example is valid ONNX that costlint reads whole."""

from __future__ import annotations

import subprocess
import sys

import onnx
import pytest

import costlint
from costlint.examples.catalogue import RECIPES
from costlint.examples.weights import MISSING_FILE


def test_every_example_is_valid_and_counted_whole():
    stored = {item.name: (item.macs, item.parameters) for item in costlint.list_examples()}
    assert list(stored) == list(RECIPES)
    for name in RECIPES:
        model = costlint.example(name, weights=False)
        counts = costlint.count(model)
        assert counts.coverage == 1, name
        assert stored[name] == (counts.macs, counts.parameters), "run `make docs`"
        onnx.checker.check_model(_weights_as_inputs(model), full_check=True)


def _weights_as_inputs(model):
    """The checker refuses tensors whose file is missing; as inputs they need none."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            info = onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
            copy.graph.input.append(info)
            copy.graph.initializer.remove(tensor)
    return copy


def test_names_have_scopes():
    names = {node.name for node in costlint.example("shufflenet_v2_1.0x", weights=False).graph.node}
    assert {"/conv1", "/stage2/unit1/branch2/conv1", "/stage4/unit4/shuffle", "/fc"} <= names
    assert len(names) == len(costlint.example("shufflenet_v2_1.0x", weights=False).graph.node)


@pytest.mark.parametrize(
    ("options", "dims"),
    [
        ({}, ["N", 3, 224, 224]),
        ({"batch": 8}, [8, 3, 224, 224]),
        ({"batch": "images", "size": 97}, ["images", 3, 97, 97]),
        ({"size": (480, 640)}, ["N", 3, 480, 640]),
    ],
)
def test_batch_and_size(options, dims):
    (given,) = costlint.example("shufflenet_v1_0.5x_g3", weights=False, **options).graph.input
    assert [d.dim_param or d.dim_value for d in given.type.tensor_type.shape.dim] == dims


def test_a_graph_without_weights_is_small():
    model = costlint.example("resnet_50", weights=False)
    assert model.ByteSize() < 50_000
    parameters = [t for t in model.graph.initializer if t.external_data]
    assert {t.external_data[0].value for t in parameters} == {MISSING_FILE}
    assert not any(t.raw_data for t in parameters)


def test_weights_follow_the_seed():
    one, same, other = (
        costlint.example("paper_table4_arm_relu_shortcut_x1", seed=seed).SerializeToString()
        for seed in (1, 1, 2)
    )
    assert one == same != other


def test_an_unknown_name_shows_the_nearest():
    with pytest.raises(LookupError, match=r"'shufflenet_v2_1x'.*shufflenet_v2_1\.0x"):
        costlint.example("shufflenet_v2_1x")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("kernel_matmul_c64", {"size": 64}, "no size to choose"),
        ("densenet_0.5x", {"size": 8}, "too small"),
        ("resnet_50", {"batch": 0}, "a batch of 0"),
    ],
)
def test_impossible_options_are_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        costlint.example(name, weights=False, **options)


def test_listing_finds_names_in_any_case():
    assert [item.name for item in costlint.list_examples("ResNet_50")] == [
        "resnet_50",
        "se_resnet_50",
    ]
    assert costlint.list_examples("resnet_50")[0].parameters == 25_557_032
    assert costlint.list_examples("vgg") == ()


def test_listing_loads_no_library():
    script = (
        "import sys, costlint; costlint.list_examples();print({'onnx', 'numpy'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "set()"
