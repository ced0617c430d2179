"""What the rules say that `costlint fix` does it does, and it does nothing else."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from costlint.analyzers import rules_for
from costlint.analyzers.price import joined, price
from costlint.costmodel.load import load
from costlint.costmodel.models.rewrite import branches, folds, moves, rows
from costlint.fixing import fold, run
from tests.analyzers.pricing import Device, facts_on, found_by
from tests.analyzers.random_networks import network

FREE = frozenset({"Identity", "Dropout"})
DEVICE = Device(mac_per_s=1e11, byte_per_s=1e10)


def told(proto):
    """The findings of which `fix` says that it carries them out."""
    facts = facts_on(DEVICE, load(proto))
    found = found_by(rules_for(["G301", "G404"]), facts)
    return [one for one in found if one.remedy == "rewrite"]


def check(proto):
    """Fold `proto` and hold it against what it was; how many nodes went."""
    changed = onnx.ModelProto()
    changed.CopyFrom(proto)
    findings = told(proto)
    done = fold(changed)
    assert not findings or done, findings
    onnx.checker.check_model(changed, full_check=True)
    assert not told(changed)
    graph = load(changed)
    assert not any(plan(graph) for plan in (branches, rows, folds, moves))
    if not done:
        assert changed == proto
        return 0
    shape = [d.dim_value for d in proto.graph.input[0].type.tensor_type.shape.dim]
    half = proto.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT16
    x = np.random.default_rng(0).standard_normal(shape)
    given = {"x": x.astype(np.float16 if half else np.float32)}
    for one, other in zip(run(proto, given), run(changed, given), strict=True):
        largest = np.abs(one[np.isfinite(one)]).max(initial=1e-3)
        assert one.shape == other.shape
        np.testing.assert_allclose(
            one.astype(float), other.astype(float), rtol=0, atol=largest * (2e-3 if half else 1e-4)
        )
    return len(done)


@pytest.mark.parametrize("start", range(0, 160, 40))
def test_findings_and_fix_agree_on_random_networks(start):
    assert sum(check(network(seed)) for seed in range(start, start + 40)) > 30


def edits(proto):
    """What each rewrite that the rules tell of does, priced or not."""
    facts = facts_on(DEVICE, load(proto))
    found = [v for rule in rules_for(["G301", "G404"]) for v in rule.check(facts)]
    return facts, [v.edit for v in found if v.edit is not None and v.remedy == "rewrite"]


@pytest.mark.parametrize("start", range(0, 160, 40))
def test_a_rewrite_costs_what_its_rule_says(start):
    """Of networks where all is told at first sight; a few bytes differ where a bias is new."""
    compared = 0
    for seed in range(start, start + 40):
        proto = network(seed)
        facts, told_edits = edits(proto)
        graph = load(proto)
        if len(told_edits) == sum(len(plan(graph)) for plan in (branches, rows, moves)) + sum(
            one.op.op_type not in FREE for one in folds(graph)
        ):
            changed = onnx.ModelProto()
            changed.CopyFrom(proto)
            if len(fold(changed)) == len(told_edits):
                compared += 1
                expected = price(facts, joined(told_edits)).after.latency_s
                assert DEVICE(load(changed)).latency_s == pytest.approx(expected, rel=1e-2)
    assert compared > 5
