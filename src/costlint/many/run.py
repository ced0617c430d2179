"""Many models: what is known is looked up, the rest is computed in parallel, and all is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from costlint.asked import Asked
from costlint.costmodel.ir.errors import CostlintError
from costlint.many import identity
from costlint.many.cache import Cache, default_folder
from costlint.many.expand import Target
from costlint.many.hashing import Digest, digests
from costlint.many.plan import Plan, Plans
from costlint.many.pool import LOCAL, Pool, run_all
from costlint.many.work import Done, Failure, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One model: a record and its key for each device, or the failure.

    A key is '' where nobody may rely on the record later. `known` says that nothing was computed.
    `plan` is None where the settings cannot be used.
    """

    index: int
    target: Target
    plan: Plan | None = None
    records: tuple[dict[str, Any], ...] = ()
    keys: tuple[str, ...] = ()
    failure: Failure | None = None
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How to run. `folder` None is the usual place of the cache.

    `keyed` asks for keys without a cache; `earlier` are records of another run by `line_key`.
    """

    pool: Pool = field(default_factory=Pool)
    cached: bool = True
    folder: Path | None = None
    keyed: bool = False
    earlier: Mapping[str, dict[str, Any]] = field(default_factory=dict)


def check_all(targets: Sequence[Target], asked: Asked, how: How) -> Iterator[Outcome]:
    """The outcome of each target once, those that are known first.

    What is computed is stored as it comes: whoever stops early keeps what is done.
    """
    folder = how.folder or default_folder()
    with closing(Cache(folder)) if how.cached else nullcontext() as cache:
        plans = Plans(asked)
        wants_keys = how.cached or how.keyed or bool(how.earlier)
        hashed = digests([t.path for t in targets], cache, pool=how.pool) if wants_keys else {}
        asks: list[_Ask] = []
        for index, target in enumerate(targets):
            ask = _asked_of(index, target, plans, hashed.get(target.path))
            if isinstance(ask, Outcome):
                yield ask
                continue
            found = _known(ask, how.earlier, cache)
            if found is not None:
                yield found
            else:
                asks.append(ask)
        yield from _computed(asks, how.pool, cache)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
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


def _asked_of(index: int, target: Target, plans: Plans, hashed: Digest | None) -> _Ask | Outcome:
    try:
        plan = plans.of(target.path)
    except CostlintError as error:
        return Outcome(index=index, target=target, failure=Failure.of(error))
    keys = tuple(
        identity.key(hashed.sha256, plan.options(device, target.path)) if hashed else ""
        for device in plan.devices
    )
    return _Ask(index=index, target=target, plan=plan, digest=hashed, keys=keys)


def _known(ask: _Ask, earlier: Mapping[str, dict[str, Any]], cache: Cache | None) -> Outcome | None:
    records = []
    for key in ask.keys:
        record = earlier.get(ask.plan.line_key(key)) if key else None
        record = record or (cache.result(key) if cache and key else None)
        if record is None:
            return _known_failure(ask, cache)
        records.append({**record, "path": ask.target.path})
    return Outcome(
        index=ask.index,
        target=ask.target,
        plan=ask.plan,
        records=tuple(records),
        keys=ask.keys,
        known=True,
    )


def _known_failure(ask: _Ask, cache: Cache | None) -> Outcome | None:
    found = cache.result(ask.failure_key) if cache and ask.digest else None
    if found is None:
        return None
    failure = Failure(**{**found, "facts": tuple(found["facts"])})
    return Outcome(index=ask.index, target=ask.target, plan=ask.plan, failure=failure, known=True)


def _computed(asks: Sequence[_Ask], pool: Pool, cache: Cache | None) -> Iterator[Outcome]:
    if not asks:
        return
    tasks = []
    by_index = {ask.index: ask for ask in asks}
    devices = _Devices()
    code = "" if pool.backend == LOCAL else identity.code_stamp()  # other machines, other code
    for ask in asks:
        try:
            tasks.append(_task(ask, devices, code))
        except CostlintError as error:
            if ask.plan.asked.devices:  # what is wrong for every model ends the run
                raise
            failure = Failure.of(error)
            yield Outcome(index=ask.index, target=ask.target, plan=ask.plan, failure=failure)
    for done in run_all(tasks, pool):
        yield _kept(by_index[done.index], done, cache)


def _task(ask: _Ask, devices: _Devices, code: str) -> Task:
    from costlint.asked import arguments

    return Task(
        index=ask.index,
        path=str(Path(ask.target.path).absolute()),
        devices=tuple(devices.of(name) for name in ask.plan.devices),
        told=arguments(ask.plan.asked, ask.plan.settings),
        is_hashed=ask.digest is not None,
        code=code,
    )


class _Devices:
    """Profiles by name, each read once."""

    def __init__(self) -> None:
        self._profiles: dict[str | None, Any] = {}

    def of(self, name: str | None) -> Any:
        if name not in self._profiles:
            from costlint.costmodel.devices import DEFAULT_DEVICE, device

            self._profiles[name] = device(DEFAULT_DEVICE if name is None else name)
        return self._profiles[name]


def _kept(ask: _Ask, done: Done, cache: Cache | None) -> Outcome:
    """The outcome, stored if the file is still the one that was hashed."""
    keys = ask.keys
    records = tuple({**record, "path": ask.target.path} for record in done.records)
    if ask.digest is not None and records:
        if ask.digest.still_holds():
            records = tuple({**record, "sha256": ask.digest.sha256} for record in records)
            if cache is not None:
                for key, record in zip(keys, records, strict=True):
                    cache.store(key, record)
        else:
            note = "the file changed while it was read: check it again"
            keys = tuple("" for _ in keys)
            records = tuple({**r, "notes": [*r["notes"], note]} for r in records)
    failure = done.failure
    if failure is not None:
        shown = ask.target.path
        failure = failure.about(str(Path(shown).absolute()), shown)
    if failure and failure.is_lasting and cache and ask.digest and ask.digest.still_holds():
        cache.store(ask.failure_key, asdict(failure))
    return Outcome(
        index=ask.index,
        target=ask.target,
        plan=ask.plan,
        records=records,
        keys=keys if records else (),
        failure=failure,
    )
