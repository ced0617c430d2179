"""Operators that nobody knows and a user teaches."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import costlint
from costlint.settings.readers import ops as read_ops
from tests.device import toy_device
from tests.models import model

DOMAINS = '<ir_version: 10, opset_import: ["" : 22, "my.ops" : 1]>'
FANCY = f"""{DOMAINS}
g (float[1, 3, 8, 8] x) => (float[1, 16, 6, 6] y)
{{ a = my.ops.FancyConv(x, w)  b = Relu(a)  y = my.ops.Gate(b) }}
"""
PLAIN = FANCY.replace("my.ops.FancyConv", "Conv").replace("my.ops.Gate", "Sigmoid")
WEIGHT = {"w": (16, 3, 3, 3)}
OPS = {"my.ops::FancyConv": "Conv", "my.ops::Gate": "Sigmoid", "my.ops::Absent": "Add"}


def test_an_operator_counts_and_is_timed_as_what_it_is_like():
    taught = costlint.estimate(model(FANCY, weights=WEIGHT), toy_device(), ops=OPS)
    plain = costlint.estimate(model(PLAIN, weights=WEIGHT), toy_device())
    assert taught.counts.macs == 16 * 3 * 9 * 6 * 6
    assert taught.counts.cost == plain.counts.cost
    assert taught.latency_s == plain.latency_s
    assert taught.counts.graph.ops[0].identifier == "my.ops::FancyConv"
    assert "my.ops::FancyConv (1 op) is costed as Conv, as told" in taught.counts.graph.notes


def test_a_graph_keeps_what_it_was_told():
    graph = costlint.load(model(FANCY, weights=WEIGHT), ops=OPS)
    assert costlint.load(graph, batch=2).ops[0].y.shape == (2, 16, 6, 6)
    untold = costlint.load(model(FANCY, weights=WEIGHT))
    assert costlint.load(untold, ops=OPS).ops[0].y.shape == (1, 16, 6, 6)


def test_a_body_is_taught_too():
    text = f"""{DOMAINS}
    g (bool c, float[4] x) => (float[4] y) {{
      y = If (c) <then_branch = t () => (a) {{ a = my.ops.Gate(x) }},
                  else_branch = e () => (b) {{ b = Relu(x) }}>
    }}"""
    counts = costlint.count(model(text), ops=OPS)
    assert counts.coverage == 1.0
    assert costlint.count(model(text)).graph.ops[0].bodies[0].ops[0].op_type == "Gate"


def test_what_is_not_known_is_refused_with_what_is_near():
    with pytest.raises(costlint.OptionError, match="did you mean 'Conv'"):
        costlint.count(model(FANCY, weights=WEIGHT), ops={"my.ops::FancyConv": "Convv"})


def test_the_line_that_a_reason_shows_teaches_the_operator():
    """Each as it stands, and that of --strict with both."""
    untold = costlint.count(model(FANCY, weights=WEIGHT))
    reasons = [row.why_uncosted for row in untold.uncosted if "no formula" in row.why_uncosted]
    assert [reason.split(" ")[3] for reason in reasons] == ["my.ops::FancyConv", "my.ops::Gate"]
    line = reasons[0].partition("costlint.toml: ")[2].removesuffix(")")
    told = read_ops(tomllib.loads(line)["ops"])
    assert costlint.count(model(FANCY, weights=WEIGHT), ops=told).macs == 16 * 3 * 9 * 6 * 6
    with pytest.raises(costlint.UncostedError) as refused:
        costlint.count(model(FANCY, weights=WEIGHT), strict=True)
    both = read_ops(tomllib.loads(refused.value.fix.partition("toml: ")[2])["ops"])
    assert costlint.count(model(FANCY, weights=WEIGHT), ops=both, strict=True).coverage == 1.0


PLUGIN = '''
from costlint import Out, Work, formula, shape_rule

@formula("FancyConv", op_class="conv", traffic="convolution", domain="my.ops")
def fancy(op):
    """Y (N, M) = something of X (N, C, h, w)."""
    return Work(macs=5 * op.y.elements)

@shape_rule("FancyConv", domain="my.ops")
def fancy_shape(call):
    return (Out(shape=(*call.shape(0)[:1], call.shape(1)[0])),)
'''
PROGRAM = """
import costlint
from tests.costmodel.inference.test_taught import FANCY, WEIGHT
from tests.models import model
counts = costlint.count(model(FANCY, weights=WEIGHT))
print(counts.macs, counts.graph.ops[0].y.shape)
"""


def installed(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """A package of one module with an entry point, as pip leaves it, and the program beside it."""
    (folder / "ours.py").write_text(code)
    about = folder / "ours-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[costlint.operators]\nours = ours\n")
    path = [str(folder), str(Path(__file__).resolve().parents[3]), *sys.path]
    program = f"import sys; sys.path[:] = {path!r}\n{PROGRAM}"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_a_package_brings_operators(tmp_path):
    assert installed(tmp_path, PLUGIN).stdout == f"{5 * 16} (1, 16)\n"


def test_a_package_that_fails_is_named(tmp_path):
    told = installed(tmp_path, "1 / 0").stderr
    assert "the operators of the package 'ours' cannot be loaded" in told
    assert "ZeroDivisionError" in told
