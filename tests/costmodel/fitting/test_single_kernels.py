"""The random kernels that the rates of the shipped onnxruntime profile come from."""

from __future__ import annotations

import json

import numpy as np
import pytest

from calibration import integer_kernels
from calibration.integergraphs import integer_graphs
from calibration.kernelgraphs import BESIDE, CHAINS, EACH, kernel_graphs
from calibration.onnxruntime import DATA, GUESSES, onnxruntime_profile
from calibration.single_kernels import NO_WORK, fitted, table
from costlint.costmodel.count import count
from costlint.costmodel.devices.terms import INDEX, INTEGERS
from costlint.costmodel.fitting.fit import predict
from costlint.costmodel.fitting.samples import Sample, Samples
from costlint.costmodel.latency.kernel_amounts import kernel_amounts

KERNELS = 320


def samples(graphs=None):
    """The graphs' kernels with the latencies that the shipped profile predicts for them."""
    profile = onnxruntime_profile()
    parameters = np.log([*profile.seconds_per_unit, profile.overhead_s])
    rows = []
    for graph in graphs or kernel_graphs(KERNELS):
        model = kernel_amounts(count(graph), profile.rules, profile.settings)
        amounts = model.matrix
        if graph.name.startswith("chain"):
            rows.append(Sample(network=graph.name, family="", amounts=amounts, latency_s=1.0))
            continue
        for kernel, row in zip(model.kernels, amounts, strict=True):
            if not kernel.main.op.name.startswith(BESIDE):
                rows.append(
                    Sample(
                        network=kernel.id, family="", amounts=row[None], latency_s=1.0, is_part=True
                    )
                )
    found = predict(Samples(rows=tuple(rows)), parameters, profile.overlap)
    return Samples(
        rows=tuple(
            Sample(network=r.network, family="", amounts=r.amounts, latency_s=s, is_part=r.is_part)
            for r, s in zip(rows, found, strict=True)
        )
    )


def test_there_are_as_many_kernels_as_asked_for_and_the_same_each_time():
    graphs = list(kernel_graphs(20))
    assert len(graphs) == len(CHAINS) + 3
    assert [len(g.outputs) for g in graphs[len(CHAINS) :]] == [EACH, EACH, 4]
    assert [count(g).macs for g in graphs] == [count(g).macs for g in kernel_graphs(20)]


def test_every_stored_term_is_exercised_and_no_other():
    stored = json.loads(DATA.read_text())
    made = table(samples(), fitted(samples()))
    assert set(made["rates"]) | {*INTEGERS} == set(stored["rates"]) == set(stored["sd"])
    assert not set(made["rates"]) & {*INTEGERS}
    assert not set(stored["rates"]) & {*GUESSES, *NO_WORK}


def test_the_fit_finds_the_rates_that_made_the_timings():
    found = np.exp(fitted(samples()).parameters)
    profile = onnxruntime_profile()
    for name in ("dense_1x1", "dense_3x3", "grouped", "linear", "elementwise", "reorder"):
        assert found[INDEX[name]] == pytest.approx(profile.seconds_per_unit[INDEX[name]], rel=0.1)


def test_kernels_on_integers_show_the_rates_that_only_they_have():
    """Where no transposes are timed by themselves; those are of the whole network."""
    rows = samples([*integer_graphs(KERNELS)])
    found, slower = integer_kernels.fitted(rows)
    profile = onnxruntime_profile()
    assert slower == pytest.approx(1.0, rel=0.05)
    for name in set(INTEGERS) - {"reorder_integer"}:
        rate = np.exp(found.parameters[INDEX[name]])
        assert rate == pytest.approx(profile.seconds_per_unit[INDEX[name]], rel=0.15)
