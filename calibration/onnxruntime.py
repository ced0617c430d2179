"""The shipped profile of onnxruntime, from kernels that were timed one by one.

    python -m calibration.onnxruntime TIMINGS GRAPHS

prints how well it predicts whole networks: none of them went into it. The rates are of onnxruntime
1.32 on one core of an AMD EPYC with AVX-512 (Zen 5, virtual): of 15000 convolutions
of random shapes (least squares on 1 / latency), and of sums, activations, copies, pools and
products of 0.1 to 6 MB. Where nothing was timed the rate is a round number and its uncertainty
says so.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np

from costlint.costmodel.calibration.fit import Fitted, predict
from costlint.costmodel.calibration.heldout import HeldOut, errors, scale_of
from costlint.costmodel.calibration.intervals import FAMILY_LEVEL, conformal, held_out_coverage
from costlint.costmodel.calibration.timed import timed
from costlint.costmodel.calibration.timings import read_timings
from costlint.costmodel.devices.profile import DeviceProfile, Fit, Interval, Provenance, Range
from costlint.costmodel.latency.terms import TERMS

NAME: Final = "epyc-avx512-onnxruntime-1t"
TIMED_SD: Final = 0.2
"""How far a rate of single kernels may be off inside a network (log scale)."""
GUESSED_SD: Final = 0.8
BASE_SD: Final = 0.1
RATES: Final = {
    "launch": 0.2e-6, "launch_product": 0.4e-6, "group": 0.04e-6, "reorder": 110e9,
    "dense_1x1": 145e9, "dense_3x3": 134e9, "dense_other": 121e9, "unpacked": 300e9,
    "grouped": 128e9, "im2col": 59e9, "depthwise": 80e9, "depthwise_5x5": 80e9,
    "depthwise_large": 80e9, "linear": 130e9, "matmul": 120e9, "special": 7.5e9,
    "dense_1x1_traffic": 150e9, "dense_traffic": 150e9, "depthwise_traffic": 200e9,
    "linear_traffic": 100e9, "elementwise": 100e9, "activation": 105e9, "normalization": 25e9,
    "softmax": 40e9, "reduction": 40e9, "movement": 105e9, "weights_linear": 90e9,
}  # fmt: skip
GUESSES: Final = {
    "depth": 1e-13, "resize_chain": 1e-10, "step": 1e-6, "copy": 1e13, "group_window": 1e12,
    "group_odd": 1e12, "recurrent": 60e9, "epilogue": 40e9, "winograd_traffic": 100e9,
    "spill": 300e9, "weights": 50e9,
}  # fmt: skip
"""Not timed by themselves; onnxruntime reads its inputs in place, so `copy` is next to nothing."""
OVERHEAD_S: Final = 3.5e-6
FIT: Final = Fit(
    networks=59, mape=0.094, median=0.085, p90=0.160, within_10=0.627, spearman=0.996,
    coverage=0.898, flop_mape=0.446,
)  # fmt: skip
INTERVAL: Final = Interval(base_sd=BASE_SD, low=-1.121, high=1.333)


def onnxruntime_profile(date: str) -> DeviceProfile:
    """The profile. Terms that neither table names are no work of this runtime: a round number."""
    given = {**RATES, **GUESSES}
    values = [given.get(term.name, 1e12 if term.is_rate else 1e-13) for term in TERMS]
    return DeviceProfile(
        name=NAME,
        hardware="AMD EPYC with AVX-512 (Zen 5), one core",
        runtime="onnxruntime 1.32, CPU",
        fusion="onnxruntime",
        precision="fp32",
        layout="nchw",
        threads=1,
        lanes_in=1,
        lanes_out=16,
        cache_bytes=1 << 20,
        overlap=0.0,
        overhead_s=OVERHEAD_S,
        overhead_sd=0.4,
        seconds_per_unit=tuple(
            1.0 / value if term.is_rate else value
            for term, value in zip(TERMS, values, strict=True)
        ),
        term_sd=tuple(TIMED_SD if term.name in RATES else GUESSED_SD for term in TERMS),
        range=Range(batch=(1, 1), macs=(100_000, 4_000_000_000), width=(1, 2048)),
        provenance=Provenance(source="single kernels, costlint", date=date, timings=15_000),
        fit=FIT,
        interval=INTERVAL,
    )


def main() -> None:
    """Print `FIT` and `INTERVAL` as they come out of a timings file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("timings", type=Path)
    parser.add_argument("graphs", type=Path)
    options = parser.parse_args()
    profile = onnxruntime_profile("")
    data = timed(read_timings(options.timings), options.graphs)
    samples = data.samples(profile.rules, data.settings(profile, profile.rules))
    fitted = Fitted(
        parameters=np.log([*profile.seconds_per_unit, profile.overhead_s]),
        covariance=np.diag([*profile.variances, profile.overhead_sd**2]),
    )
    macs = np.array([row.macs for row in samples.rows], dtype=float)
    found = HeldOut(
        latency_s=predict(samples, fitted.parameters, profile.overlap),
        scale=scale_of(samples, fitted, overlap=profile.overlap, noise=BASE_SD),
        flop_s=macs * np.median(samples.latency_s / macs.clip(1)),
        folds=np.unique(samples.families, return_inverse=True)[1],
    )
    residual = np.log(samples.latency_s / found.latency_s) / found.scale
    low, high = conformal(residual, residual, level=FAMILY_LEVEL)
    inside = held_out_coverage(residual, found.folds, residual, found.folds, level=FAMILY_LEVEL)
    print(errors(samples, found, inside))
    print(Interval(base_sd=BASE_SD, low=low, high=high))


if __name__ == "__main__":
    main()
