"""The rows of a report besides its findings: device, ops, kernels and rules. Plain and frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from costlint.costmodel.ir.dims import Dim

if TYPE_CHECKING:
    from costlint.analyzers.finding import Verdict

IDENTITY: Final = ("name", "op_type", "domain", "outputs", "scope")
AMOUNTS: Final = ("macs", "flop", "bytes_read", "bytes_written", "memory_access_elements")
"""What a row of an op is named by and counts, as in the JSON output and in the spreadsheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReport:
    """The device that the latency was predicted for, as the JSON output describes it.

    It is no DeviceProfile, because a report that is read back has no rates. `fit` has the held-out
    errors and where the timings come from. `flop_per_s` and `bandwidth_byte_per_s` are the roofs,
    None where the device has no such figure.
    """

    name: str
    hardware: str = ""
    runtime: str = ""
    precision: str = ""
    threads: int | None = None
    calibrated: bool = True
    fit: Mapping[str, Any] = field(default_factory=dict)
    flop_per_s: float | None = None
    bandwidth_byte_per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpRow:
    """One op as every format shows it: its counts, its kernel and what the guidelines say of it.

    It joins the records of the count, the estimate and the analysis, without their graph. `shape`
    is that of the first output, and `live_bytes` are the activations alive while the op runs.
    `kernel` is the id of the op's kernel, None without a device. The op that leads a kernel has the
    kernel's `latency_s`, the others have 0 and name the leader in `fused_into`. `analysis` has the
    numbers behind the verdicts by name. `source` is the file and the line of the op's code.
    """

    name: str
    op_type: str
    op_class: str
    macs: Dim = 0
    flop: Dim = 0
    bytes_read: Dim = 0
    bytes_written: Dim = 0
    memory_access_elements: Dim = 0
    domain: str = ""
    outputs: tuple[str, ...] = ()
    scope: str = ""
    shape: tuple[Dim, ...] | None = None
    is_free: bool = False
    why_uncosted: str = ""
    live_bytes: Dim | None = None
    kernel: str | None = None
    latency_s: float | None = None
    fused_into: str = ""
    verdicts: tuple[Verdict, ...] = ()
    analysis: Mapping[str, Any] = field(default_factory=dict)
    source: tuple[str, int] | None = None

    @property
    def bytes_accessed(self) -> Dim:
        """Bytes read and written, unfused."""
        return self.bytes_read + self.bytes_written


@dataclass(frozen=True, slots=True, kw_only=True)
class UncostedRow:
    """Ops that are not costed for one reason: their operator with its domain, and how many."""

    op: str
    reason: str
    count: int


def uncosted_kinds(ops: Iterable[OpRow]) -> tuple[UncostedRow, ...]:
    """The operators of `ops` without a cost and why, in the order they run."""
    found = Counter(
        (f"{op.domain}::{op.op_type}" if op.domain else op.op_type, op.why_uncosted)
        for op in ops
        if op.why_uncosted
    )
    return tuple(UncostedRow(op=op, reason=why, count=n) for (op, why), n in found.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRow:
    """What the runtime launches once, with the parts of its time; `bound` names the largest.

    `transfer_s` is the share of `launch_s` that copies data in and out, left out of `bound`.
    `flop` and `bytes_accessed` are those of the fused kernel, None where only its ops' are known.
    """

    id: str
    ops: tuple[str, ...]
    kernel_class: str
    latency_s: float
    low_s: float
    high_s: float
    compute_s: float
    memory_s: float
    launch_s: float
    bound: str
    transfer_s: float = 0.0
    flop: Dim | None = None
    bytes_accessed: Dim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule behind a finding: its one-line title, then what, why and how to fix as text."""

    id: str
    title: str
    help: str = ""
