"""The groups of devices that are fitted together, and what is assumed before any timing.

Means are physical orders of magnitude for one member of the group; the device's speed is free, so
only ratios matter. Units are the profile's: seconds for launches, rates else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import numpy as np

from calibration.corpus import Device
from costlint.costmodel.devices.settings import Settings, under
from costlint.costmodel.devices.terms import TERMS
from costlint.costmodel.fitting.fit import Prior
from costlint.costmodel.fitting.prior import vague_prior
from costlint.costmodel.latency.tiled import DEPTH
from costlint.costmodel.runtimes.fusion import FusionRules, fusion_rules

Way: TypeAlias = tuple[str, Settings]
"""How kernels are counted: a rule set by name, and a device's settings."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Devices that share a rule set, settings and a prior.

    `known` are terms whose seconds are known besides the device's speed, with their sd (log);
    `by_layout` and `by_chip` the rule sets of layouts and chips that have their own.
    """

    name: str
    title: str
    fusion: str
    settings: Settings
    overlap: float
    noise: float
    bandwidth: float
    overhead_s: float
    means: Mapping[str, float] = field(default_factory=dict)
    ratio_sd: float = 0.8
    known: Mapping[str, float] = field(default_factory=dict)
    by_layout: Mapping[str, str] = field(default_factory=dict)
    by_chip: Mapping[str, str] = field(default_factory=dict)
    leave_one_out: bool = False

    def way_of(self, device: Device) -> Way:
        """How one device's kernels are counted, with its chip's last cache where published."""
        fusion = self.by_layout.get(device.layout, self.by_chip.get(device.chip, self.fusion))
        cache = CACHES.get(device.chip, self.settings.cache_bytes)
        settings = replace(self.settings, cache_bytes=cache)
        return fusion, under(settings, fusion_rules(fusion).library, device.threads)

    def way_of_chip(self, chip: str) -> Way:
        """How kernels are counted on a chip of which nothing else is known."""
        fusion = self.by_chip.get(chip, self.fusion)
        return fusion, under(self.settings, fusion_rules(fusion).library, threads=1)

    @property
    def usual(self) -> tuple[FusionRules, Settings]:
        """Rules and settings of a device of the group of which nothing else is known."""
        fusion, settings = self.way_of_chip("")
        return fusion_rules(fusion), settings

    @property
    def first(self) -> Prior:
        """What is assumed before any timing."""
        return vague_prior(self.mean, ratio_sd=self.ratio_sd, known=self.known)

    @property
    def mean(self) -> np.ndarray:
        """The prior mean, as logarithms of seconds per unit."""
        values = []
        for term in TERMS:
            value = self.means.get(term.name, self.bandwidth)
            values.append(np.log(1.0 / value if term.is_rate else value))
        return np.array([*values, np.log(self.overhead_s)])


LOAD_S: Final = 2.7e-7
"""What memory makes a GPU wait: 375 cycles at 1.38 GHz on a V100, cache missed (Jia et al., arXiv
1804.06826). One step of `resize_chain` waits for it once; a thread block alone on its core does so
for each few steps of its sum that it loads at once."""
_GPU: Final = {
    "launch": 4e-6, "launch_product": 4e-6, "group": 1e-8, "depth": 1e-9, "resize_chain": LOAD_S,
    "copy": 20e9, "step": 2e-5, "crossing": 1e-4, "crossing_traffic": 5e9,
    "dense_1x1": 40e12, "dense_3x3": 40e12, "dense_other": 30e12,
    "dense_narrow": 30e12, "unpacked": 100e12, "grouped": 10e12, "group_window": 10e12,
    "group_odd": 30e12,
    "depthwise": 3e12, "depthwise_5x5": 2e12, "depthwise_large": 2e12, "linear": 50e12,
    "unaligned": 60e12, "matmul": 20e12, "recurrent": 10e12, "special": 1e12, "epilogue": 1e12,
}  # fmt: skip
_CPU: Final = {
    "launch": 5e-6, "launch_product": 1e-5, "group": 2e-6, "depth": 1e-9, "resize_chain": 1e-9,
    "step": 1e-5, "copy": 5e9, "crossing": 1e-5, "crossing_traffic": 5e9,
    "dense_1x1": 10e9, "dense_3x3": 40e9, "winograd_traffic": 2e9,
    "unpacked": 20e9, "dense_other": 8e9, "dense_narrow": 8e9, "grouped": 4e9,
    "group_window": 4e9, "group_odd": 40e9, "depthwise": 2e9, "depthwise_5x5": 3e9,
    "depthwise_large": 1.5e9, "linear": 5e9,
    "matmul": 5e9, "recurrent": 5e9, "special": 1e9, "epilogue": 5e9, "reduction": 10e9,
    "movement": 10e9, "spill": 6e9, "weights": 10e9, "weights_linear": 10e9,
}  # fmt: skip
# Six bytes of activations in the time of ten multiply-accumulates, as on boards of Cortex-A53 to
# A76 (4 to 10 GB/s, 5 to 20 GMAC/s a core); unfolding and Winograd's transforms gather and scatter.
_NCNN: Final = _CPU | {"im2col": 1e9, "winograd_traffic": 1e9}
_SMALL_GPU: Final = {
    "launch": 3e-5, "launch_product": 3e-5, "group": 2e-6, "depth": 2e-8, "resize_chain": 1e-9,
    "step": 1e-5, "copy": 5e9, "crossing": 3e-4, "crossing_traffic": 0.5e9,
    "dense_1x1": 100e9, "dense_3x3": 300e9, "winograd_traffic": 10e9,
    "unpacked": 200e9, "dense_other": 80e9, "dense_narrow": 80e9, "grouped": 30e9,
    "group_window": 30e9, "group_odd": 300e9, "depthwise": 30e9, "depthwise_5x5": 30e9,
    "depthwise_large": 30e9, "linear": 50e9,
    "matmul": 50e9, "recurrent": 8e9, "special": 5e9, "epilogue": 20e9,
}  # fmt: skip
_X86: Final = _CPU | {
    "dense_1x1": 200e9, "dense_3x3": 250e9, "dense_other": 150e9, "dense_narrow": 150e9,
    "unpacked": 500e9, "grouped": 100e9, "group_window": 100e9, "group_odd": 1e12,
    "depthwise": 100e9, "depthwise_5x5": 80e9, "depthwise_large": 50e9, "linear": 200e9,
    "matmul": 150e9, "recurrent": 100e9, "special": 5e9, "epilogue": 20e9,
}  # fmt: skip

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

GROUPS: Final = {
    group.name: group
    for group in (
        Group(name="gpu-eager", title="GPU, PyTorch eager, AMP", fusion="none", settings=_AMP,
              overlap=0.5, noise=0.05, bandwidth=600e9, overhead_s=1e-4, means=_GPU,
              ratio_sd=1.2, known={"resize_chain": 0.4}, by_layout={"nhwc": "none_nhwc"}),
        Group(name="gpu-compiled", title="GPU, torch.compile, AMP", fusion="compiled",
              settings=_AMP, overlap=0.8, noise=0.03, bandwidth=600e9, overhead_s=1e-4,
              means=_GPU | {"resize_chain": 1e-10}, ratio_sd=1.2),
        Group(name="x86", title="x86 i7-12700H, batch 1", fusion="compiled", settings=_FP32,
              overlap=0.5, noise=0.05, bandwidth=20e9, overhead_s=3e-4, means=_X86),
        Group(name="tflite-cpu", title="phones, TFLite CPU", fusion="tflite", settings=_FP32,
              overlap=0.0, noise=0.1, bandwidth=20e9, overhead_s=3e-4,
              means=_CPU | {"dense_3x3": 10e9, "grouped": 0.4e9,
                            "group_window": 1e9}),
        Group(name="torch-cpu", title="phones, PyTorch Mobile CPU", fusion="torch_mobile",
              settings=_FP32, overlap=0.0, noise=0.05, bandwidth=20e9, overhead_s=3e-4,
              means=_CPU | {"dense_3x3": 10e9}, ratio_sd=1.6),
        Group(name="tflite-gpu", title="phones, TFLite GPU", fusion="tflite_gpu",
              settings=replace(_FP32, lanes_in=4, lanes_out=4), overlap=0.0,
              noise=0.03, bandwidth=20e9, overhead_s=1e-3, means=_SMALL_GPU, ratio_sd=1.6,
              by_chip={"pixel4": "tflite_adreno", "mi8se": "tflite_adreno",
                       "a03s": "tflite_powervr", "iphone7": "tflite_apple",
                       "iphonexs": "tflite_apple"}),
        Group(name="torch-gpu", title="phones, PyTorch Mobile GPU", fusion="torch_mobile",
              settings=_FP32, overlap=0.3, noise=0.03, bandwidth=20e9, overhead_s=1e-3,
              means=_SMALL_GPU, ratio_sd=1.6),
        Group(name="ncnn-cpu", title="ncnn CPUs", fusion="ncnn",
              settings=Settings(precision="fp32", lanes_in=4, lanes_out=4, cache_bytes=_MB),
              overlap=0.0,
              noise=0.12, bandwidth=6e9, overhead_s=3e-4, means=_NCNN, ratio_sd=0.5,
              leave_one_out=True),
        Group(name="ncnn-vulkan", title="ncnn Vulkan GPUs", fusion="ncnn_vulkan",
              settings=Settings(precision="fp32", lanes_in=4, lanes_out=4, cache_bytes=_MB),
              overlap=0.0,
              noise=0.12, bandwidth=40e9, overhead_s=1e-3, means=_SMALL_GPU,
              leave_one_out=True),
        Group(name="paper-gpu", title="paper, GTX 1080 Ti", fusion="cudnn",
              settings=Settings(precision="fp32", lanes_in=1, lanes_out=8, cache_bytes=2 * _MB),
              overlap=0.5,
              noise=0.03, bandwidth=300e9, overhead_s=1.5e-4,
              means=_GPU | {"dense_1x1": 4.5e12, "dense_3x3": 6e12, "dense_other": 4e12,
                            "grouped": 4e12, "group": 1.4e-5, "launch": 9e-6, "copy": 40e9,
                            "depth": LOAD_S / DEPTH}),
        Group(name="paper-arm", title="paper, Snapdragon 810", fusion="folded",
              settings=Settings(precision="fp32", lanes_in=1, lanes_out=4, cache_bytes=2 * _MB),
              overlap=0.3,
              noise=0.03, bandwidth=4e9, overhead_s=5e-3,
              means=_CPU | {"dense_1x1": 5e9, "dense_3x3": 5e9, "grouped": 5e9, "copy": 0.25e9}),
    )
}  # fmt: skip
