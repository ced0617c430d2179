"""Kernels of onnxruntime lead back to ops, and the rule set `onnxruntime` says the same."""

from __future__ import annotations

import platform

import onnx
import pytest

from costlint.costmodel.count import count
from costlint.costmodel.runtimes.fusion import fusion_rules
from costlint.costmodel.runtimes.kernels import kernels
from costlint.examples import example
from costlint.measuring.session import measure
from tests.models import model

pytest.importorskip("onnxruntime")
X86_64 = platform.machine() in {"x86_64", "AMD64"}

pytestmark = pytest.mark.skipif(
    not X86_64, reason="the blocked layout, and so what joins a convolution, is of x86-64"
)

W = {
    "w": (16, 16, 3, 3),
    "u": (16, 16, 1, 1),
    "s": (16,),
    "k": (1, 16, 1, 1),
    "m": (16, 16),
}
# Name -> nodes from x (1, 16, 8, 8) to y, and the ops of each kernel.
CASES = {
    "activation": ("c = Conv(x, u) y = Relu(c)", "cy"),
    "hard swish": ("c = Conv(x, u) h = HardSwish(c) y = Conv(h, u)", "ch y"),
    "factor": ("c = Conv(x, u) f = Mul(c, k) y = Relu(f)", "cfy"),
    "residual": ("c = Conv(x, u) d = Conv(c, u) a = Add(d, c) y = Relu(a)", "c day"),
    "residual of an activation": (
        "c = Conv(x, u) d = Conv(c, u) r = Relu(d) a = Add(r, c) y = Conv(a, u)",
        "c dr a y",
    ),
    "normalisation before": (
        "c = Conv(x, u) r = Relu(c) b = BatchNormalization(r, s, s, s, s) y = Relu(b)",
        "cr by",
    ),
    "gate": (
        "c = Conv(x, u) g = GlobalAveragePool(c) e = Conv(g, u) f = Sigmoid(e) y = Mul(c, f)",
        "c g ef y",
    ),
    "swish": ("c = Conv(x, u) f = Sigmoid(c) y = Mul(c, f)", "c fy"),
    "pool": (
        "c = Conv(x, u) d = Conv(c, u) a = Add(d, c) r = Relu(a) y = GlobalAveragePool(r)",
        "c dar y",
    ),
}


def kernels_of_rules(proto: onnx.ModelProto) -> set[frozenset[str]]:
    counts = count(proto)
    found = kernels(counts.ops, counts.graph.outputs, fusion_rules("onnxruntime"))
    return {frozenset(row.op.name for row in kernel.ops) for kernel in found}


def kernels_here(proto: onnx.ModelProto) -> set[frozenset[str]]:
    """Without ops that are free, and without what the runtime does of its own."""
    free = {row.op.name for row in count(proto).ops if row.is_free}
    found = {frozenset(kernel.ops) - free for kernel in measure(proto, runs=1).kernels}
    return found - {frozenset()}


@pytest.mark.parametrize("case", CASES)
def test_small_chains(case):
    nodes, expected = CASES[case]
    proto = model(
        f"g (float[1, 16, 8, 8] x) => (float[1, 16, s, t] y) {{ {nodes} }}", weights=W, opset=17
    )
    assert kernels_here(proto) == {frozenset(group) for group in expected.split()}
    assert kernels_of_rules(proto) == kernels_here(proto)


def test_matrix_chains():
    proto = model(
        """g (float[1, 8, 16] x) => (float[1, 8, 16] y)
        <float r = {1.4142135}, float o = {1.0}, float h = {0.5}>
        { p = MatMul(x, m)
          a = Add(p, s)
          b = Div(a, r)
          c = Erf(b)
          d = Add(c, o)
          e = Mul(a, d)
          f = Mul(e, h)
          n = Add(f, x)
          y = LayerNormalization(n, s, s) }""",
        weights=W,
        opset=17,
    )
    expected = {frozenset(group) for group in ("pa", "bcdef", "ny")}
    assert kernels_here(proto) == kernels_of_rules(proto) == expected


@pytest.mark.parametrize("name", ["shufflenet_v2_0.5x", "mobilenet_v2_0.25", "mobilenet_v1_0.25"])
def test_known_networks(name):
    proto = example(name, weights=False, batch=1, size=64)
    assert kernels_of_rules(proto) == kernels_here(proto)
