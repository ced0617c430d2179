"""What a rule found, and what it would save: plain frozen values in SI units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from costlint.costmodel.edit import Edit

Severity: TypeAlias = Literal["error", "warning", "note"]

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
class Suppression:
    """The reason why a finding does not count.

    `kind` is that of SARIF: `inSource` where the model itself carries the ignore, else `external`.
    """

    reason: str
    kind: Literal["inSource", "external"] = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A violated guideline at one place or at several that repeat, with its price.

    `saving` is None where no fair comparison exists. A finding with a suppression is shown, but
    fails no gate. `before` and `after` are boxes of a small picture, as (label, shape) pairs.
    `edit` is what was priced.
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
    suppressed_by: tuple[Suppression, ...] = ()
    before: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[str, str], ...] = ()
    edit: Edit | None = field(default=None, repr=False, compare=False)

    @property
    def saved_s(self) -> float:
        """What the fix saves in seconds, 0 where that is not known."""
        return self.saving.saved_s if self.saving else 0.0

    @property
    def suppressed(self) -> bool:
        """Whether something suppresses the finding."""
        return bool(self.suppressed_by)

    @property
    def why_suppressed(self) -> str:
        """The reasons as one text, "" for an open finding."""
        return "; ".join(one.reason for one in self.suppressed_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a guideline (`G1` to `G4`) says of an op.

    `number` is what was compared with a threshold. `meaning` says it in words, or why there is
    none.
    """

    guideline: str
    state: State
    number: float | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpAnalysis:
    """What the guidelines say of one op, whether or not there is a finding, and the numbers for it.

    Names can repeat: `output`, the first tensor that the op makes, tells ops apart. `bound` is that
    of the op's kernel, `g1_bound_elements` the least memory access at the op's macs, and
    `block_kernels` counts the kernels of the smallest block around the op. A number is None where
    it does not apply.
    """

    op: str
    output: str
    bound: str | None
    g1_bound_elements: float | None
    groups: int | None
    block: str
    block_kernels: int | None
    elementwise_share: float
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All rules on one model and device.

    `latency_after_fixes_s` is one estimate with every compatible edit, never a sum of savings.
    `fragmentation` is the largest number of kernels in one block. `unused_ignores` are those that
    have expired or cover no op of any finding, `used_ignores` are the others.
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
