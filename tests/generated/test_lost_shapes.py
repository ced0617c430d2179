"""Random control flow with an operator in it that nobody knows: every stage refuses or goes on."""

from __future__ import annotations

from random import Random

import onnx
import pytest
from onnx import helper

from tests.costmodel.inference.control_flow import Maker
from tests.generated import pipeline


def without_a_shape(model: onnx.ModelProto, random: Random) -> onnx.ModelProto:
    """The model with an unknown operator between a node and what reads its first result."""
    nodes = list(model.graph.node)
    place = random.choice([i for i, node in enumerate(nodes) if node.op_type != "Constant"])
    name = nodes[place].output[0]
    nodes[place].output[0] = f"{name}/before"
    mystery = helper.make_node(
        "Mystery", [f"{name}/before"], [name], name="mystery", domain="my.ops"
    )
    del model.graph.node[:]
    model.graph.node.extend([*nodes[: place + 1], mystery, *nodes[place + 1 :]])
    model.opset_import.append(helper.make_opsetid("my.ops", 1))
    return model


@pytest.mark.parametrize("seed", range(2))
def test_what_nobody_knows_in_control_flow_breaks_no_stage(seed, tmp_path):
    path = tmp_path / "m.onnx"
    random = Random(seed)  # noqa: S311 - reproducible
    onnx.save(without_a_shape(Maker(seed).model(), random), str(path))
    assert pipeline.run(path, seed=seed) == []
