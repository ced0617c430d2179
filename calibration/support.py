"""What other measurements say of the paper's GPU where its Tables 1 to 4 say nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from calibration.groups import GROUPS, Group, RuleSettings
from calibration.kernelpairs import NOISE, kernel_samples
from calibration.kernelrows import timed_kernels
from calibration.nasbench import network, timings
from costlint.costmodel.count import count
from costlint.costmodel.devices.profile import DeviceProfile
from costlint.costmodel.devices.settings import under
from costlint.costmodel.devices.terms import INDEX, TERMS
from costlint.costmodel.fitting.fit import Fitted
from costlint.costmodel.fitting.prior import vague_prior
from costlint.costmodel.fitting.samples import Sample, Samples
from costlint.costmodel.runtimes.fusion import fusion_rules

EAGER: Final = "rtx3090-torch2.4-amp-nchw"
"""The profile whose kernels are likest: PyTorch's own, in the same layout."""
MEMORY_RATIO: Final = 484 / 936
COMPUTE_RATIO: Final = 11.3 / 35.6
"""GTX 1080 Ti over RTX 3090, GB/s and fp32 TFLOP/s as NVIDIA publishes them."""
FASTEST_BYTE_PER_S: Final = 2 * 484e9
"""Where the RTX 3090's networks hardly have a term, its rate may be any: caches give no more."""
PEAK_MAC_PER_S: Final = 11.3e12 / 2
"""The RTX 3090 multiplies in half precision on tensor cores, which the GTX 1080 Ti has not."""
HOST_BYTE_PER_S: Final = 6e9
"""Images come over PCIe 3.0 x16: 12 GB/s from page-locked memory (bandwidthTest of a P100,
mpicbg-scicomp/gearshifft pull 82), half of it from ordinary memory, which is copied twice."""
BATCH: Final = 256
"""The largest of the three: smaller ones wait for the host, not for the GPU."""
KNOWN_SD: Final = 0.2
"""A term that the networks pin down better than this (log scale) is taken from them."""

CHIP: Final = "NV_1080Ti"
OF_KERNELS: Final = ("dense_3x3", "dense_other", "winograd_traffic", "unaligned")
"""What DeepBench's convolutions say of this chip under cuDNN 6."""


def gtx1080ti(corpus: Path, eager: DeviceProfile) -> np.ndarray:
    """Log parameters of a GTX 1080 Ti for terms that no table of the paper has.

    Pooling as NAS-Bench-201's networks show it on this chip, convolutions as DeepBench timed them
    on it, the rest of `eager` (an RTX 3090) in proportion to the chips' bandwidth and arithmetic,
    copies from the host over PCIe.
    """
    ratio = {"memory": MEMORY_RATIO, "compute": COMPUTE_RATIO, "launch": 1.0}
    least = {"memory": 1 / FASTEST_BYTE_PER_S, "compute": 1 / PEAK_MAC_PER_S, "launch": 0.0}
    scaled = [
        max(seconds / ratio[term.part], least[term.part])
        for seconds, term in zip(eager.seconds_per_unit, TERMS, strict=True)
    ]
    found = np.log([*scaled, eager.overhead_s])
    group = GROUPS["paper-gpu"]
    fitted, seen = _networks(corpus, group, found)
    known = seen & (np.sqrt(np.diag(fitted.covariance)) < KNOWN_SD)
    found = np.where(known, fitted.parameters, found)
    kernels = timed_kernels(corpus, "deepbench-conv.csv", settled=True)[CHIP]
    samples = Samples(rows=tuple(kernel_samples(kernels, group.settings_of_chip())))
    alone = group.fit_alone(samples, noise=NOISE).parameters
    for name in OF_KERNELS:
        found[INDEX[name]] = alone[INDEX[name]]
    found[INDEX["copy"]] = -np.log(HOST_BYTE_PER_S)
    return found


def _networks(corpus: Path, group: Group, mean: np.ndarray) -> tuple[Fitted, np.ndarray]:
    """The fit of NAS-Bench-201's networks, and which terms they have."""
    library = replace(fusion_rules(group.fusion).library, winograd=False)
    settings = RuleSettings("none", under(group.settings, library, threads=0))
    samples = Samples(
        rows=tuple(
            Sample(network=cell, family=cell, latency_s=latency_s,
                   amounts=settings.amounts(count(network(cell, BATCH))))
            for cell, latency_s in timings(corpus, BATCH)
        )
    )  # fmt: skip
    prior = vague_prior(mean, ratio_sd=group.ratio_sd, speed_sd=0.5)
    fitted = group.fit_from_smooth(samples, prior)
    return fitted, np.append(samples.stacked[0].sum(axis=0) > 0, False)
