"""What becomes of each model: looked up where it is known, else computed here or in parallel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costlint.costmodel.ir.errors import CostlintError
from costlint.many import identity
from costlint.many.expand import Target
from costlint.many.outcome import Execution, Outcome, Planned
from costlint.many.plan import Plans
from costlint.many.pool import LOCAL, Pool, run_all
from costlint.many.work import Done, Failure, Task, entries_of
from costlint.settings.options import Options

if TYPE_CHECKING:
    from costlint.many.cache import Cache
    from costlint.many.hashing import Digest
    from costlint.reports.report import ModelReport


def outcomes(targets: Sequence[Target], plans: Plans, execution: Execution) -> Iterator[Outcome]:
    """The outcome of each target once, those that are known first.

    What is computed is stored as it comes: whoever stops early keeps what is done.
    """
    with _opened(execution) as cache:
        hashed = _digests(targets, execution, cache)
        waiting: list[Planned] = []
        for index, target in enumerate(targets):
            planned = _plan(index, target, plans, hashed.get(target.path))
            found = (
                planned
                if isinstance(planned, Outcome)
                else _known(planned, execution.earlier, cache)
            )
            if found is not None:
                yield found
            elif isinstance(planned, Planned):
                waiting.append(planned)
        if execution.whole:
            yield from (_computed_whole(planned, execution) for planned in waiting)
        else:
            yield from _computed(waiting, plans, execution, cache)


def _opened(execution: Execution) -> closing[Cache] | nullcontext[None]:
    if execution.whole or not execution.cached:
        return nullcontext()
    from costlint.many.cache import Cache, default_folder

    return closing(Cache(execution.folder or default_folder()))


def _digests(
    targets: Sequence[Target], execution: Execution, cache: Cache | None
) -> Mapping[str, Digest]:
    if cache is None and not execution.keyed and not execution.earlier:
        return {}
    from costlint.many.hashing import digests

    return digests([target.path for target in targets], cache, pool=execution.pool)


def _plan(index: int, target: Target, plans: Plans, hashed: Digest | None) -> Planned | Outcome:
    try:
        plan = plans.of(target.path)
    except CostlintError as error:
        return Outcome(index=index, target=target, failure=Failure.of(error))
    keys = tuple(
        identity.key(hashed.sha256, plan.depends_on(device, target.path)) if hashed else ""
        for device in plan.options.device or ("",)
    )
    return Planned(index=index, target=target, plan=plan, digest=hashed, keys=keys)


def _known(
    planned: Planned, earlier: Mapping[str, dict[str, Any]], cache: Cache | None
) -> Outcome | None:
    records = []
    for key in planned.keys:
        record = earlier.get(planned.plan.line_key(key)) if key else None
        record = record or (cache.result(key) if cache and key else None)
        if record is None:
            return _known_failure(planned, cache)
        records.append({**record, "path": planned.target.path})
    return planned.ends(records=tuple(records), keys=planned.keys, known=True)


def _known_failure(planned: Planned, cache: Cache | None) -> Outcome | None:
    found = cache.result(planned.failure_key) if cache and planned.digest else None
    if found is None:
        return None
    return planned.ends(failure=Failure(**{**found, "facts": tuple(found["facts"])}), known=True)


def _computed_whole(planned: Planned, execution: Execution) -> Outcome:
    """What is computed here and kept whole; a bug ends the run.

    What was made before something failed, for an earlier device, is kept.
    """
    options = planned.plan.options
    entries: list[ModelReport] = []
    failure = None
    try:
        found = entries_of(planned.target.path, _devices(options), options, hashed=execution.hashed)
        entries.extend(found)
    except CostlintError as error:
        failure = Failure.of(error)
    return planned.ends(entries=tuple(entries), failure=failure)


def _computed(
    waiting: Sequence[Planned], plans: Plans, execution: Execution, cache: Cache | None
) -> Iterator[Outcome]:
    if not waiting:
        return
    tasks = []
    profiles: dict[str, Any] = {}
    for planned in waiting:
        try:
            tasks.append(_task(planned, profiles, execution.pool))
        except CostlintError as error:
            if plans.given.get("device"):  # what is wrong for every model ends the run
                raise
            yield planned.ends(failure=Failure.of(error))
    by_index = {planned.index: planned for planned in waiting}
    for done in run_all(tasks, execution.pool):
        yield _kept(by_index[done.index], done, cache)


def _task(planned: Planned, profiles: dict[str, Any], pool: Pool) -> Task:
    """`profiles` are devices by name, each read once."""
    from costlint.costmodel.devices import device

    options = planned.plan.options
    for name in _devices(options):
        profiles[name] = profiles.get(name) or device(name)
    return Task(
        index=planned.index,
        path=str(Path(planned.target.path).absolute()),
        devices=tuple(profiles[name] for name in _devices(options)),
        options=options,
        hashed=planned.digest is None,
        code="" if pool.backend == LOCAL else identity.code_stamp(),  # other machines, other code
    )


def _devices(options: Options) -> tuple[str, ...]:
    """The devices to predict for; the default one where nobody names any."""
    from costlint.costmodel.devices import DEFAULT_DEVICE

    return options.device or (DEFAULT_DEVICE,)


def _kept(planned: Planned, done: Done, cache: Cache | None) -> Outcome:
    """The outcome, stored if the file is still the one that was hashed."""
    keys = planned.keys
    records = tuple({**record, "path": planned.target.path} for record in done.records)
    if planned.digest is not None and records:
        if planned.digest.still_holds():
            records = tuple({**record, "sha256": planned.digest.sha256} for record in records)
            if cache is not None:
                for key, record in zip(keys, records, strict=True):
                    cache.store(key, record)
        else:
            note = "the file changed while it was read: check it again"
            keys = tuple("" for _ in keys)
            records = tuple({**r, "notes": [*r["notes"], note]} for r in records)
    failure = done.failure
    if failure is not None:
        path = planned.target.path
        failure = failure.renamed(str(Path(path).absolute()), path)
    if failure and failure.is_lasting and cache and planned.digest and planned.digest.still_holds():
        cache.store(planned.failure_key, asdict(failure))
    return planned.ends(records=records, keys=keys if records else (), failure=failure)
