"""Ignores in settings and models, and their expiry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from costlint.analyzers import analyze
from costlint.analyzers.finding import Suppression
from costlint.analyzers.suppress import Ignore
from tests.analyzers.examples import graph
from tests.analyzers.pricing import Device

DEVICE = Device(mac_per_s=1e11, byte_per_s=1e10)
TODAY = date(2027, 1, 1)
TWO_RELUS = """
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w0, float[64, 64, 1, 1] w1) => (float[1, 64, 26, 26] y)
{ [stem] a = Conv(x, w0)  [body__relu] b = Relu(a)  [body__conv] c = Conv(b, w1)
  [head__relu] y = Sigmoid(c) }
"""


CHAIN = """
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w0) => (float[1, 64, 26, 26] y)
{ [stem] a = Conv(x, w0)  [one] b = Relu(a)  [other] y = Sigmoid(b) }
"""


def run(*ignores, metadata=None, text=TWO_RELUS):
    of = graph(text)
    of = replace(of, metadata=metadata or {})
    return analyze(DEVICE(of), select=("G4",), ignores=ignores, today=TODAY, reprice=DEVICE)


def states(analysis):
    return {finding.ops: finding.suppressed for finding in analysis.findings}


def test_nothing_is_suppressed_unless_asked():
    assert states(run()) == {("/body/relu",): False, ("/head/relu",): False}


@pytest.mark.parametrize("node", ["/body/*", "/body/**", "*body*", "/body/relu"])
def test_a_pattern_suppresses_what_it_covers(node):
    analysis = run(Ignore(rule="G4", node=node, reason="wanted"))
    assert states(analysis) == {("/body/relu",): True, ("/head/relu",): False}
    assert {f.why_suppressed for f in analysis.findings} == {"wanted", ""}
    assert not analysis.unused_ignores


def test_entries_for_single_nodes_suppress_together():
    one, other = Ignore(rule="G4", node="one", reason="a"), Ignore(rule="G4", node="other")
    assert states(run(text=CHAIN)) == states(run(one, text=CHAIN)) == {("one", "other"): False}
    (part,) = run(one, text=CHAIN).findings  # its edit is one whole: it stays, and says so
    assert part.message.endswith("; 1 of its 2 ops is ignored")
    assert part.saving == run(text=CHAIN).findings[0].saving
    assert not run(one, text=CHAIN).unused_ignores
    both = run(one, other, text=CHAIN)
    assert states(both) == {("one", "other"): True}
    (whole,) = both.findings
    assert whole.why_suppressed == "a; ignored by the settings"
    assert {one.kind for one in whole.suppressed_by} == {"external"}
    assert not both.unused_ignores


GATHERED = {
    "G102": """
g (float[1, 3, 28, 28] x, float[36, 3, 3, 3] w0, float[36, 36, 3, 3] w1, float[16, 36, 3, 3] w2)
  => (float[1, 16, 24, 24] y)
{ [one__a] a = Conv<pads = [1, 1, 1, 1]>(x, w0)  [b] b = Conv(a, w1)  [c] y = Conv(b, w2) }
""",
    "G303": """
g (float[1, 8, 4, 4] x) => (float[1, 8, 4, 4] y)
{ [one__a] a = Relu(x)  [b] b = Relu(a)  [c] c = Relu(b)  [d] y = Relu(c) }
""",
    "G402": """
g (float[1, 64, 28, 28] x, float[64, 64, 3, 3] w0, float[64, 1, 3, 3] w1, float[64, 1, 3, 3] w2)
  => (float[1, 64, 22, 22] y)
{ [stem] a = Conv(x, w0)  [one__b] b = Conv<group = 64>(a, w1)  [c] y = Conv<group = 64>(b, w2) }
""",
    "G403": """
g (float[1, 64, 28, 28] x) => (float[1, 16, 56, 56] y)
{ [one__a] a = DepthToSpace<blocksize = 2>(x)  [b] b = SpaceToDepth<blocksize = 2>(a)
  [c] y = DepthToSpace<blocksize = 2>(b) }
""",
}
LAUNCHES = Device(mac_per_s=1e11, byte_per_s=1e10, launch_s=1e-5, lanes_out=8)


@pytest.mark.parametrize(
    ("rule", "others"),
    [("G102", ("b",)), ("G303", ("b", "c", "d")), ("G402", ("c",)), ("G403", ("b", "c"))],
)
def test_what_is_gathered_over_the_network_is_gathered_on_either_side(rule, others):
    def found(*ignores):
        return analyze(
            LAUNCHES(graph(GATHERED[rule])),
            select=(rule,),
            ignores=ignores,
            today=TODAY,
            reprice=LAUNCHES,
        )

    first = {"G402": "/one/b"}.get(rule, "/one/a")
    assert states(found()) == {(first, *others): False}
    parts = found(Ignore(rule="G", node="/one/**"))
    assert states(parts) == {(first,): True, others: False}
    assert not parts.unused_ignores
    whole, (rest,) = found().findings[0], [f for f in parts.findings if not f.suppressed]
    assert "ignored" not in rest.message
    if whole.saving and rest.saving:
        assert rest.saving.saved_s < whole.saving.saved_s


def test_suppressed_findings_are_not_fixed():
    everything = run(Ignore(rule="G"))
    assert everything.latency_after_fixes_s == everything.latency_s
    assert run().latency_after_fixes_s < run().latency_s


def test_an_unused_ignore_is_told():
    analysis = run(Ignore(rule="G4", node="nowhere"))
    assert analysis.unused_ignores == ("G4 at nowhere in *",)


def test_an_ignore_of_a_rule_that_did_not_run_is_no_news():
    of = graph(TWO_RELUS)
    entries = [Ignore(rule="G2"), Ignore(rule="G7"), Ignore(rule="G4", node="nowhere")]
    found = analyze(DEVICE(of), select=("G4",), ignores=entries, today=TODAY, reprice=DEVICE)
    assert found.unused_ignores == ("G7 at * in *", "G4 at nowhere in *")


def test_an_expired_ignore_covers_nothing_and_is_told():
    analysis = run(Ignore(rule="G4", expires=date(2026, 12, 31)))
    assert not any(states(analysis).values())
    assert analysis.unused_ignores == ("G4 at * in * (expired on 2026-12-31)",)


def test_the_model_carries_ignores():
    analysis = run(metadata={"costlint.ignore": "G401: the runtime fuses it"})
    assert all(states(analysis).values())
    (reason,) = {reason for f in analysis.findings for reason in f.suppressed_by}
    assert reason == Suppression(reason="the runtime fuses it", kind="inSource")
    bare = run(metadata={"costlint.ignore": "G401"})
    assert {f.why_suppressed for f in bare.findings} == {"ignored by the model"}


def test_fingerprints_are_stable_and_distinct():
    first, second = run(), run()
    prints = [finding.fingerprint for finding in first.findings]
    assert prints == [finding.fingerprint for finding in second.findings]
    assert len(set(prints)) == len(prints) == 2
