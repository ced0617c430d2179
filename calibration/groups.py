"""The groups of devices that are fitted together. What is assumed of each is in `priors.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from calibration.corpus import Device
from calibration.priors import assumed, known_of, mean_of
from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices.settings import Settings, under
from costlint.costmodel.fitting.fit import Fitted, Prior, fit
from costlint.costmodel.fitting.prior import vague_prior
from costlint.costmodel.fitting.samples import Samples
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from costlint.costmodel.runtimes.fusion import fusion_rules


class RuleSettings(NamedTuple):
    """How kernels are counted: a rule set by name, and a device's settings."""

    fusion: str
    settings: Settings

    def amounts(self, counts: Counts) -> np.ndarray:
        """Amounts of a network's kernels by terms."""
        return kernel_amounts(counts, fusion_rules(self.fusion), self.settings).matrix


@dataclass(frozen=True, kw_only=True)
class Group:
    """Devices that share a rule set, settings and a prior.

    `by_layout` and `by_chip` are the rule sets of layouts and chips that have their own.
    """

    name: str
    title: str
    fusion: str
    settings: Settings
    by_layout: Mapping[str, str] = field(default_factory=dict)
    by_chip: Mapping[str, str] = field(default_factory=dict)
    leave_one_out: bool = False

    @cached_property
    def assumed(self) -> Mapping[str, float]:
        """The numbers that are assumed before any timing."""
        return assumed(self.name)

    @property
    def overlap(self) -> float:
        """How far a kernel loads and computes at once: 1 is the roofline, 0 the sum."""
        return self.assumed["overlap"]

    @property
    def noise(self) -> float:
        """The residuals that are expected of the model (log scale)."""
        return self.assumed["noise"]

    @property
    def ratio_sd(self) -> float:
        """How well the ratios of the terms are known (log scale)."""
        return self.assumed["ratio_sd"]

    def settings_of(self, device: Device) -> RuleSettings:
        """How one device's kernels are counted, with its chip's last cache where published."""
        fusion = self.by_layout.get(device.layout, self.by_chip.get(device.chip, self.fusion))
        cache = CACHES.get(device.chip, self.settings.cache_bytes)
        settings = replace(self.settings, cache_bytes=cache)
        settings = under(settings, fusion_rules(fusion).library, device.threads)
        return RuleSettings(fusion, settings)

    def settings_of_chip(self, chip: str = "") -> RuleSettings:
        """How kernels are counted on a chip of which nothing else is known."""
        fusion = self.by_chip.get(chip, self.fusion)
        settings = under(self.settings, fusion_rules(fusion).library, threads=1)
        return RuleSettings(fusion, settings)

    @property
    def first(self) -> Prior:
        """What is assumed before any timing."""
        return vague_prior(self.mean, ratio_sd=self.ratio_sd, known=known_of(self.assumed))

    def fit_alone(self, samples: Samples, *, noise: float) -> Fitted:
        """The fit of one device by itself, of any speed."""
        prior = vague_prior(self.mean, ratio_sd=self.ratio_sd)
        return fit(samples, prior, overlap=self.overlap, noise=noise)

    def fit_from_smooth(self, samples: Samples, prior: Prior) -> Fitted:
        """The fit of few samples; it starts from that without overlap, which has no kinks."""
        smooth = fit(samples, prior, overlap=0.0, noise=self.noise, steps=60)
        return fit(samples, prior, overlap=self.overlap, noise=self.noise,
                   start=smooth.parameters, steps=60)  # fmt: skip

    @cached_property
    def mean(self) -> np.ndarray:
        """The prior mean, as logarithms of seconds per unit."""
        return mean_of(self.assumed)


_MB: Final = 2**20
_GB: Final = 2**30
CACHES: Final = {
    "rtx3090": 6 * _MB, "rtx4090": 72 * _MB, "rtx5090": 96 * _MB, "i7": 24 * _MB,
}  # fmt: skip
MEMORIES: Final = {
    "rtx3090": 24 * _GB, "rtx4090": 24 * _GB, "rtx5090": 32 * _GB, "gtx1080ti": 11 * _GB,
    "rtx3060ti": 8 * _GB, "rtx2080": 8 * _GB, "rtx8000": 48 * _GB, "rx6900xt": 16 * _GB,
    "v100-pcie": 32 * _GB, "pixel4": 6 * _GB, "iphone7": 2 * _GB, "iphonexs": 4 * _GB,
    "rpi3": _GB, "rpi-zero2w": _GB // 2,
}  # fmt: skip
"""Bytes of memory as the makers publish them, by the beginning of a profile's name."""
# Tensor cores multiply an implicit matrix: held-out errors are lower without Winograd's tiles.
_AMP: Final = Settings(precision="amp", lanes_in=8, lanes_out=8, cache_bytes=_MB * 32)
_FP32: Final = Settings(precision="fp32", lanes_in=1, lanes_out=8, cache_bytes=_MB)

_VEC4: Final = Settings(precision="fp32", lanes_in=4, lanes_out=4, cache_bytes=_MB)

GROUPS: Final = {
    group.name: group
    for group in (
        Group(name="gpu-eager", title="GPU, PyTorch eager, AMP", fusion="none", settings=_AMP,
              by_layout={"nhwc": "none_nhwc"}),
        Group(name="gpu-compiled", title="GPU, torch.compile, AMP", fusion="compiled",
              settings=_AMP),
        Group(name="x86", title="x86 i7-12700H, batch 1", fusion="compiled", settings=_FP32),
        Group(name="tflite-cpu", title="phones, TFLite CPU", fusion="tflite", settings=_FP32),
        Group(name="torch-cpu", title="phones, PyTorch Mobile CPU", fusion="torch_mobile",
              settings=_FP32),
        Group(name="tflite-gpu", title="phones, TFLite GPU", fusion="tflite_gpu", settings=_VEC4,
              by_chip={"pixel4": "tflite_adreno", "mi8se": "tflite_adreno",
                       "a03s": "tflite_powervr", "iphone7": "tflite_apple",
                       "iphonexs": "tflite_apple"}),
        Group(name="torch-gpu", title="phones, PyTorch Mobile GPU", fusion="torch_mobile",
              settings=_FP32),
        Group(name="ncnn-cpu", title="ncnn CPUs", fusion="ncnn", settings=_VEC4,
              leave_one_out=True),
        Group(name="ncnn-vulkan", title="ncnn Vulkan GPUs", fusion="ncnn_vulkan", settings=_VEC4,
              leave_one_out=True),
        Group(name="paper-gpu", title="paper, GTX 1080 Ti", fusion="cudnn",
              settings=Settings(precision="fp32", lanes_in=1, lanes_out=8, cache_bytes=2 * _MB)),
        Group(name="paper-arm", title="paper, Snapdragon 810", fusion="folded",
              settings=Settings(precision="fp32", lanes_in=1, lanes_out=4, cache_bytes=2 * _MB)),
    )
}  # fmt: skip
