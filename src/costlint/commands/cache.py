"""`costlint cache`: what is kept of earlier runs."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

from costlint.commands import options
from costlint.commands.many_options import CacheDir
from costlint.reports import numbers


def cache(
    *,
    clear: Annotated[
        bool, options.option("--clear", about="Forget all results.", panel=options.OUTPUT)
    ] = False,
    cache_dir: CacheDir = None,
    traceback: options.Traceback = False,  # noqa: ARG001 - read where a bug is caught
) -> None:
    """Say where results are kept and how much they take, or forget them."""
    from costlint.many.cache import Cache, default_folder

    with closing(Cache(Path(cache_dir) if cache_dir else default_folder())) as kept:
        if clear:
            sys.stdout.write(f"{numbers.plural(kept.clear(), 'result')} forgotten\n")
            return
        count, size_bytes = kept.size()
        held = f"{numbers.plural(count, 'result')}, {numbers.quantity(size_bytes, 'B')}"
        sys.stdout.write(f"{kept.path}: {held}\n")
