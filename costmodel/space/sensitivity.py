"""What one more channel costs: differences of the estimate around a design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from costlint.costmodel.devices import DEFAULT_DEVICE, Device

if TYPE_CHECKING:
    from costlint.costmodel.space.evaluator import Evaluator
    from costlint.costmodel.space.space import Space


def sensitivity(
    space: Space, device_or_name: Device = DEFAULT_DEVICE, values: Mapping[str, int] | None = None
) -> dict[str, float]:
    """Seconds for each unit of each variable (a channel, a pixel, a block) around `values`.

    The central difference over one vector of the device's channels: below that the latency is a
    staircase and its derivative means nothing. One-sided where the graph breaks on the other side,
    NaN where it breaks on both.
    """
    evaluate = space.compile(device_or_name)
    chosen = {**space.current, **space.checked(values or {})}
    names = list(space.variables)
    if not names:
        return {}
    here = [chosen[name] for name in names]
    sides = [_around(evaluate, name, chosen[name]) for name in names]
    moved = np.array([*zip(*sides, strict=True)]).reshape(2, len(names))
    designs = {
        name: np.concatenate(
            [np.where(np.arange(len(names)) == place, side[place], here[place]) for side in moved]
        )
        for place, name in enumerate(names)
    }
    latency_s = evaluate(designs).latency_s.reshape(2, -1)
    at = np.where(np.isnan(latency_s), here, moved)
    found_s = np.where(np.isnan(latency_s), evaluate(chosen).latency_s, latency_s)
    with np.errstate(invalid="ignore"):
        slope = (found_s[1] - found_s[0]) / (at[1] - at[0])
    return dict(zip(names, slope.tolist(), strict=True))


def _around(evaluate: Evaluator, name: str, value: int) -> tuple[int, int]:
    """What lies on either side: a whole vector of channels, the variable's own step or choice."""
    variable = evaluate.space.details[name]
    if variable.choices:
        return (
            max((n for n in variable.choices if n < value), default=value),
            min((n for n in variable.choices if n > value), default=value),
        )
    step = variable.step
    if variable.kind == "width":
        lanes = max(evaluate.device.lanes_in, evaluate.device.lanes_out)
        step = -(-lanes // variable.multiple_of) * variable.multiple_of
    return max(variable.multiple_of, value - step), value + step
