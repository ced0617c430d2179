"""Numbers of groups that fit the channels of arrays of designs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from costlint.costmodel.ir.graph import op_key
from costlint.costmodel.space.program import Program

if TYPE_CHECKING:
    from costlint.costmodel.space.space import Space


def within_limits(space: Space, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` (arrays of n) with each number of groups lowered until it divides the channels."""
    found = dict(values)
    groupings = [g for g in space.groupings if g.name in values]
    if not groupings:
        return found
    program, rows = space.channel_program
    designs = np.empty((len(space.nodes), len(found[groupings[0].name])))
    for row, name in zip(designs, space.nodes, strict=True):
        row[:] = found.get(name, space.current[name]) / np.array(space.details[name].multiple_of)
    channels = program(designs).astype(np.int64)
    for grouping in groupings:
        whole = np.gcd.reduce(channels[rows[grouping.name]], axis=0)[:, None]
        choices = np.array(grouping.choices)
        fits = (whole % choices == 0) & (choices <= found[grouping.name][:, None])
        found[grouping.name] = np.where(fits, choices, 1).max(axis=1)
    return found


def channel_program(space: Space) -> tuple[Program, Mapping[str, list[int]]]:
    """The program that computes the channels which the convolutions of each grouping read and give.

    The rows of its result belong to the names that come with it.
    """
    ops = {op_key(op): op for op in space.traced.ops}
    outputs: list[Any] = []
    rows: dict[str, list[int]] = {}
    for grouping in space.groupings:
        first = len(outputs)
        for op in (ops[key] for key in grouping.ops if key in ops):
            outputs += [op.x.known_shape[1], op.w.known_shape[0]]
        rows[grouping.name] = list(range(first, len(outputs)))
    return space.program(outputs), rows
