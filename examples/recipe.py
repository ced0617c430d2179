"""One example before it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, TypeAlias

from costlint.examples.draft import Value

Dims: TypeAlias = tuple[int, ...]

IMAGE: Dims = (3, 224, 224)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to build a network: `build(net, *inputs)` returns its output.

    `inputs` are their dimensions without the batch, `source` the page that defines the network.
    """

    name: str
    source: str
    build: Callable[..., Value]
    inputs: tuple[Dims, ...] = (IMAGE,)


def family(
    name: str, source: str, build: Callable[..., Value], **options: Iterable[Any]
) -> tuple[Recipe, ...]:
    """A network in several forms: a recipe for each combination of `options`, which `name` has."""
    rows = [dict(zip(options, row, strict=True)) for row in product(*options.values())]
    return tuple(
        Recipe(name=name.format_map(row), source=source, build=partial(build, **row))
        for row in rows
    )
