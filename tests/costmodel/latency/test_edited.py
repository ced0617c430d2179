"""What did not change is not computed again, and the sum is the estimate's."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from costlint.analyzers import analyze
from costlint.analyzers.price import changed
from costlint.costmodel.channels import channels_of
from costlint.costmodel.edit import Edit, apply
from costlint.costmodel.estimate import estimate
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.latency.edited import EditedEstimator
from costlint.costmodel.load import load
from costlint.examples import example

DEVICES = [
    "gtx1080ti-cudnn7",
    "snapdragon810-neon-1t",
    "rtx3090-torch2.4-amp-nhwc",
    "epyc-avx512-onnxruntime-1t",
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ["shufflenet_v1_1.0x_g3", "mobilenet_v2_1.0"])
def test_the_same_graph_takes_the_same_time(name, device):
    before = estimate(load(example(name), batch=1), device)
    again = EditedEstimator(before)(before.graph)
    assert again.latency_s == pytest.approx(before.latency_s, rel=1e-12)
    assert again.by_class() == pytest.approx(before.by_class(), rel=1e-9)
    assert all(one is other for one, other in zip(again.kernels, before.kernels, strict=True))


@pytest.mark.parametrize("device", DEVICES)
def test_a_kernel_that_an_edit_leaves_alone_has_not_changed(device):
    """Not by a last digit either: its latency would widen the interval of the saving.

    The width is the first convolution's: it, the depthwise one and the projection behind it change,
    in PyTorch's eager mode two normalisations besides.
    """
    before = estimate(load(example("mobilenet_v2_1.0"), batch=1), device)
    group = next(g for g in channels_of(before.graph).groups if not g.frozen)
    edit = Edit(widths={group.name: group.width * 2})
    after = EditedEstimator(before)(apply(before.graph, edit, channels_of(before.graph)))
    lost, won = changed(before.kernels, after.kernels)
    assert len(lost) == len(won) <= 5


@pytest.mark.parametrize("device", DEVICES)
def test_an_edited_graph_takes_what_its_estimate_says(device):
    before = estimate(load(example("mobilenet_v2_1.0"), batch=1), device)
    channels = channels_of(before.graph)
    free = [group for group in channels.groups if not group.frozen][:5]
    edit = Edit(widths={group.name: group.width * 2 for group in free})
    edited = apply(before.graph, edit, channels)
    whole = estimate(edited, device)
    assert EditedEstimator(before)(edited).latency_s == pytest.approx(whole.latency_s, rel=1e-12)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ["shufflenet_v1_1.0x_g3", "shufflenet_v2_1.0x"])
def test_every_edit_of_the_rules_takes_what_its_estimate_says(name, device):
    before = estimate(load(example(name), batch=1), device)
    channels = channels_of(before.graph)
    reprice = EditedEstimator(before)  # one for all: what it remembers of an edit must not matter
    edits = [f.edit for f in analyze(before).findings if f.edit is not None]
    assert edits
    for edit in edits:
        edited = apply(before.graph, edit, channels)
        whole = estimate(edited, device)
        assert reprice(edited).latency_s == pytest.approx(whole.latency_s, rel=1e-12)


def test_what_an_edit_makes_anew_keeps_every_other_field():
    x = Tensor(name="x", shape=(1, 8), dtype="int8", role="parameter", stored_as="int4", value=3)
    y = replace(x, name="y", shape=(1, 4), sources=("y",), value=None)
    assert x.resized("y", (1, 4), ("y",)) == y
    op = Op(
        name="n", domain="d", op_type="Conv", version=22, inputs=(x,), outputs=(x,),
        attributes={"group": 8}, bodies=(), trips=3, metadata={"a": "b"},
    )  # fmt: skip
    made, wanted = op.between((y,), (y,), {}), replace(op, inputs=(y,), outputs=(y,), attributes={})
    assert all(getattr(made, f.name) == getattr(wanted, f.name) for f in fields(Op))
