"""The shipped profile of onnxruntime, from kernels that were timed one by one.

    python -m calibration.onnxruntime TIMINGS GRAPHS

stores how well it predicts whole networks: none of them went into it. The rates are those that
`calibration.single_kernels` stored, of onnxruntime on one core of an AMD EPYC with AVX-512 (Zen 5,
virtual). Where nothing was timed the rate is a round number and its uncertainty says so.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np

from costlint.costmodel.devices.profile import DeviceProfile, Fit, Interval, Provenance, Range
from costlint.costmodel.devices.terms import TERMS, Term
from costlint.costmodel.fitting.fit import fitted_of
from costlint.costmodel.fitting.heldout import judged, predictions
from costlint.costmodel.fitting.intervals import FAMILY_LEVEL
from costlint.costmodel.fitting.timed import timed
from costlint.costmodel.fitting.timings import read_timings

NAME: Final = "epyc-avx512-onnxruntime-1t"
DATA: Final = Path(__file__).with_suffix(".json")
"""What the commands found: rates by `single_kernels`, errors and interval by this one."""
TIMED_SD: Final = 0.2
"""How far a rate of single kernels may be off inside a network (log scale)."""
GUESSED_SD: Final = 0.8
BASE_SD: Final = 0.1
FUSION: Final = "onnxruntime"
LANES_IN: Final = 1
OVERLAP: Final = 0.0
GUESSES: Final = {
    "depth": 1e-13, "resize_chain": 1e-10, "step": 1e-6, "copy": 1e13, "recurrent": 60e9,
}  # fmt: skip
"""Not timed by themselves; onnxruntime reads its inputs in place, so `copy` is next to nothing."""


def onnxruntime_profile() -> DeviceProfile:
    """The profile. Terms that were neither timed nor guessed are no work of this runtime."""
    stored = json.loads(DATA.read_text())
    given = {**GUESSES, **stored["rates"]}
    values = [given.get(term.name, 1e12 if term.is_rate else 1e-13) for term in TERMS]
    sd = {name: math.hypot(value, TIMED_SD) for name, value in stored["sd"].items()}
    return DeviceProfile(
        name=NAME,
        hardware="AMD EPYC with AVX-512 (Zen 5), one core",
        runtime=f"{stored['runtime']}, CPU",
        fusion=FUSION,
        precision="fp32",
        layout="nchw",
        threads=1,
        lanes_in=LANES_IN,
        lanes_out=stored["lanes"],
        cache_bytes=stored["cache_bytes"],
        overlap=OVERLAP,
        overhead_s=stored["overhead_s"],
        overhead_sd=math.hypot(stored["overhead_sd"], TIMED_SD),
        seconds_per_unit=tuple(map(Term.inverse, TERMS, values)),
        term_sd=tuple(sd.get(term.name, GUESSED_SD) for term in TERMS),
        range=Range(batch=(1, 1), macs=(100_000, 4_000_000_000), width=(1, 2048)),
        provenance=Provenance(
            source="single kernels, costlint", date=stored["date"], timings=stored["timings"]
        ),
        fit=Fit(**stored["fit"]),
        interval=Interval(**stored["interval"]),
    )


def main() -> None:
    """Predict the networks of a timings file; store the errors and the interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("timings", type=Path)
    parser.add_argument("graphs", type=Path)
    options = parser.parse_args()
    profile = onnxruntime_profile()
    data = timed(read_timings(options.timings), options.graphs)
    samples = data.samples(profile.rules, data.settings(profile, profile.rules))
    folds = np.unique(samples.families, return_inverse=True)[1]
    macs = np.array([row.macs for row in samples.rows], dtype=float)
    found = predictions(
        samples,
        folds,
        dict.fromkeys(folds.tolist(), fitted_of(profile)),
        macs * np.median(samples.latency_s / macs.clip(1)),
        overlap=profile.overlap,
        noise=BASE_SD,
    )
    fit, interval = judged(found, found.residuals, folds, noise=BASE_SD, level=FAMILY_LEVEL)
    measured = {
        name: {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in asdict(one).items()}
        for name, one in (("fit", fit), ("interval", interval))
    }
    print(json.dumps(measured, indent=1))
    stored = json.loads(DATA.read_text())
    DATA.write_text(f"{json.dumps(stored | measured, indent=1)}\n")


if __name__ == "__main__":
    main()
