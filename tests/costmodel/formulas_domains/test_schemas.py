"""Every operator that the installed onnxruntime adds is known, each once."""

from __future__ import annotations

import re

import pytest
from onnxruntime.capi.onnxruntime_pybind11_state import get_all_operator_schema

from costlint.costmodel.formulas import all_formulas, all_free, formula_for, why_free
from costlint.costmodel.formulas.microsoft.uncosted import BODIES, UNCOSTED
from costlint.costmodel.shapes import shape_rule_for

DOMAINS = ("com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc", "ai.onnx.ml",
           "ai.onnx.preview.training")  # fmt: skip
SCHEMAS = sorted({(s.domain, s.name) for s in get_all_operator_schema() if s.domain in DOMAINS})
FURTHER = [f for f in all_formulas() if f.domain]


def test_the_schemas_are_there():
    """150 of com.microsoft in onnxruntime 1.32."""
    assert sum(domain == "com.microsoft" for domain, _ in SCHEMAS) >= 100


@pytest.mark.parametrize(("domain", "op_type"), SCHEMAS, ids="::".join)
def test_every_operator_is_costed_or_free_or_listed(domain, op_type):
    listed = domain == "com.microsoft" and op_type in {**BODIES, **UNCOSTED}
    known = (formula_for(domain, op_type) is not None, why_free(domain, op_type) is not None)
    assert sum(known) + listed == 1


def test_what_is_listed_has_a_reason():
    assert not set(BODIES) & set(UNCOSTED)
    assert all(len(reason.split()) > 5 for reason in (*BODIES.values(), *UNCOSTED.values()))
    assert {(d, o) for d, o in SCHEMAS if d == "com.microsoft"} >= {
        ("com.microsoft", o) for o in (*BODIES, *UNCOSTED)
    }


def test_whatever_is_costed_has_a_shape_rule():
    costed = {(f.domain, f.op_type) for f in FURTHER} | {(d, o) for d, o, _ in all_free() if d}
    assert not {key for key in costed if shape_rule_for(*key) is None}


@pytest.mark.parametrize("formula", FURTHER, ids=lambda f: f"{f.domain}::{f.op_type}")
def test_docstrings_open_with_a_signature(formula):
    first, _, rest = formula.doc.partition("\n")
    assert "=" in first or " of " in first, first
    assert re.search(r"macs|other_flop", rest), "what is counted is missing"
