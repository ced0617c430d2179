"""What a report lists: the device, ops, kernels, findings with their savings. Plain and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from costlint.costmodel.ir.dims import Dim


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReport:
    """Where the latency was predicted for; `fit` is its held-out error and what it was fitted on.

    `flop_per_s` and `bandwidth_byte_per_s` are the roofs, None where the device has no such figure.
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
class Verdict:
    """What a guideline (`G1` to `G4`) says of one op: violated, fine or not applicable, and why.

    `meaning` is `number` in words, or why there is none.
    """

    guideline: str
    state: str
    number: float | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpRow:
    """One op with its cost. `kernel` is the id of the kernel it runs in, None without a device.

    `latency_s` is the kernel's for the op that leads it, 0 for those fused into it. `shape` is the
    first output's, `live_bytes` what lives while it runs. `analysis` has the numbers behind the
    verdicts by name, `source` is (file, line) of its code.
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
class SavingRow:
    """Difference of two estimates of the whole model, with its 90 % interval.

    `assumption` says what is held equal and what is not.
    """

    saved_s: float
    low_s: float
    high_s: float
    share: float
    before_s: float
    after_s: float
    assumption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding. `before` and `after` are boxes of a small picture, as (label, shape) pairs."""

    rule: str
    name: str
    severity: str
    message: str
    fix: str = ""
    ops: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    saving: SavingRow | None = None
    remedy: str = "rewrite"
    fingerprint: str = ""
    suppressed: bool = False
    before: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[str, str], ...] = ()

    @property
    def saved_s(self) -> float:
        """To sort by: the saving, 0 where there is none."""
        return self.saving.saved_s if self.saving else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule behind a finding: its one-line title, then what, why and how to fix as text."""

    id: str
    title: str
    help: str = ""
