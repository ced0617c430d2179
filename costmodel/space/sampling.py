"""Designs to try: at random, or every combination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.space.group_limits import within_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from costlint.costmodel.space.space import Space

Values: TypeAlias = "dict[str, NDArray[np.int64]]"

MOST: Final = 100_000_000
"""Designs of a grid: 0.8 GB for each variable."""


def sample(space: Space, n: int, seed: int = 0, names: Sequence[str] | None = None) -> Values:
    """`n` random designs of the variables `names`, by default of all: {name: array}.

    Each is uniform over the steps within its bounds. A number of groups is lowered until it divides
    the design's channels.

    Raises:
        OptionError: a name that is no variable.
    """
    generator = np.random.default_rng(seed)
    found: Values = {}
    for name in space.variables if names is None else names:
        values = space.variable(name).values
        places = generator.integers(0, len(values), n)
        found[name] = (
            values.start + values.step * places  # a range may be too long to be made
            if isinstance(values, range)
            else np.array(values)[places]
        )
    return within_limits(space, found)


def grid(space: Space, values: Mapping[str, Sequence[int] | None]) -> Values:
    """Every combination of `values` as {name: array}; None is every step within the bounds.

    Raises:
        OptionError: a name or value that the space does not have, or more than `MOST` designs.
    """
    axes: dict[str, Any] = {}
    for name, given in values.items():
        axes[name] = space.variable(name).values if given is None else given
        for value in given or ():
            space.checked({name: int(value)})
    size = prod(len(axis) for axis in axes.values())
    if size > MOST:
        raise OptionError(f"the grid has {size:,} designs", facts=(f"at most {MOST:,}",))
    meshes = np.meshgrid(*[np.asarray(axis) for axis in axes.values()], indexing="ij")
    return {name: mesh.reshape(-1) for name, mesh in zip(axes, meshes, strict=True)}
