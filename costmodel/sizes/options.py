"""Assumed sizes as options of the command line and as a table of the settings."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from costlint.costmodel.ir.assumed import Assumed

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

Open = Mapping[str, "tuple[int | str, ...]"]
"""The dimensions of inputs with open sizes: see `open_sizes`."""


def options(
    sizes: Mapping[str, int], inputs: Open, shapes: Mapping[str, Sequence[int]]
) -> Mapping[str, str]:
    """For each of `sizes` what a user gives to say it, quoted for a shell.

    It is the shape of the whole input, from `shapes`, where several of its sizes are open and those
    of no other input with it; else the symbol's size.
    """
    asked = {name: {d for d in dims if d in sizes} for name, dims in inputs.items()}
    found = {name: _option(name, (size,)) for name, size in sizes.items()}
    for name, own in asked.items():
        others = {d for other, dims in asked.items() if other != name for d in dims}
        if len(own) > 1 and others.isdisjoint(own) and name in shapes:
            found.update((str(d), _option(name, shapes[name])) for d in own)
    return found


def _option(name: str, shape: Sequence[int]) -> str:
    text = shlex.quote(f"{name}={'x'.join(map(str, shape))}")
    return f"--shape={text}" if name.startswith("-") else f"--shape {text}"


def command(path: str | None, assumed: Iterable[Assumed]) -> str:
    """The line that states every assumed size."""
    model = "MODEL" if path is None else shlex.quote(path)
    return " ".join(("costlint", model, *dict.fromkeys(a.option for a in assumed)))


def table(assumed: Iterable[Assumed]) -> tuple[str, ...]:
    """The same sizes as a table for pyproject.toml, as lines."""
    rows = (f"    {_key(a.name)} = {a.size}" for a in assumed)
    return ("or once, in pyproject.toml:", "    [tool.costlint.shapes]", *rows)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def words(assumed: Iterable[Assumed]) -> tuple[str, ...]:
    """Sizes as people read them, those of one source in a line: `H = W = 224: usual for ...`."""
    lines: dict[tuple[int, str], list[str]] = {}
    for a in assumed:
        lines.setdefault((a.size, a.source), []).append(a.name)
    return tuple(
        f"{' = '.join(names)} = {size}: {source}" for (size, source), names in lines.items()
    )
