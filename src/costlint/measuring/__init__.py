"""Models timed on this machine, and timings that other tools wrote."""

from __future__ import annotations

from costlint.measuring.measurement import KernelTiming, Measurement
from costlint.measuring.session import measure

__all__ = ["KernelTiming", "Measurement", "measure"]
