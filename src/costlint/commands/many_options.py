"""Options of `check` about many models."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from costlint.commands.options import GATE, option
from costlint.commands.parsing import at_least, comma_list, parsed
from costlint.many.pool import LOCAL, Pool
from costlint.many.ways import Ways
from costlint.settings.units import share

MANY = "Many models"

Jobs: TypeAlias = Annotated[
    int | None,
    option(
        "--jobs",
        "-j",
        metavar="N",
        about="Processes; by default one for each core.",
        panel=MANY,
        envvar="COSTLINT_JOBS",
    ),
]
Backend: TypeAlias = Annotated[
    str | None,
    option(
        "--backend",
        metavar="NAME",
        about="Where they run: loky (here), dask://HOST:PORT, ray.",
        panel=MANY,
        envvar="COSTLINT_BACKEND",
    ),
]
Exclude: TypeAlias = Annotated[
    list[str] | None,
    option(
        "--exclude",
        metavar="GLOB",
        about="Leave out of folders and globs. Repeatable.",
        panel=MANY,
    ),
]
Resume: TypeAlias = Annotated[
    str | None,
    option(
        "--resume",
        metavar="FILE",
        about="Write results there as JSON lines, and go on from those that still hold.",
        panel=MANY,
    ),
]
Against: TypeAlias = Annotated[
    str | None,
    option(
        "--against",
        metavar="FOLDER|FILE",
        about="Compare with models or results of before, by name.",
        panel=MANY,
    ),
]
FailOnRegression: TypeAlias = Annotated[
    str | None,
    option(
        "--fail-on-regression",
        metavar="SHARE",
        about="With --against: fail where a model is slower by more: 2%.",
        panel=GATE,
    ),
]
NoCache: TypeAlias = Annotated[
    bool, option("--no-cache", about="Compute everything anew.", panel=MANY)
]
CacheDir: TypeAlias = Annotated[
    str | None,
    option(
        "--cache-dir",
        metavar="FOLDER",
        about="Where results are kept.",
        panel=MANY,
        envvar="COSTLINT_CACHE_DIR",
    ),
]


def parse_ways(  # noqa: PLR0913 - one argument per option
    *,
    jobs: int | None,
    backend: str | None,
    exclude: list[str] | None,
    resume: str | None,
    against: str | None,
    fail_on_regression: str | None,
    no_cache: bool,
    cache_dir: str | None,
) -> Ways:
    """The options as one value.

    Raises:
        OptionError: one of them has a value that it cannot have.
    """
    return Ways(
        pool=Pool(jobs=at_least("--jobs", jobs, 1), backend=backend or LOCAL),
        is_asked=jobs is not None or backend is not None,
        exclude=comma_list(exclude) or (),
        resume=resume,
        against=against,
        max_regression=parsed("--fail-on-regression", fail_on_regression, share),
        cached=not no_cache,
        cache_dir=cache_dir,
    )
