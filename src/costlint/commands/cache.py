"""`costlint cache`: what is kept of earlier runs."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

from costlint.commands.options import Given, option, with_options
from costlint.reports import numbers
from costlint.settings.option import OUTPUT


@with_options("cache_dir", "traceback")
def cache(
    *,
    clear: Annotated[bool, option("--clear", about="Forget all results.", panel=OUTPUT)] = False,
    given: Given,
) -> None:
    """Say where results are kept and how much they take, or forget them."""
    from costlint.many.cache import Cache, default_folder

    named = given.get("cache_dir")
    with closing(Cache(Path(named) if named else default_folder())) as results_cache:
        if clear:
            sys.stdout.write(f"{numbers.plural(results_cache.clear(), 'result')} forgotten\n")
            return
        count, size_bytes = results_cache.size()
        results = numbers.plural(count, "result")
        sys.stdout.write(f"{results_cache.path}: {results}, {numbers.quantity(size_bytes, 'B')}\n")
