"""What is assumed before any timing: every number has a source, every key a meaning."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.groups import GROUPS
from calibration.priors import KNOWN_SD, tables
from costlint.costmodel.devices.terms import INDEX, TERMS

SOURCES = tables()["sources"]
NUMBERS = [
    (name, key, value)
    for name, table in tables().items()
    if name != "sources"
    for key, value in table.items()
    if key != "like"
]
OF_GROUPS = {"overlap", "noise", "ratio_sd", "bandwidth_byte_per_s", "overhead_s"}
OF_TERMS = {term.key for term in TERMS} | {term.name + KNOWN_SD for term in TERMS}


def test_each_number_has_a_source_and_a_meaning():
    assert [at for at in NUMBERS if at[2][0] < 0 or at[2][1] not in SOURCES] == []
    assert [at for at in NUMBERS if at[1] not in OF_TERMS | OF_GROUPS] == []


def test_each_source_is_of_a_number():
    assert {source for _, _, (_, source) in NUMBERS} == set(SOURCES)


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_states_what_all_need(name):
    assert set(GROUPS[name].assumed) >= OF_GROUPS


def test_a_group_has_its_own_numbers_those_of_its_kind_and_the_bandwidth():
    mean = GROUPS["tflite-cpu"].mean
    assert mean[INDEX["dense_3x3"]] == np.log(1 / 10e9)  # its own; of a CPU 40e9
    assert mean[INDEX["launch"]] == np.log(5e-6)  # of a CPU
    assert mean[INDEX["elementwise"]] == np.log(1 / 20e9)  # its bandwidth
    assert mean[-1] == np.log(3e-4)


def test_a_known_term_does_not_follow_the_speed():
    covariance = GROUPS["gpu-eager"].first.covariance
    chain = INDEX["resize_chain"]
    assert covariance[chain, chain] == 0.4**2
    assert not np.delete(covariance[chain], chain).any()
