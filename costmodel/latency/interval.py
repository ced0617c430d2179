"""Prediction intervals: how far held-out networks lay from their predictions, and where.

The scale of a prediction is sqrt(base**2 + sum over terms of (share of the latency * sd)**2): a
network that leans on a term which the timings hardly pinned down gets a wider interval. The two
quantiles are conformal: of residuals on held-out networks, divided by that scale (Lei et al.,
JASA 2018, locally weighted).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices.profile import DeviceProfile

if TYPE_CHECKING:
    import numpy as np

KERNEL_SD: Final = 0.25
"""A single kernel strays further than a network, where errors cancel (log scale)."""
OUTSIDE_SD: Final = 0.25
"""Each way in which a model lies outside the profile's timings adds this much (log scale)."""
INTEGER_SD: Final = 0.7
"""How far a kernel of integers may be off at the rate of floats: within a factor of two (log)."""
NORMAL_90: Final = 1.645
"""Standard deviations to each side that hold 90 % of a normal distribution."""


def kernel_factors(
    spent_s: np.ndarray, profile: DeviceProfile, outside: int, unrated: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Factors (low, high) of each kernel, level 0.9; `spent_s` is `term_seconds`.

    `outside` is the number of ways in which the model lies outside the profile's timings, `unrated`
    is 1 for kernels of integers without a rate of their own.
    """
    import numpy as np

    share = spent_s / np.maximum(spent_s.sum(axis=1, keepdims=True), 1e-30)
    scale = np.sqrt(profile.interval.base_sd**2 + share**2 @ profile.variances)
    apart = outside * OUTSIDE_SD**2 + KERNEL_SD**2
    return _factors(scale, profile, apart + unrated * INTEGER_SD**2)


def total_factors(
    spent_s: np.ndarray, profile: DeviceProfile, outside: int, unrated: np.ndarray
) -> tuple[float, float]:
    """The same of the whole inference."""
    totals = spent_s.sum(axis=0)
    total = max(float(totals.sum()) + profile.overhead_s, 1e-30)
    variance = float(((totals / total) ** 2) @ profile.variances)
    variance += (profile.overhead_s / total * profile.overhead_sd) ** 2
    scale = math.sqrt(profile.interval.base_sd**2 + variance)
    share = float(spent_s.sum(axis=1) @ unrated) / total
    low, high = _factors(scale, profile, outside * OUTSIDE_SD**2 + (share * INTEGER_SD) ** 2)
    return float(low), float(high)


def _factors(scale: Any, profile: DeviceProfile, apart: Any) -> tuple[Any, Any]:
    """Factors of the two ends; `apart` is a further error's variance (log scale)."""
    import numpy as np

    low, high = profile.interval.low * scale, profile.interval.high * scale
    return np.exp(low - _further(low, apart)), np.exp(high + _further(high, apart))


def _further(reach: Any, variance: Any) -> Any:
    """How much further an end at `reach` (log scale) lies with an error of `variance` besides.

    That error is normal: the quantiles are in units of the scale, and so may be many of them.
    """
    import numpy as np

    return np.hypot(reach, NORMAL_90 * np.sqrt(variance)) - np.abs(reach)


def out_of_range(counts: Counts, profile: DeviceProfile) -> tuple[str, ...]:
    """In which ways the model lies outside the profile's timings, in words."""
    found = []
    batch = _batch(counts)
    low, high = profile.range.batch
    if batch and not low <= batch <= high:
        span = str(low) if low == high else f"{low} to {high}"
        found.append(f"batch {batch}, the timings are at {span}")
    low, high = profile.range.macs
    per_image = counts.macs / max(batch, 1)
    if not low / 2 <= per_image <= high * 2:
        found.append(f"{per_image:.2g} MACs, the timings have {low:.2g} to {high:.2g}")
    width = widest(counts)
    low, high = profile.range.width
    if width > 2 * high:
        found.append(f"{width} channels wide, the timings have up to {high}")
    return tuple(found)


def widest(counts: Counts) -> int:
    """Most channels that a convolution or product gives."""
    rows = [row.op.outputs[0] for row in counts.ops if row.op_class == "conv" and row.op.outputs]
    return max([_width(tensor.shape) for tensor in rows if tensor is not None], default=0)


def _batch(counts: Counts) -> int:
    for tensor in counts.graph.inputs:
        if tensor.shape and len(tensor.shape) > 1:
            return int(tensor.shape[0])
    return 0


def _width(shape: tuple[int, ...] | None) -> int:
    if shape is None or len(shape) < 2:
        return 0
    return int(shape[1]) if len(shape) > 3 else int(shape[-1])
