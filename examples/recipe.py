"""One example before it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

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
