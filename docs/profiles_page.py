"""Text of profiles.md: the file of a device profile, from the code that reads and writes it."""

from __future__ import annotations

from costlint.costmodel.devices.rates import UNKNOWN_SD
from costlint.costmodel.devices.terms import FREE, NEEDED, TERMS
from costlint.costmodel.devices.versions import FORMER, VERSION
from costlint.costmodel.devices.writing import HEAD
from docs.template import render

KEYS = {
    "name": "what the device is called; `-d` takes it for those that are shipped",
    "hardware": "free text",
    "runtime": "free text",
    "fusion": "the rule set: what fuses, and which algorithms the library has",
    "precision": "fp32, fp16, or amp for automatic mixed precision",
    "layout": "nchw or nhwc",
    "threads": "0 on a GPU",
    "lanes_in": "input channels are padded to a multiple of this",
    "lanes_out": "output channels are padded to a multiple of this",
    "cache_bytes": "the largest cache that a kernel has for itself",
    "overlap": "share of the shorter of compute and memory that the longer one hides",
    "overhead_s": "seconds of an inference besides its kernels",
    "overhead_sd": "standard deviation of the logarithm of `overhead_s`",
    "memory_bytes": "memory of the device; may be missing",
    "cores": "streaming multiprocessors of a GPU; may be missing",
}


def page() -> str:
    """The page."""
    return render(
        "profiles.md",
        version=VERSION,
        unknown_sd=UNKNOWN_SD,
        keys=HEAD,
        meaning=KEYS,
        terms=TERMS,
        defaults={NEEDED: "the file is refused", FREE: "free"},
        former=FORMER,
    )
