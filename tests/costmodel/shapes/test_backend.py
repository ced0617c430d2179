"""Every rule against the node tests that the onnx package carries."""

from __future__ import annotations

import re
from collections.abc import Mapping

import onnx
import pytest

from costlint.costmodel.shapes import all_shape_rules
from tests.costmodel.shapes.oracle import Run, cases, loaded

# Tests whose outcome our rules do not tell, and why.
EXCEPTIONS: Mapping[str, str] = {
    "test_optional_get_element_optional_tensor": "what an optional holds is not tracked",
    "test_optional_get_element_optional_sequence": "what an optional holds is not tracked",
}
# Operators that no rule is for, and what takes its place.
NO_RULE: Mapping[tuple[str, str], str] = {
    ("", "Constant"): "the reader makes it a parameter",
    ("", "If"): "inferred through its bodies",
    ("", "Loop"): "inferred through its bodies",
    ("", "Scan"): "inferred through its bodies",
    ("", "SequenceMap"): "inferred through its bodies",
    ("ai.onnx.preview.training", "Gradient"): "its outputs are named by attributes; never exported",
}
# Models with bodies whose output stays open, and why.
OPEN_OUTPUTS: Mapping[str, str] = {
    r"range_(float|bfloat)": "the trip count is computed from floats that only the data decides",
}


@pytest.fixture(scope="module")
def runs() -> Mapping[str, Run]:
    return {name: Run(case) for name, case in cases().items()}


def test_every_operator_of_every_opset_has_a_rule_or_a_reason():
    known = {*all_shape_rules(), *NO_RULE}
    schemas = onnx.defs.get_all_schemas_with_history()
    assert {(s.domain, s.name) for s in schemas} <= known
    assert not set(NO_RULE) & set(all_shape_rules())


def test_every_node_test_agrees_or_is_an_exception(runs):
    wrong = {}
    for name, run in runs.items():
        if not any(node.bodies or node.op_type == "Constant" for node in run.graph.nodes):
            run.infer()
            wrong[name] = run.differences()
    assert len(wrong) > 1800
    assert {name for name, found in wrong.items() if found} == set(EXCEPTIONS)


def test_models_with_bodies_agree_or_stay_open(runs):
    bodied = {name: run for name, run in runs.items() if run.has_bodies}
    assert len(bodied) > 35
    for name, run in bodied.items():
        outputs = [t.shape for t in loaded(cases()[name]).outputs]
        wanted = [getattr(content, "shape", None) for content in run.wanted.values()]
        is_open = any(re.search(pattern, name) for pattern in OPEN_OUTPUTS)
        assert (outputs == wanted) != is_open or None in wanted, (name, outputs, wanted)
