"""Every operator that counts as a product, or is quantised or fused, runs on every rule set."""

from dataclasses import replace

import pytest

import costlint
from costlint.costmodel.count import count
from costlint.costmodel.formulas import all_formulas
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.runtimes.fusion import RULE_SETS
from tests.costmodel.formulas.cases import CASES
from tests.costmodel.formulas_domains.test_microsoft import MICROSOFT
from tests.device import toy_device

PLAIN = {("", name): case for name, case in CASES.items()}
OURS = {("com.microsoft", name): case for name, (case, _) in MICROSOFT.items()}
OPS = {
    (f.domain, f.op_type): ({**PLAIN, **OURS})[f.domain, f.op_type]
    for f in all_formulas()
    if f.domain in ("", "com.microsoft")
    and (f.op_class == "conv" or "Q" in f.op_type or "Integer" in f.op_type)
}


def alone(op):
    """The graph of one op."""
    read = {t.name: t for t in op.inputs if t is not None and not t.is_parameter}
    outputs = tuple(t for t in op.outputs if t is not None)
    return OpGraph(
        name="g", path=None, opsets={"": 24, "com.microsoft": 1}, inputs=tuple(read.values()),
        outputs=outputs, ops=(op,), parameters={},
    )  # fmt: skip


@pytest.mark.parametrize("rules", RULE_SETS)
def test_each_is_predicted_judged_and_searched(rules):
    rated = replace(toy_device(), fusion=rules, lanes_in=4, lanes_out=8)
    unrated = replace(rated, term_sd=(2.0,) * len(rated.term_sd), precision="amp")
    for case in OPS.values():
        graph = alone(case(4))
        macs = count(graph).macs
        for device in (rated, unrated):
            found = costlint.check(graph, device=device).estimate
            assert found is not None
            assert found.macs == macs
        assert costlint.parametrize(graph).compile(rated)({}).latency_s > 0
