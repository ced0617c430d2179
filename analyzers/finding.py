"""What a rule found, and what it would save: plain frozen values in SI units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from costlint.costmodel.edit import Edit

Severity: TypeAlias = Literal["error", "warning", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")

Remedy: TypeAlias = Literal["rewrite", "retrain"]
"""A rewrite computes the same function; after a retrain it is another network."""

State: TypeAlias = Literal["violated", "fine", "not applicable"]

GUIDELINES: Final[Mapping[str, str]] = {
    "G1": "equal channel width",
    "G2": "group convolution",
    "G3": "fragmentation",
    "G4": "element-wise operations",
}
"""The four guidelines of the paper, by the prefix of their rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Difference of two estimates of the whole model, with its 90 % interval.

    `share` is of the latency before. `assumption` says what is held equal and what is not.
    """

    saved_s: float
    low_s: float
    high_s: float
    share: float
    before_s: float
    after_s: float
    assumption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A violated guideline at one place or at several that repeat, with its price.

    `saving` is None where no fair comparison exists. `before` and `after` are boxes of a small
    picture, as (label, shape) pairs. `edit` is what was priced. `suppressed_by` is the reason.
    """

    rule: str
    name: str
    severity: Severity
    message: str
    fix: str
    ops: tuple[str, ...]
    evidence: Mapping[str, Any] = field(default_factory=dict)
    saving: Saving | None = None
    remedy: Remedy = "rewrite"
    fingerprint: str = ""
    suppressed: bool = False
    suppressed_by: str = ""
    before: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[str, str], ...] = ()
    edit: Edit | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One op against one guideline: the state, the number behind it, and what it means in words."""

    op: str
    guideline: str
    state: State
    number: float | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpAnalysis:
    """What the analysis says of one op, found fault with or not.

    Names can repeat: `output`, the first tensor that it makes, tells ops apart.
    `g1_bound_elements` is the least memory access at these macs; `block_kernels` the kernels of
    the smallest block around the op. Those are None where they do not apply.
    """

    op: str
    output: str
    op_class: str
    kernel: str | None
    bound: str | None
    flop: int
    memory_access_elements: int
    g1_bound_elements: float | None
    groups: int | None
    block: str
    block_kernels: int | None
    elementwise_share: float
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All rules on one model and device.

    `latency_after_fixes_s` is one estimate with every compatible edit, never a sum of savings;
    `fragmentation` the most kernels in one block; `unused_ignores` what covered
    no op of any finding, or is expired; `used_ignores` the others.
    """

    findings: tuple[Finding, ...]
    ops: tuple[OpAnalysis, ...]
    latency_s: float
    latency_after_fixes_s: float
    class_latency_after_fixes_s: Mapping[str, float]
    fragmentation: int
    unused_ignores: tuple[str, ...] = ()
    used_ignores: tuple[str, ...] = ()

    @property
    def recoverable_share(self) -> float:
        """Share of the latency that all fixes together save."""
        return 1 - self.latency_after_fixes_s / self.latency_s if self.latency_s else 0.0
