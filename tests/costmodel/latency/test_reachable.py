"""The terms that a runtime cannot reach are not shown; no kernel may have an amount of one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices import DeviceProfile, device, devices
from costlint.costmodel.devices.terms import TERMS
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from costlint.costmodel.latency.reachable import reachable_terms
from costlint.costmodel.runtimes.fusion import RULE_SETS
from costlint.examples import example, list_examples
from tests.models import model

PROFILES = {profile.fusion: profile for profile in map(device, (row.name for row in devices()))}
"""The last device of each rule set."""
NEVER = {
    "snapdragon810-neon-1t": {
        "reorder", "crossing", "crossing_traffic", "dense_narrow", "unaligned", "channels_first",
    },
    "rtx3090-torch2.4-amp-nhwc": {
        "reorder", "crossing", "crossing_traffic", "dense_narrow", "epilogue", "winograd_traffic",
    },
}  # fmt: skip


@pytest.fixture(scope="session")
def counted() -> list[Counts]:
    """Every example, each family of the paper's tables once."""
    names = [e.name for e in list_examples() if "paper" not in e.name or e.name.endswith("x1")]
    return [count(example(name, weights=False)) for name in names]


def had(profile: DeviceProfile, counted: list[Counts]) -> set[str]:
    """Names of the terms that a kernel of an example has an amount of."""
    found: set[str] = set()
    for counts in counted:
        for amounts in kernel_amounts(counts, profile.rules, profile.settings).amounts:
            found.update(name for name, amount in amounts.items() if amount)
    return found


@pytest.mark.parametrize("fusion", RULE_SETS)
def test_no_kernel_has_an_amount_of_a_term_that_is_not_reachable(fusion, counted):
    profile = PROFILES[fusion]
    for cores in (0, 28):
        there = replace(profile, cores=cores)
        reachable = {term.name for term in reachable_terms(there.rules, there.settings)}
        assert had(there, counted) <= reachable


@pytest.mark.parametrize("name", NEVER)
def test_what_a_runtime_lacks_is_not_reachable(name):
    profile = device(name)
    reachable = {term.name for term in reachable_terms(profile.rules, profile.settings)}
    assert {term.name for term in TERMS} - reachable == NEVER[name]


def test_a_transposed_convolution_has_the_terms_of_groups_where_others_run_in_turn():
    graph = model(
        "g (float[1, 6, 4, 4] x) => (float[1, 4, 6, 6] y) { y = ConvTranspose<group = 2>(x, w) }",
        weights={"w": (6, 2, 3, 3)},
    )
    profile = PROFILES["ncnn"]
    reachable = {term.name for term in reachable_terms(profile.rules, profile.settings)}
    assert {"grouped", "group_window", "group_odd"} <= had(profile, [count(graph)]) <= reachable
