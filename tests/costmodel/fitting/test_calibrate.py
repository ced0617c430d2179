"""A device is found again from its timings, and the doubt that is left is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from costlint.costmodel.devices import device
from costlint.costmodel.devices.terms import TERMS
from costlint.costmodel.estimate import estimate
from costlint.costmodel.fitting.calibrate import calibrate
from costlint.costmodel.fitting.fit import SIZE, Fitted
from costlint.costmodel.fitting.heldout import held_out
from costlint.costmodel.fitting.samples import Sample, Samples
from costlint.costmodel.fitting.timed import timed
from costlint.costmodel.ir.errors import CostlintError, OptionError
from tests.costmodel.fitting.conftest import NETWORKS


@pytest.mark.parametrize(("count", "mean_error"), [(3, 0.2), (5, 0.15), (30, 0.05)])
def test_networks_not_used_are_predicted(folder, truth, timings, count, mean_error):
    found = calibrate(timings(count), graphs=folder, name="mine")
    errors = []
    for name in [*NETWORKS[20:26], "shufflenet_v2_1.0x"]:
        path = str(folder / f"{name}.onnx")
        expected = estimate(path, truth, batch=1).latency_s
        errors.append(abs(estimate(path, found.profile, batch=1).latency_s / expected - 1))
    assert np.mean(errors) < mean_error
    assert found.profile.provenance.borrowed == (count < 15)
    assert found.profile.provenance.timings == len(found.residuals) == count


def test_many_timings(folder, truth, timings, tmp_path):
    found = calibrate(timings(30), graphs=folder, name="mine")
    fit = found.profile.fit
    assert fit.networks == 30
    assert fit.mape < 0.15 < fit.flop_mape
    assert 0.8 <= fit.coverage <= 1
    assert fit.spearman > 0.97
    assert max(abs(r.fitted_s / r.measured_s - 1) for r in found.residuals) < 0.2
    assert found.profile.overhead_s == pytest.approx(truth.overhead_s, rel=0.5)
    assert "s10-tflite-1med" in found.neighbours or found.neighbours
    found.profile.save(tmp_path / "mine.toml")
    again = device(tmp_path / "mine.toml")
    assert again.fit.networks == 30
    assert again.seconds_per_unit == pytest.approx(found.profile.seconds_per_unit, rel=1e-3)
    assert (again.name, again.fusion, again.threads) == ("mine", "tflite", 1)


def test_intervals_cover_and_few_timings_widen_them(folder, truth, timings):
    few, many = (calibrate(timings(n), graphs=folder, name="mine").profile for n in (3, 30))
    inside, widths = [], []
    for name in NETWORKS[15:30]:
        path = str(folder / f"{name}.onnx")
        measured = estimate(path, truth, batch=1).latency_s
        sides = [estimate(path, profile, batch=1) for profile in (few, many)]
        inside.append([e.latency_low_s <= measured <= e.latency_high_s for e in sides])
        widths.append([e.latency_high_s / e.latency_low_s for e in sides])
    assert (np.mean(inside, axis=0) >= 0.8).all()
    assert np.median(widths, axis=0)[0] > np.median(widths, axis=0)[1]


def sample(index: int, family: str) -> Sample:
    amounts = np.ones((1, len(TERMS)))
    return Sample(network=f"n{index}", family=family, amounts=amounts, latency_s=1.0, macs=100)


def test_a_family_is_never_on_both_sides():
    data = Samples(rows=tuple(sample(i, f"f{i % 13}") for i in range(60)))
    left_out: list[set[str]] = []

    def fit_on(chosen: np.ndarray) -> Fitted:
        seen = set(data.families[chosen])
        left_out.append({f"f{i}" for i in range(13)} - seen)
        assert not left_out[-1] & seen
        return Fitted(parameters=np.zeros(SIZE), covariance=np.eye(SIZE))

    found = held_out(data, fit_on, overlap=0.0, noise=0.1)
    assert sorted(f for fold in left_out for f in fold) == sorted(f"f{i}" for i in range(13))
    assert found.flop_s == pytest.approx(np.ones(60))
    assert (found.predicted_s > 0).all()


def test_graphs_of_one_family_are_held_out_alone(folder, timings):
    rows = [row for row in timings(20) if row.graph.startswith("mobilenet")]
    assert set(timed(rows, folder).families.values()) == {row.graph for row in rows}
    three = timings(3)
    assert timed(three, folder).families == {
        row.graph: family
        for row, family in zip(three, ("shufflenet", "mobilenet", "xception"), strict=True)
    }


def test_what_the_timings_do_not_say_is_warned_of(folder, timings):
    rows = [row for row in timings(30) if "mobilenet" in row.graph or "kernel" in row.graph]
    found = calibrate(rows[:4], graphs=folder, name="mine")
    assert any("are of kernel, mobilenet only" in text for text in found.warnings) or any(
        "held-out error is a rough guess" in text for text in found.warnings
    )
    assert not [w for w in calibrate(timings(30), graphs=folder, name="m").warnings if "rough" in w]


def test_a_wide_spread_takes_the_quick_runs(folder, timings):
    rows = [
        replace(row, latency_s=row.latency_s * 3, low_s=row.latency_s, high_s=row.latency_s * 5)
        for row in timings(5)
    ]
    restless = calibrate(rows, graphs=folder, name="mine")
    steady = calibrate(timings(5), graphs=folder, name="mine")
    assert restless.profile.seconds_per_unit == steady.profile.seconds_per_unit
    assert any("5 of 5 timings have a wide spread" in text for text in restless.warnings)


def test_a_runtime_that_nobody_has_leaves_its_dispatch_open(folder, timings):
    """Timings with hardly any cost per inference: the neighbours' own must not stand in the way."""
    rows = [
        replace(row, latency_s=row.latency_s - 0.9 * 1.15e-4, runtime="onnxruntime 1",
                fusion="onnxruntime")
        for row in timings(30)
    ]  # fmt: skip
    found = calibrate(rows, graphs=folder, name="mine").profile
    assert found.fusion == "onnxruntime"
    small = [
        r for r in calibrate(rows, graphs=folder, name="mine").residuals if "kernel" in r.graph
    ]
    assert np.median([abs(r.fitted_s / r.measured_s - 1) for r in small]) < 0.3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[:2], "2 timings of 2 graphs are too few"),
        (lambda rows: [rows[0]] * 3, "3 timings of 1 graphs are too few"),
        (
            lambda rows: [replace(r, graph="no.onnx") for r in rows[:1]] + rows,
            "'no.onnx' is not in",
        ),
        (lambda rows: [replace(r, fusion="", runtime="abacus") for r in rows], "'abacus' fuses"),
        (lambda rows: [replace(rows[0], fusion="ncnn"), *rows[1:]], "several rule sets"),
        (lambda rows: [replace(rows[0], threads=2), *rows[1:]], "2 values of 'threads': 1, 2"),
        (lambda rows: [replace(r, precision="fp5") for r in rows], "unknown precision 'fp5'"),
    ],
)
def test_timings_that_cannot_be_used(folder, timings, change, said):
    with pytest.raises(OptionError) as caught:
        calibrate(change(timings(3)), graphs=folder, name="mine")
    assert said in str(caught.value)


def test_graphs_that_cannot_be_used(timings, tmp_path):
    with pytest.raises(OptionError, match="neither a folder nor a zip file"):
        calibrate(timings(3), graphs=tmp_path / "no.zip", name="mine")
    for row in timings(3):
        (tmp_path / row.graph).write_bytes(b"no model")
    with pytest.raises(CostlintError, match=r"shufflenet_v2_0.5x.onnx at batch 1: "):
        calibrate(timings(3), graphs=tmp_path, name="mine")
