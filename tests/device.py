"""A made-up device for tests of the whole line: 1 GMAC/s, 1 GB/s, 10 us a kernel, no fusion."""

from __future__ import annotations

from costlint.costmodel.devices import DeviceProfile, Fit, Interval, Provenance, Range
from costlint.costmodel.devices.terms import TERMS

RATE = 1e9
LAUNCH_S = 1e-5
OVERHEAD_S = 1e-4


def toy_device(name: str = "toy", *, slower: float = 1.0) -> DeviceProfile:
    """Every rate is RATE / `slower`; a kernel costs LAUNCH_S and nothing else besides."""
    seconds = [slower / RATE] * len(TERMS)
    for index, term in enumerate(TERMS):
        if not term.is_rate:
            seconds[index] = LAUNCH_S * slower if term.name == "launch" else 1e-15
    return DeviceProfile(
        name=name,
        hardware="a made-up phone",
        runtime="none",
        fusion="none",
        precision="fp32",
        layout="nchw",
        threads=1,
        lanes_in=1,
        lanes_out=1,
        cache_bytes=2**40,
        overlap=1.0,
        overhead_s=OVERHEAD_S,
        overhead_sd=0.1,
        seconds_per_unit=tuple(seconds),
        term_sd=(0.1,) * len(TERMS),
        range=Range(batch=(1, 64), macs=(1, 10**12), width=(1, 4096)),
        provenance=Provenance(source="tests", date="2026-01-01", timings=100),
        fit=Fit(
            networks=10,
            mape=0.05,
            median=0.04,
            p90=0.1,
            within_10=0.9,
            spearman=0.99,
            coverage=0.9,
            flop_mape=0.5,
        ),
        interval=Interval(base_sd=0.05, low=-1.6, high=1.6),
    )
