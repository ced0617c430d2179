"""Text of profiles.md: the file of a device profile, from the code that reads and writes it."""

from __future__ import annotations

from costlint.costmodel.devices.rates import UNKNOWN_SD
from costlint.costmodel.devices.terms import FREE, NEEDED, TERMS, Term
from costlint.costmodel.devices.versions import FORMER, VERSION
from costlint.costmodel.devices.writing import HEAD

INTRO = f"""\
# The file of a device profile

`costlint calibrate` writes one from [your own timings](calibrate.md), and `-d my-device.toml` takes
it. It is TOML, with a key a line. [The latency model](latency.md) says how its numbers make a
prediction.

```toml
version = {VERSION}
name = "my-device"
runtime = "onnxruntime"
overhead_s = 2.5e-5

[terms]
launch_s = [7.0e-7, 0.2]
dense_1x1_mac_per_s = [1.4e11, 0.2]
```

## How it outlives the version that wrote it

What follows is stable: a file that some version of costlint wrote, every later one reads.

- `version` says by which rules the file was written, today {VERSION}; a file without it has
  version 1. It goes up when a term comes or goes, or a key changes its meaning. A file of a later
  version is refused.
- A term that the file does not have takes the default below: free, or the rate of the term from
  which it was split. Its uncertainty is wide: {UNKNOWN_SD:g} on the log scale, a factor of e,
  besides that of the other term.
- A term that is gone is left out, or gives its rate to the one that took its place.
- Both are said: the notes of every estimate name the profile and the term.
- A key that no version had is refused, and the message names the nearest known one.
"""

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

TABLES = """\
`[range]` holds what the timings covered: `batch`, `macs` and `width` (channels), each as smallest
and largest. `[provenance]` holds `source`, `date`, the number of `timings`, and whether similar
devices fill in for few (`borrowed`). `[fit]` holds the errors on networks that were held out, as
shares. `[interval]` holds the quantiles `low` and `high` of held-out residuals in units of their
scale, and `base_sd`, the least that this scale is.

Version 1 had two tables in place of `[terms]`: `[rates]` by the same keys, and `[uncertainty]` by
the names of the terms, which are the keys without their unit.

## The terms

A line of `[terms]` holds the rate (seconds for each, where the key has no `per`) and the standard
deviation of its logarithm.
"""

SHIPPED = """\
## The profiles that come with costlint

They lie in `costmodel/devices/data/`, a folder for each group of devices that is fitted together
and a file for each device. `make profiles` writes them, and nothing else does: a test holds that
each is as it would be written again. The build packs them into one archive with a list of all
devices, so that naming one reads no other; the same files give the same archive, byte for byte. It
is not in the repository.
"""


def page() -> str:
    """The page."""
    rows = [f"| `{term.key}` | {_default(term)} |" for term in TERMS]
    parts = [
        INTRO,
        "## The keys\n",
        *["| key | |", "|---|---|", *(f"| `{key}` | {KEYS[key]} |" for key in HEAD), ""],
        TABLES,
        *["| key | without it |", "|---|---|", *rows, ""],
        *_former(),
        SHIPPED,
    ]
    return "\n".join(parts)


def _default(term: Term) -> str:
    if term.default == NEEDED:
        return "the file is refused"
    return "free" if term.default == FREE else f"as `{term.default}`"


def _former() -> list[str]:
    if not FORMER:
        return ["No term is gone so far.\n"]
    rows = [
        f"| `{name}_{term.unit}` | {term.gone - 1} | {f'`{term.by}`' if term.by else ''} "
        f"| {term.reason} |"
        for name, term in FORMER.items()
    ]
    return ["| gone | last in version | now | why |", "|---|---|---|---|", *rows, ""]
