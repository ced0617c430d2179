"""The rates of onnxruntime on integers, from random kernels that are timed one by one.

    python -m calibration.integer_kernels [--kernels N] [--seconds S] [--write]

prints the rate of each term that only kernels on integers have, and with --write stores them beside
those of `calibration.single_kernels`, which stay as they are. Those are what is known before; the
machine's speed today is free, and rates are stored as of the day of the others.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from calibration.integergraphs import integer_graphs
from calibration.onnxruntime import DATA, OVERLAP, TIMED_SD, onnxruntime_profile
from calibration.single_kernels import NO_WORK, ROUND, kernel_samples, kernel_timings
from costlint.costmodel.devices.terms import INDEX, INTEGERS, TERMS
from costlint.costmodel.fitting.fit import Fitted, Prior, fit
from costlint.costmodel.fitting.parts import CLOCK_S
from costlint.costmodel.fitting.prior import SPEED
from costlint.costmodel.fitting.samples import Samples

SPEED_SD: Final = 0.5
OPEN_SD: Final = 1.5
"""What is assumed: the stored rates as far as they are known, times a speed; of others nothing."""


def fitted(samples: Samples) -> tuple[Fitted, float]:
    """The fit, and how much slower the machine was than on the day of the stored rates."""
    profile = onnxruntime_profile()
    stored = json.loads(DATA.read_text())["sd"]
    seconds = [
        t.inverse(ROUND[t.unit]) if t.name in INTEGERS else profile.seconds_per_unit[i]
        for i, t in enumerate(TERMS)
    ]
    sd = [
        OPEN_SD if t.name in INTEGERS else 0.01 if t.name in NO_WORK else stored.get(t.name, 0.3)
        for t in TERMS
    ]
    covariance = np.diag(np.array([*sd, 0.3]) ** 2) + np.outer(SPEED, SPEED) * SPEED_SD**2
    prior = Prior(mean=np.log([*seconds, profile.overhead_s]), covariance=covariance)
    clock = CLOCK_S / samples.latency_s
    near = fit(samples, prior, overlap=OVERLAP, noise=np.hypot(1.0, clock))
    found = fit(samples, prior, overlap=OVERLAP, noise=np.hypot(TIMED_SD, clock),
                start=near.parameters)  # fmt: skip
    computing = INDEX["dense_1x1"]
    return found, float(np.exp(found.parameters[computing] - prior.mean[computing]))


def main() -> None:
    """Time, fit, print; and store where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernels", type=int, default=800)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        rows = kernel_timings(integer_graphs(options.kernels), options.seconds, Path(name))
        samples = kernel_samples(rows, Path(name))
    found, slower = fitted(samples)
    cost = found.of_profile()
    rates = {n: float(f"{slower / cost['seconds_per_unit'][INDEX[n]]:.3g}") for n in INTEGERS}
    sd = {name: round(cost["term_sd"][INDEX[name]], 3) for name in INTEGERS}
    for name in INTEGERS:
        print(f"{name:20s} {rates[name]:9.3g}  sd {sd[name]:.2f}")
    print(f"{len(samples.rows)} kernels; the machine was {slower:.2f} times as slow")
    if options.write:
        data = json.loads(DATA.read_text())
        data["rates"] |= rates
        data["sd"] |= sd
        DATA.write_text(f"{json.dumps(data, indent=1)}\n")


if __name__ == "__main__":
    main()
