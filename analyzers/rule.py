"""What a rule is: a frozen record whose examples are its tests and its documentation."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from costlint.analyzers.facts import Facts
from costlint.analyzers.finding import Remedy
from costlint.costmodel.edit import Edit
from costlint.costmodel.ir.graph import Op


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A limit with the reason for its value, which comes from elsewhere than our own runs."""

    name: str
    value: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What a rule saw at one place, before it is priced.

    Violations of a rule with an equal `alike` are one finding: their ops and edits are joined.
    `edit` is None where no fair comparison exists.
    """

    ops: tuple[Op, ...]
    message: str
    fix: str
    alike: Hashable
    evidence: Mapping[str, Any] = field(default_factory=dict)
    edit: Edit | None = None
    assumption: str = ""
    remedy: Remedy = "rewrite"
    before: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[str, str], ...] = ()


Check: TypeAlias = Callable[[Facts], Iterable[Violation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A guideline's violation in one form.

    `name` is the bad state as a noun, `title` says what to do. `bad` and `good` are
    ONNX text; `good` lies just inside the thresholds where there are any. `gathers` says that
    `check` brings single ops of the whole network together, without those that are left out.
    """

    id: str
    name: str
    title: str
    what: str
    why: str
    reference: str
    bad: str
    good: str
    check: Check
    thresholds: tuple[Threshold, ...] = ()
    gathers: bool = False

    @property
    def guideline(self) -> str:
        """The prefix: `G1` of `G101`."""
        return self.id[:2]
