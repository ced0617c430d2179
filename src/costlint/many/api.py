"""`costlint.check_many`: many models from Python, one by one as they are done."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.ir.errors import CostlintError
from costlint.many.expand import expand
from costlint.many.names import of_inputs, refuse_unknown
from costlint.many.outcome import Execution, Outcome
from costlint.many.outcomes import outcomes
from costlint.many.plan import Plans
from costlint.many.pool import LOCAL, Pool
from costlint.many.record import from_record
from costlint.reports.report import ModelReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One model: an entry for each device, without ops and kernels, or the error.

    `known` says that the cache had it.
    """

    path: str
    models: tuple[ModelReport, ...]
    error: CostlintError | None
    known: bool


def check_many(  # noqa: PLR0913 - what a run can be told
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    device: str | Iterable[str] | None = None,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    strict: bool = False,
    assume: bool = True,
    select: Iterable[str] = ("G",),
    ignore: Iterable[str] = (),
    exclude: Iterable[str] = (),
    jobs: int | None = None,
    backend: str = LOCAL,
    cache: bool | str | os.PathLike[str] = True,
) -> Iterator[Checked]:
    """Check files, folders and globs in parallel; each model comes once, as soon as it is done.

    `device` is one name or several. `jobs` processes run here, one for each core if None;
    `backend` is `dask://host:port`, `dask` for the active client, `ray`, or one of joblib's names.
    `cache` is whether results are kept, or the folder where. No settings file is read. A name of
    `shapes` binds in the models that have it.

    Raises:
        OptionError: no model is found, or an option cannot be used.
    """
    named = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    given = {
        "device": (device,) if isinstance(device, str) else tuple(device or ()),
        "shapes": shapes or {},
        "batch": batch,
        "values": values or {},
        "strict": strict,
        "assume": assume,
        "select": tuple(select),
        "ignore": tuple(ignore),
        "isolated": True,
    }
    execution = Execution(
        pool=Pool(jobs=jobs, backend=backend),
        cached=cache is not False,
        folder=None if isinstance(cache, bool) else Path(cache),
    )
    excluded = tuple(exclude)
    targets = [
        target
        for target in expand([os.fspath(path) for path in named])
        if not target.excluded(excluded)
    ]
    refuse_unknown(of_inputs(shapes, values), [target.path for target in targets])
    return map(_checked, outcomes(targets, Plans(given), execution))


def _checked(outcome: Outcome) -> Checked:
    return Checked(
        path=outcome.target.path,
        models=tuple(map(from_record, outcome.records)),
        error=outcome.failure.error() if outcome.failure else None,
        known=outcome.known,
    )
