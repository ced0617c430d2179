"""The fit finds the numbers that made the timings."""

import numpy as np
import pytest

from costlint.costmodel.devices.terms import INDEX, TERMS
from costlint.costmodel.fitting.fit import SIZE, Prior, fit, predict, shares
from costlint.costmodel.fitting.intervals import conformal, coverage
from costlint.costmodel.fitting.prior import shared_prior, vague_prior
from costlint.costmodel.fitting.samples import Sample, Samples

TERM = ("launch", "dense_1x1", "dense_1x1_traffic")
TRUTH = (2e-5, 1 / 3e9, 1 / 5e9)


def samples(count=30, seed=1):
    rng = np.random.default_rng(seed)
    rows = []
    for index in range(count):
        kernels = int(rng.integers(2, 40))
        amounts = np.zeros((kernels, len(TERMS)))
        amounts[:, INDEX["launch"]] = 1
        amounts[:, INDEX["dense_1x1"]] = rng.lognormal(12, 2, kernels)
        amounts[:, INDEX["dense_1x1_traffic"]] = rng.lognormal(11, 2, kernels)
        seconds = sum(amounts[:, INDEX[t]].sum() * s for t, s in zip(TERM, TRUTH, strict=True))
        rows.append(
            Sample(network=f"n{index}", family=f"f{index % 5}", amounts=amounts,
                   latency_s=float(seconds) + 1e-4)
        )  # fmt: skip
    return Samples(rows=tuple(rows))


def prior():
    return vague_prior(np.log(np.full(SIZE, 1e-9)) + np.where(np.arange(SIZE) < 6, 9.0, 0.0))


def test_the_fit_finds_the_rates():
    data = samples()
    fitted = fit(data, prior(), overlap=0.0, noise=0.02, steps=60)
    assert predict(data, fitted.parameters, 0.0) == pytest.approx(data.latency_s, rel=0.15)
    for term, seconds in zip(TERM, TRUTH, strict=True):
        assert np.exp(fitted.parameters[INDEX[term]]) == pytest.approx(seconds, rel=0.5)


def test_one_wild_timing_does_not_bend_the_rest():
    rows = list(samples().rows)
    rows[0] = Sample(network="wild", family="f0", amounts=rows[0].amounts,
                     latency_s=rows[0].latency_s * 8)  # fmt: skip
    data = Samples(rows=tuple(rows))
    fitted = fit(data, prior(), overlap=0.0, noise=0.02, steps=60)
    errors = np.abs(predict(data, fitted.parameters, 0.0)[1:] / data.latency_s[1:] - 1)
    assert np.median(errors) < 0.05


def test_shares_sum_to_one_and_are_the_derivative():
    data = samples(5)
    here = prior().mean
    found = shares(data, here, 0.3)
    assert found.sum(axis=1) == pytest.approx(np.ones(5))
    moved = here.copy()
    moved[INDEX["dense_1x1"]] += 1e-6
    slope = (np.log(predict(data, moved, 0.3)) - np.log(predict(data, here, 0.3))) / 1e-6
    assert slope == pytest.approx(found[:, INDEX["dense_1x1"]], abs=1e-4)


def test_no_timing_of_a_term_leaves_it_as_uncertain_as_before():
    fitted = fit(samples(), prior(), overlap=0.0, noise=0.02)
    sd = np.sqrt(np.diag(fitted.covariance))
    assert sd[INDEX["depthwise"]] > 0.5 > sd[INDEX["dense_1x1"]]


def test_devices_that_agree_make_a_narrow_prior():
    fits = {str(i): fit(samples(seed=i), prior(), overlap=0.0, noise=0.02) for i in range(6)}
    shared = shared_prior(fits, prior(), weight=0.5)
    assert isinstance(shared, Prior)
    before, after = (
        p.covariance[INDEX["dense_1x1"]][INDEX["dense_1x1"]] for p in (prior(), shared)
    )
    assert after < before / 4


def test_conformal_quantiles_cover_nine_of_ten():
    rng = np.random.default_rng(0)
    low, high = conformal(rng.normal(size=2000), rng.normal(size=2000))
    assert coverage(rng.normal(size=4000), low, high) == pytest.approx(0.9, abs=0.02)
