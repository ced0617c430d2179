"""How to run over models, what is planned for each, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costlint.many import identity
from costlint.many.expand import Target
from costlint.many.plan import Plan
from costlint.many.pool import Pool
from costlint.many.work import Failure
from costlint.reports.report import ModelReport

if TYPE_CHECKING:
    from costlint.many.hashing import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One model: an entry for each device where all of it is kept, else a record with its key.

    A key is '' where nobody may rely on the record later. `known` says that nothing was computed.
    `plan` is None where the settings cannot be used, which is a failure as others are.
    """

    index: int
    target: Target
    plan: Plan | None = None
    entries: tuple[ModelReport, ...] = ()
    records: tuple[dict[str, Any], ...] = ()
    keys: tuple[str, ...] = ()
    failure: Failure | None = None
    known: bool = False
    is_refused: bool = False
    """Whether there is a result, and no gate may hold for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How to run. `whole` keeps ops and kernels: in this process, and nothing is looked up.

    `hashed` asks for the files' digests in what is whole. `folder` None is the usual place of the
    cache. `keyed` asks for keys without a cache; `earlier` are another run's records by `line_key`.
    """

    whole: bool = False
    hashed: bool = True
    pool: Pool = field(default_factory=Pool)
    cached: bool = True
    folder: Path | None = None
    keyed: bool = False
    earlier: Mapping[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A model with its plan, its digest, and the key of each device's result."""

    index: int
    target: Target
    plan: Plan
    digest: Digest | None
    keys: tuple[str, ...]

    @property
    def failure_key(self) -> str:
        """The key of a failure: its text names the path."""
        return identity.digest([*self.keys, self.target.path])

    def ends(self, **found: Any) -> Outcome:
        """What became of it."""
        return Outcome(index=self.index, target=self.target, plan=self.plan, **found)
