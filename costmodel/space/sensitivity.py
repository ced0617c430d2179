"""What one more channel costs: differences of the estimate around a design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from costlint.costmodel.space.evaluator import Evaluator


def sensitivity(evaluate: Evaluator, values: Mapping[str, int] | None = None) -> dict[str, float]:
    """Seconds for each unit of each variable (a channel, a pixel, a sample) around `values`.

    The central difference over one vector of the device's channels: below that the latency is a
    staircase and its derivative means nothing. NaN where the graph breaks on either side.
    """
    space = evaluate.space
    chosen = {**space.current, **space.checked(values or {})}
    names = list(space.variables)
    steps = [_step(evaluate, name) for name in names]
    ups, downs = [], []
    for name, step in zip(names, steps, strict=True):
        unit = space.details[name].multiple_of
        ups.append(chosen[name] + step)
        downs.append(max(unit, chosen[name] - step))
    count = len(names)
    designs = {
        name: np.concatenate(
            [
                np.where(np.arange(count) == place, side[place], chosen[name])
                for side in (ups, downs)
            ]
        )
        for place, name in enumerate(names)
    }
    latency_s = evaluate(designs).latency_s
    change_s = latency_s[:count] - latency_s[count:]
    return {
        name: float(change_s[place]) / (ups[place] - downs[place])
        for place, name in enumerate(names)
    }


def _step(evaluate: Evaluator, name: str) -> int:
    """The change on either side: a whole vector of channels, or the variable's own step."""
    variable = evaluate.space.details[name]
    if variable.kind != "width":
        return variable.step
    lanes = max(evaluate.device.lanes_in, evaluate.device.lanes_out)
    return -(-lanes // variable.multiple_of) * variable.multiple_of
