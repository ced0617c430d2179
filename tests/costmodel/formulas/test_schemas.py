"""Every operator that the onnx package knows, and every node test that it carries."""

from __future__ import annotations

import onnx
import pytest

from costlint.costmodel.counts.op_cost import op_cost
from costlint.costmodel.formulas import all_formulas, all_free, formula, formula_for, free, why_free
from costlint.costmodel.formulas.views import BODIES
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.source import SourceNode
from costlint.costmodel.ir.tensor import Tensor
from tests.costmodel.shapes.oracle import Run, cases

SCHEMAS = {s.name for s in onnx.defs.get_all_schemas_with_history() if s.domain == ""}
UNLISTED = {"Affine", "ImageScaler", "ParametricSoftplus", "ScaledTanh",
            "SimplifiedLayerNormalization"}  # fmt: skip
"""Operators of old files, and one that onnxruntime puts there: the package does not list them."""


class Costed(Run):
    """A node test whose ops are costed as they are inferred; `uncosted` says which are not."""

    def __init__(self, case) -> None:
        super().__init__(case)
        self.uncosted: list[str] = []

    def _node(self, node: SourceNode) -> None:
        super()._node(node)
        found = op_cost(
            Op(
                name=node.name,
                domain=node.domain,
                op_type=node.op_type,
                version=node.version,
                inputs=tuple(self.tensors[n] if n else None for n in node.inputs),
                outputs=tuple(self.tensors[n] if n else None for n in node.outputs),
                attributes=node.attributes,
            )
        )
        cost = found.cost
        counts = (cost.macs, cost.other_flop, cost.bytes_read, cost.bytes_written)
        if found.why_uncosted and not node.domain:
            self.uncosted.append(f"{node.op_type}: {found.why_uncosted}")
        elif all(isinstance(count, int) for count in counts):
            assert min(counts) >= 0, (node.op_type, counts)

    def _output(self, name, out, inputs, value) -> Tensor:
        """Declared outputs stand in for shapes that only the data decides."""
        made = super()._output(name, out, inputs, value)
        wanted = self.wanted.get(name)
        if made.shape is not None or wanted is None or not hasattr(wanted, "shape"):
            return made
        return Tensor(name=name, shape=wanted.shape, dtype=self.dtypes[name])


def _is_known(op_type: str) -> int:
    return sum(
        (formula_for("", op_type) is not None, why_free("", op_type) is not None, op_type in BODIES)
    )


@pytest.mark.parametrize("op_type", sorted(SCHEMAS))
def test_every_operator_has_a_formula_or_a_reason(op_type):
    assert _is_known(op_type) == 1


def test_nothing_is_registered_that_does_not_exist():
    ours = {f.op_type for f in all_formulas() if not f.domain}
    ours |= {op_type for domain, op_type, _ in all_free() if not domain}
    assert ours - SCHEMAS == UNLISTED
    assert set(BODIES) <= SCHEMAS


def test_every_node_test_is_costed():
    """Of 1,700 models, each with real shapes; sequences within bodies are not followed."""
    uncosted: dict[str, list[str]] = {}
    costed = 0
    for name, case in cases().items():
        run = Costed(case)
        if any(node.bodies or node.op_type == "Constant" for node in run.graph.nodes):
            continue
        run.infer()
        costed += not run.uncosted
        if run.uncosted:
            uncosted[name] = run.uncosted
    assert costed > 1000
    assert not {why for reasons in uncosted.values() for why in reasons}


def test_registering_twice_is_refused():
    with pytest.raises(ValueError, match=r"::Conv is registered twice"):
        formula("Conv", op_class="conv", traffic="convolution")(lambda _op: Work())
    with pytest.raises(ValueError, match=r"::Conv is registered twice"):
        free("Conv", reason="none")
