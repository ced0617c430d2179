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
from costlint.costmodel.latency.combine import Seconds

if TYPE_CHECKING:
    import numpy as np

KERNEL_SD: Final = 0.25
"""A single kernel strays further than a network, where errors cancel (log scale)."""
OUTSIDE_SD: Final = 0.25
"""Each way in which a model lies outside the profile's timings adds this much (log scale)."""
NORMAL_90: Final = 1.645
"""Standard deviations to each side that hold 90 % of a normal distribution."""


def term_seconds(amounts: np.ndarray, seconds: Seconds, profile: DeviceProfile) -> np.ndarray:
    """Seconds of each kernel by term (k, terms), the overlapped part taken off."""
    import numpy as np

    from costlint.costmodel.devices.terms import PARTS

    parts = np.array(PARTS)
    spent: np.ndarray = amounts * profile.coefficients
    rest = 1.0 - profile.overlap
    is_compute_bound = seconds.compute_s >= seconds.memory_s
    spent[:, parts == "compute"] *= np.where(is_compute_bound, 1.0, rest)[:, None]
    spent[:, parts == "memory"] *= np.where(is_compute_bound, rest, 1.0)[:, None]
    return spent


def interval_factors(
    amounts: np.ndarray, seconds: Seconds, profile: DeviceProfile, outside: int
) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Factors (low, high) of each kernel and of the whole inference, level 0.9.

    `outside` is the number of ways in which the model lies outside the profile's timings.
    """
    import numpy as np

    spent = term_seconds(amounts, seconds, profile)
    per_kernel = np.maximum(seconds.latency_s, 1e-30)
    base = profile.interval.base_sd**2
    kernel_variance = ((spent / per_kernel[:, None]) ** 2) @ profile.variances
    kernel_scale = np.sqrt(base + kernel_variance)
    totals = spent.sum(axis=0)
    total = max(float(totals.sum()) + profile.overhead_s, 1e-30)
    variance = float(((totals / total) ** 2) @ profile.variances)
    variance += (profile.overhead_s / total * profile.overhead_sd) ** 2
    scale = math.sqrt(base + variance)
    low, high = profile.interval.low, profile.interval.high
    apart = outside * OUTSIDE_SD**2
    kernel_apart = apart + KERNEL_SD**2
    return (
        np.exp(low * kernel_scale - _further(low * kernel_scale, kernel_apart)),
        np.exp(high * kernel_scale + _further(high * kernel_scale, kernel_apart)),
        math.exp(low * scale - float(_further(low * scale, apart))),
        math.exp(high * scale + float(_further(high * scale, apart))),
    )


def _further(reach: Any, variance: float) -> Any:
    """How much further an end at `reach` (log scale) lies with an error of `variance` besides.

    That error is normal: the quantiles are in units of the scale, and so may be many of them.
    """
    import numpy as np

    return np.hypot(reach, NORMAL_90 * math.sqrt(variance)) - np.abs(reach)


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
